"""Brevo: its services in the contract suite."""

from __future__ import annotations

from typing import Any

from outhaul.model import Change, Column, Kind, Row
from outhaul.sandbox import Sandbox
from tests.destinations.cases.case import (
    ATTRIBUTES,
    BAD_ADDRESSES,
    EMAIL,
    SECRET,
    Case,
    by_number,
    list_ends,
    stranger,
)

_COLUMNS = [
    EMAIL,
    Column("first_name", "first_name", Kind.TEXT, "varchar"),
    Column("spent", "spent", Kind.NUMBER, "decimal"),
    Column("seen", "seen", Kind.DATE, "date"),
    Column("is_vip", "is_vip", Kind.BOOLEAN, "boolean"),
]
_ROWS = [
    Row(
        n,
        change,
        {
            "email": f"person{n}@example.com",
            **ATTRIBUTES,
            "is_vip": None if n == 2 else True,
        },
    )
    for n, change in enumerate([Change.INSERTED, Change.UPDATED] * 2, start=1)
]
_WRITTEN = {"FIRST_NAME": "Zoë 'O", "SPENT": 12.5, "SEEN": "0001-01-01"}
_REFUSED = [
    *BAD_ADDRESSES,
    {"first_name": "\x00"},
    {"spent": float("nan")},
    {"seen": "yesterday"},
    {"is_vip": "yes"},
]


def _brevo(url: str) -> dict[str, Any]:
    return {"api_key": SECRET, "base_url": url}


def _people(*numbers: int, vip: int = 0) -> Any:
    def seed(sandbox: Sandbox) -> None:
        contacts = {
            f"person{n}@example.com": {
                "id": n,
                "email": f"person{n}@example.com",
                "attributes": {"IS_VIP": False},
                "listIds": [60] if n == vip else [],
            }
            for n in numbers
        }
        more = 60 if vip else 2  # the list is on the second page
        lists = {str(n): f"another {n}" for n in range(1, more)} | {"60": "vip"}
        attributes = {"FIRST_NAME": "text", "IS_VIP": "boolean"}
        held = {"contacts": contacts, "lists": lists, "attributes": attributes}
        sandbox.vendors["brevo"].load(held)

    return seed


def _content(sandbox: Sandbox) -> Any:
    """Contacts with the names of their lists."""
    held = sandbox.state()["brevo"]
    people = sorted(held["contacts"].values(), key=lambda each: each["email"])
    return [
        {
            "email": each["email"],
            "lists": [held["lists"][str(key)] for key in each["listIds"]],
            "attributes": each["attributes"],
        }
        for each in people
    ]


def _ends(*lists: str) -> list[Any]:
    return by_number(
        4,
        lambda n: {
            "email": f"person{n}@example.com",
            "lists": list(lists),
            "attributes": _WRITTEN | ({} if n == 2 else {"IS_VIP": True}),
        },
    )


CASES = [
    Case(
        vendor="brevo",
        service="contacts",
        account=_brevo,
        columns=_COLUMNS,
        rows=_ROWS,
        refused=_REFUSED,
        write=("PUT", "*/contacts/*"),
        content=_content,
        ends=_ends(),
        strangers=[
            _ROWS[0]._replace(seq=9, values={**_ROWS[0].values, "email": "x@y.zz"})
        ],
        seed=_people(1, 2, 3, 4),
    ),
    Case(
        vendor="brevo",
        service="contacts",
        variant="insert",
        account=_brevo,
        options={"insert": True},
        columns=_COLUMNS,
        rows=_ROWS,
        refused=_REFUSED,
        write=("POST", "*/contacts/import"),
        content=_content,
        ends=_ends("outhaul"),
        seed=_people(2),
    ),
    Case(
        vendor="brevo",
        service="list",
        account=_brevo,
        columns=[EMAIL],
        rows=[
            *by_number(
                3,
                lambda n: Row(n, Change.INSERTED, {"email": f"person{n}@example.com"}),
            ),
            Row(4, Change.REMOVED, {"email": "person4@example.com"}),
        ],
        refused=[*BAD_ADDRESSES, {"email": "Person1@Example.com"}],
        write=("POST", "*/contacts/add"),
        content=_content,
        ends=list_ends(3, attributes={"IS_VIP": False}),
        strangers=[stranger(9)],
        seed=_people(1, 2, 3, 4, vip=4),
    ),
]
