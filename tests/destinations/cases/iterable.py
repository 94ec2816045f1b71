"""Iterable: its services in the contract suite."""

from __future__ import annotations

from typing import Any

from outhaul.model import Change, Row
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
    stranger,
)

_REFUSED = [
    *BAD_ADDRESSES,
    {"first_name": "\x00"},
    {"spent": float("nan")},
    {"is_vip": "yes"},
]


def _iterable(url: str) -> dict[str, Any]:
    return {"api_key": SECRET, "base_url": url}


def _people(*numbers: int, member: int = 0) -> Any:
    def seed(sandbox: Sandbox) -> None:
        users = {
            f"person{n}@example.com": {
                "email": f"person{n}@example.com",
                "dataFields": {"is_vip": False},
                "lists": ["7"] if n == member else [],
            }
            for n in numbers
        }
        fields = {"first_name": "string", "is_vip": "boolean", "seen": "date"}
        fields |= {"spent": "double"}
        lists = {"7": "vip"} if member else {}
        held = {"users": users, "fields": fields, "lists": lists}
        sandbox.vendors["iterable"].load(held)

    return seed


def _content(sandbox: Sandbox) -> Any:
    held = sandbox.state()["iterable"]["users"]
    return sorted(held.values(), key=lambda each: each["email"])


_ENDS = by_number(
    4,
    lambda n: {
        "email": f"person{n}@example.com",
        "dataFields": {
            "first_name": "Zoë 'O",
            "spent": 12.5,
            "seen": "0001-01-01",
            "is_vip": None if n == 2 else True,
        },
        "lists": [],
    },
)

CASES = [
    Case(
        vendor="iterable",
        service="attributes",
        account=_iterable,
        columns=VIPS,
        rows=VIP_ROWS,
        refused=_REFUSED,
        write=("POST", "*/users/bulkUpdate"),
        content=_content,
        ends=_ENDS,
        strangers=[
            Row(
                9,
                Change.INSERTED,
                {**VIP_ROWS[0].values, "email": "person9@example.com"},
            )
        ],
        seed=_people(1, 2, 3, 4),
    ),
    Case(
        vendor="iterable",
        service="attributes",
        variant="insert",
        account=_iterable,
        options={"insert": True},
        columns=VIPS,
        rows=VIP_ROWS,
        refused=_REFUSED,
        write=("POST", "*/users/bulkUpdate"),
        content=_content,
        ends=_ENDS,
        seed=_people(2),
    ),
    Case(
        vendor="iterable",
        service="list",
        account=_iterable,
        columns=[EMAIL],
        rows=MEMBERS,
        refused=BAD_MEMBERS,
        write=("POST", "*/lists/subscribe"),
        content=_content,
        ends=by_number(
            4,
            lambda n: {
                "email": f"person{n}@example.com",
                "dataFields": {"is_vip": False},
                "lists": ["7"] if n < 4 else [],
            },
        ),
        strangers=[stranger(9)],
        seed=_people(1, 2, 3, 4, member=4),
    ),
]
