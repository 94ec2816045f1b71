"""Klaviyo: its services in the contract suite."""

from __future__ import annotations

from datetime import datetime
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
    stranger,
    upserts,
)

PHONE = "+3361234567{}"


def _klaviyo(url: str) -> dict[str, Any]:
    return {"api_key": SECRET, "base_url": url}


def _people(*members: int) -> Any:
    def seed(sandbox: Sandbox) -> None:
        profiles = {
            f"person{n}@example.com": {
                "id": f"P{n}",
                "email": f"person{n}@example.com",
                "lists": ["L11"] if n in members else [],
            }
            for n in range(1, 5)
        }
        lists = {f"L{n}": f"another {n}" for n in range(1, 11)} | {"L11": "vip"}
        sandbox.vendors["klaviyo"].load({"profiles": profiles, "lists": lists})

    return seed


def _content(sandbox: Sandbox) -> Any:
    held = sandbox.state()["klaviyo"]
    people = sorted(held["profiles"].values(), key=lambda each: each["email"])
    named = [[held["lists"][each] for each in one["lists"]] for one in people]
    shown = [{k: v for k, v in one.items() if k != "id"} for one in people]
    return [{**one, "lists": lists} for one, lists in zip(shown, named, strict=True)]


CASES = [
    Case(
        vendor="klaviyo",
        service="contacts",
        account=_klaviyo,
        columns=[
            EMAIL,
            Column("first_name", "first_name", Kind.TEXT, "varchar"),
            Column("city", "city", Kind.TEXT, "varchar"),
            Column("phone_number", "phone_number", Kind.TEXT, "varchar"),
            Column("spent", "spent", Kind.NUMBER, "decimal"),
            Column("seen", "seen", Kind.DATE, "date"),
        ],
        rows=upserts(
            lambda n: {
                "email": f"person{n}@example.com",
                "city": "Zürich",
                "phone_number": None if n == 2 else PHONE.format(n),
                **ATTRIBUTES,
            }
        ),
        refused=[
            *BAD_ADDRESSES,
            {"first_name": "\x00"},
            {"city": b"x"},
            {"phone_number": "06 12"},
            {"spent": float("nan")},
            {"first_name": "x" * 100_001},
        ],
        write=("POST", "*/profile-bulk-import-jobs"),
        content=_content,
        ends=by_number(
            4,
            lambda n: {
                "email": f"person{n}@example.com",
                "first_name": "Zoë 'O",
                "phone_number": None if n == 2 else PHONE.format(n),
                "location": {"city": "Zürich"},
                "properties": {"spent": 12.5, "seen": "0001-01-01"},
                "lists": ["vip"] if n == 1 else [],
            },
        ),
        seed=_people(1),
    ),
    Case(
        vendor="klaviyo",
        service="list",
        account=_klaviyo,
        columns=[EMAIL],
        rows=MEMBERS,
        refused=BAD_MEMBERS,
        write=("POST", "*/relationships/profiles"),
        content=_content,
        ends=by_number(
            4,
            lambda n: {
                "email": f"person{n}@example.com",
                "lists": ["vip"] if n < 4 else [],
            },
        ),
        strangers=[stranger(9)],
        seed=_people(4),
    ),
    Case(
        vendor="klaviyo",
        service="subscription_list",
        account=_klaviyo,
        options={"unsubscribe": True, "channel": "both"},
        columns=[
            EMAIL,
            Column("phone_number", "phone_number", Kind.TEXT, "varchar"),
            Column("consented_at", "consented_at", Kind.TIMESTAMP, "timestamp"),
        ],
        rows=[
            row._replace(
                values={
                    **row.values,
                    "phone_number": PHONE.format(row.seq),
                    "consented_at": datetime(2026, 1, 31, 6, 15),
                }
            )
            for row in MEMBERS
        ],
        refused=[
            *BAD_ADDRESSES,
            {"phone_number": None},
            {"phone_number": "06 12"},
            {"consented_at": None},
            {"consented_at": datetime(2999, 1, 31)},
        ],
        write=("POST", "*/profile-subscription-bulk-create-jobs"),
        content=_content,
        ends=by_number(
            4,
            lambda n: {
                "email": f"person{n}@example.com",
                "lists": ["vip"] if n < 4 else [],
                "email_consent": "SUBSCRIBED" if n < 4 else "UNSUBSCRIBED",
                "sms_consent": "SUBSCRIBED" if n < 4 else "UNSUBSCRIBED",
            },
        ),
        seed=_people(4),
    ),
]
