"""SendGrid: its services in the contract suite."""

from __future__ import annotations

from typing import Any

from outhaul.model import Column, Kind
from outhaul.sandbox import Sandbox
from tests.destinations.cases.case import (
    ATTRIBUTES,
    BAD_ADDRESSES,
    BAD_MEMBERS,
    EMAIL,
    MEMBERS,
    SECRET,
    Case,
    by_number,
    list_ends,
    stranger,
    upserts,
)


def _sendgrid(url: str) -> dict[str, Any]:
    return {"api_key": SECRET, "base_url": url}


def _sendgrid_people(sandbox: Sandbox) -> None:
    for number in range(1, 4):
        sandbox.sendgrid.add_contact(email=f"person{number}@example.com")
    sandbox.sendgrid.add_contact("vip", email="person4@example.com")


def _sendgrid_lists(sandbox: Sandbox) -> None:
    """The list is on the second page."""
    for number in range(1_000):
        sandbox.sendgrid.add_list(f"another {number}")
    _sendgrid_people(sandbox)


def _sendgrid_content(sandbox: Sandbox) -> Any:
    held = sandbox.state()["sendgrid"]
    return sorted(held["contacts"], key=lambda contact: contact["email"])


CASES = [
    Case(
        vendor="sendgrid",
        service="contacts",
        account=_sendgrid,
        options={"insert": True},
        columns=[
            EMAIL,
            Column("first_name", "first_name", Kind.TEXT, "varchar"),
            Column("spent", "spent", Kind.NUMBER, "decimal"),
            Column("seen", "seen", Kind.DATE, "date"),
        ],
        rows=upserts(lambda n: {"email": f"person{n}@example.com", **ATTRIBUTES}),
        refused=[
            *BAD_ADDRESSES,
            {"first_name": "x" * 51},
            {"first_name": "\x00"},
            {"spent": float("nan")},
            {"seen": "yesterday"},
        ],
        write=("PUT", "*/contacts"),
        content=_sendgrid_content,
        ends=by_number(
            4,
            lambda n: {
                "email": f"person{n}@example.com",
                "first_name": "Zoë 'O",
                "custom_fields": {"spent": 12.5, "seen": "01/01/0001"},
                "lists": ["vip"] if n == 4 else [],
            },
        ),
        seed=_sendgrid_people,
    ),
    Case(
        vendor="sendgrid",
        service="list",
        account=_sendgrid,
        columns=[EMAIL],
        rows=MEMBERS,
        refused=BAD_MEMBERS,
        write=("PUT", "*/contacts"),
        content=_sendgrid_content,
        ends=list_ends(3, custom_fields={}),
        strangers=[stranger(9)],
        seed=_sendgrid_lists,
    ),
]
