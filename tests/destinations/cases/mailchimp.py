"""Mailchimp: its services in the contract suite."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from outhaul.model import Change, Column, Kind, Row
from outhaul.sandbox import Sandbox
from tests.destinations.cases.case import (
    BAD_ADDRESSES,
    BAD_MEMBERS,
    EMAIL,
    MEMBERS,
    SECRET,
    Case,
    by_number,
    stranger,
    upserts,
)

_COLUMNS = [
    EMAIL,
    Column("fname", "fname", Kind.TEXT, "varchar"),
    Column("spent", "spent", Kind.NUMBER, "decimal"),
    Column("seen", "seen", Kind.DATE, "date"),
]
_ROWS = upserts(
    lambda n: {
        "email": f"person{n}@example.com",
        "fname": None if n == 2 else "Zoë 'O",
        "spent": Decimal("12.50"),
        "seen": date(2026, 1, n),
    }
)
_REFUSED = [
    *BAD_ADDRESSES,
    {"fname": "\x00"},
    {"spent": float("nan")},
    {"seen": "yesterday"},
]


def _mailchimp(url: str) -> dict[str, Any]:
    return {"api_key": SECRET, "audience_id": "main", "base_url": url}


def _people(*numbers: int, tagged: int = 0) -> Any:
    def seed(sandbox: Sandbox) -> None:
        members = {
            f"person{n}@example.com": {
                "email": f"person{n}@example.com",
                "status": "unsubscribed",
                "fields": {"FNAME": "Ann"},
                "tags": ["7"] if n == tagged else [],
            }
            for n in numbers
        }
        fields = {"FNAME": "text", "SPENT": "number", "SEEN": "date"}
        tags = {"7": "vip"} if tagged else {}
        held = {"members": members, "fields": fields, "tags": tags}
        sandbox.vendors["mailchimp"].load(held)

    return seed


def _content(sandbox: Sandbox) -> Any:
    held = sandbox.state()["mailchimp"]["members"]
    return sorted(held.values(), key=lambda each: each["email"])


def _ends(*known: int) -> list[Any]:
    return by_number(
        4,
        lambda n: {
            "email": f"person{n}@example.com",
            "status": "unsubscribed" if n in known else "transactional",
            "fields": {
                "FNAME": "" if n == 2 else "Zoë 'O",
                "SPENT": 12.5,
                "SEEN": f"2026-01-0{n}",
            },
            "tags": [],
        },
    )


CASES = [
    Case(
        vendor="mailchimp",
        service="members",
        account=_mailchimp,
        columns=_COLUMNS,
        rows=_ROWS,
        refused=_REFUSED,
        write=("PATCH", "*/members/*"),
        content=_content,
        ends=_ends(1, 2, 3, 4),
        strangers=[
            Row(9, Change.INSERTED, {**_ROWS[0].values, "email": "person9@example.com"})
        ],
        seed=_people(1, 2, 3, 4),
    ),
    Case(
        vendor="mailchimp",
        service="members",
        variant="insert",
        account=_mailchimp,
        options={"insert": True},
        columns=_COLUMNS,
        rows=_ROWS,
        refused=_REFUSED,
        write=("PUT", "*/members/*"),
        content=_content,
        ends=_ends(2),
        seed=_people(2),
    ),
    Case(
        vendor="mailchimp",
        service="segment",
        account=_mailchimp,
        columns=[EMAIL],
        rows=MEMBERS,
        refused=BAD_MEMBERS,
        write=("POST", "*/segments/*"),
        content=_content,
        ends=by_number(
            4,
            lambda n: {
                "email": f"person{n}@example.com",
                "status": "unsubscribed",
                "fields": {"FNAME": "Ann"},
                "tags": ["7"] if n < 4 else [],
            },
        ),
        strangers=[stranger(9)],
        seed=_people(1, 2, 3, 4, tagged=4),
    ),
]
