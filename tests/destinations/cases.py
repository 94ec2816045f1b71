"""What the contract suite needs to know of each service: one entry a service.

A new destination adds its services here, with a stand-in in `dispatcher.sandbox`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from dispatcher.destinations.base import Change, Column, Kind, Row
from dispatcher.sandbox import Sandbox

SECRET = "SG.canary/secret+value=42"


@dataclass(frozen=True)
class Case:
    """One service and rows that it takes.

    account: its settings, given the address of the stand-in; the secret among
        them is `SECRET`, which the stand-in takes.
    seed: makes the stand-in ready for `rows`, such as by contacts that must exist.
    rows: rows that are accepted, of every change that the service consumes.
    refused: values that `encode` refuses, laid over those of the first row.
    write: the request that carries rows, as method and path pattern.
    content: what the stand-in holds, to be compared.
    """

    vendor: str
    service: str
    account: Callable[[str], dict[str, Any]]
    columns: Sequence[Column]
    rows: Sequence[Row]
    refused: Sequence[dict[str, Any]]
    write: tuple[str, str]
    content: Callable[[Sandbox], Any]
    options: dict[str, Any] = field(default_factory=dict)
    seed: Callable[[Sandbox], None] = lambda sandbox: None

    @property
    def name(self) -> str:
        return f"{self.vendor}-{self.service}"


def _sendgrid(url: str) -> dict[str, Any]:
    return {"api_key": SECRET, "base_url": url}


def _sendgrid_people(sandbox: Sandbox) -> None:
    for number in range(1, 4):
        sandbox.sendgrid.add_contact(email=f"person{number}@example.com")
    sandbox.sendgrid.add_contact("vip", email="person4@example.com")


def _sendgrid_content(sandbox: Sandbox) -> Any:
    held = sandbox.state()["sendgrid"]
    return sorted(held["contacts"], key=lambda contact: contact["email"])


_EMAIL = Column("email", "email", Kind.TEXT, "varchar")
_BAD_ADDRESSES = [{"email": None}, {"email": "nobody"}, {"email": "\ud800@example.com"}]
_ATTRIBUTES = {"first_name": "Zoë 'O", "spent": Decimal("12.50"), "seen": date.min}

CASES = [
    Case(
        vendor="sendgrid",
        service="contacts",
        account=_sendgrid,
        options={"insert": True},
        columns=[
            _EMAIL,
            Column("first_name", "first_name", Kind.TEXT, "varchar"),
            Column("spent", "spent", Kind.NUMBER, "decimal"),
            Column("seen", "seen", Kind.DATE, "date"),
        ],
        rows=[
            Row(n, change, {"email": f"person{n}@example.com", **_ATTRIBUTES})
            for n, change in enumerate([Change.INSERTED, Change.UPDATED] * 2, start=1)
        ],
        refused=[
            *_BAD_ADDRESSES,
            {"first_name": "x" * 51},
            {"first_name": "\x00"},
            {"spent": float("nan")},
            {"seen": "yesterday"},
        ],
        write=("PUT", "*/contacts"),
        content=_sendgrid_content,
        seed=_sendgrid_people,
    ),
    Case(
        vendor="sendgrid",
        service="list",
        account=_sendgrid,
        columns=[_EMAIL],
        rows=[
            *(
                Row(n, Change.INSERTED, {"email": f"person{n}@example.com"})
                for n in range(1, 4)
            ),
            Row(4, Change.REMOVED, {"email": "person4@example.com"}),
        ],
        refused=[*_BAD_ADDRESSES, {"email": "Person1@Example.com"}],
        write=("PUT", "*/contacts"),
        content=_sendgrid_content,
        seed=_sendgrid_people,
    ),
]
