"""Brevo: its services in the contract suite."""

from __future__ import annotations

from typing import Any

from outhaul.sandbox import Sandbox
from tests.destinations.cases.case import (
    BAD_ADDRESSES,
    BAD_MEMBERS,
    EMAIL,
    MEMBERS,
    SECRET,
    VIP_ROWS,
    VIPS,
    Case,
    by_number,
    list_ends,
    stranger,
)

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
        columns=VIPS,
        rows=VIP_ROWS,
        refused=_REFUSED,
        write=("PUT", "*/contacts/*"),
        content=_content,
        ends=_ends(),
        strangers=[
            VIP_ROWS[0]._replace(
                seq=9, values={**VIP_ROWS[0].values, "email": "x@y.zz"}
            )
        ],
        seed=_people(1, 2, 3, 4),
    ),
    Case(
        vendor="brevo",
        service="contacts",
        variant="insert",
        account=_brevo,
        options={"insert": True},
        columns=VIPS,
        rows=VIP_ROWS,
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
        rows=MEMBERS,
        refused=BAD_MEMBERS,
        write=("POST", "*/contacts/add"),
        content=_content,
        ends=list_ends(3, attributes={"IS_VIP": False}),
        strangers=[stranger(9)],
        seed=_people(1, 2, 3, 4, vip=4),
    ),
]
