"""What the contract suite needs to know of a service, and what cases have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from outhaul.model import Change, Column, Kind, Row
from outhaul.sandbox import Sandbox
from outhaul.sandbox.sftp import host_key
from outhaul.sftp.host_keys import fingerprint

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
    ends: what that is when the rows have been delivered.
    strangers: rows whose records do not exist and must not be created.
    stand_in: what takes the vendor's place; default: the stand-in of its name.
    is_http: whether `write` is an HTTP request, and not a step of SFTP.
    asks_first: whether the platform is asked before the first row is sent.
    renews_token: whether a request that is answered 401 is made again once.
    variant: tells several cases of one service apart.
    """

    vendor: str
    service: str
    account: Callable[[str], dict[str, Any]]
    columns: Sequence[Column]
    rows: Sequence[Row]
    refused: Sequence[dict[str, Any]]
    write: tuple[str, str]
    content: Callable[[Sandbox], Any]
    ends: Any
    strangers: Sequence[Row] = ()
    options: dict[str, Any] = field(default_factory=dict)
    seed: Callable[[Sandbox], None] = lambda sandbox: None
    stand_in: str = ""
    is_http: bool = True
    asks_first: bool = True
    renews_token: bool = False
    variant: str = ""

    @property
    def name(self) -> str:
        return "-".join(filter(None, (self.vendor, self.service, self.variant)))

    def url(self, sandbox: Sandbox) -> str:
        return sandbox.url(self.stand_in or self.vendor)


def sftp(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    return {
        "host": parts.hostname,
        "port": parts.port,
        "username": "ann",
        "password": SECRET,
        "host_fingerprints": [fingerprint(host_key())],
        "folder": "/imports",
    }


EMAIL = Column("email", "email", Kind.TEXT, "varchar")


BAD_ADDRESSES = [{"email": None}, {"email": "nobody"}, {"email": "\ud800@example.com"}]


ATTRIBUTES = {"first_name": "Zoë 'O", "spent": Decimal("12.50"), "seen": date.min}


def stranger(seq: int, **values: Any) -> Row:
    return Row(seq, Change.INSERTED, {"email": f"person{seq}@example.com", **values})


def by_number(count: int, make: Callable[[int], Any]) -> list[Any]:
    return [make(number) for number in range(1, count + 1)]


def upserts(values: Callable[[int], dict[str, Any]]) -> list[Row]:
    """Rows 1 to 4, inserted and updated by turns."""
    turns = [Change.INSERTED, Change.UPDATED] * 2
    return [Row(n, change, values(n)) for n, change in enumerate(turns, start=1)]


MEMBERS = [
    *by_number(
        3, lambda n: Row(n, Change.INSERTED, {"email": f"person{n}@example.com"})
    ),
    Row(4, Change.REMOVED, {"email": "person4@example.com"}),
]
"""Of a list: three enter, and the fourth one leaves."""

BAD_MEMBERS = [*BAD_ADDRESSES, {"email": "Person1@Example.com"}]


VIPS = [
    EMAIL,
    Column("first_name", "first_name", Kind.TEXT, "varchar"),
    Column("spent", "spent", Kind.NUMBER, "decimal"),
    Column("seen", "seen", Kind.DATE, "date"),
    Column("is_vip", "is_vip", Kind.BOOLEAN, "boolean"),
]
VIP_ROWS = upserts(
    lambda n: {
        "email": f"person{n}@example.com",
        **ATTRIBUTES,
        "is_vip": None if n == 2 else True,
    }
)


def list_ends(members: int, **more: Any) -> list[dict[str, Any]]:
    """Persons 1 to 4, of whom the first ones are members."""
    return by_number(
        4,
        lambda n: {
            "email": f"person{n}@example.com",
            "lists": ["vip"] if n <= members else [],
            **more,
        },
    )


PEOPLE = [
    EMAIL,
    Column("firstname", "firstname", Kind.TEXT, "varchar"),
    Column("spent", "spent", Kind.NUMBER, "decimal"),
    Column("seen", "seen", Kind.DATE, "date"),
]


UPSERTS = [
    Row(
        n,
        change,
        {
            "email": f"person{n}@example.com",
            "firstname": 'Zoë; "O"',
            "spent": Decimal("12.50"),
            "seen": date(2026, 1, n),
        },
    )
    for n, change in enumerate([Change.INSERTED, Change.UPDATED, Change.INSERTED], 1)
]


LEAVER = Row(4, Change.REMOVED, {**UPSERTS[0].values, "email": "person4@example.com"})


def people_end(seen: str, *, fourth: bool, spent: Any = "12.5") -> list[Any]:
    """What is held of persons 1 to 3, and of a fourth one where nobody removed it."""
    known = by_number(
        3,
        lambda n: {
            "email": f"person{n}@example.com",
            "firstname": 'Zoë; "O"',
            "spent": spent,
            "seen": seen.format(n),
        },
    )
    return known + [{"email": "person4@example.com"}] * fourth


NOT_TEXT = [{"firstname": "\x00"}, {"firstname": b"x"}, {"spent": float("nan")}]
