"""What the cases of advertising platforms have in common."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from outhaul.model import Change, Column, Kind, Row
from tests.destinations.cases.case import EMAIL, by_number

NOW = datetime.now(timezone.utc).replace(microsecond=0)
TURNS = [Change.INSERTED, Change.UPDATED, Change.INSERTED, Change.REMOVED]
MEMBER_ID = Column("member_id", "member_id", Kind.TEXT, "varchar")
PHONE = Column("phone", "phone", Kind.TEXT, "varchar")
LAST_NAME = Column("last_name", "last_name", Kind.TEXT, "varchar")
BAD_IDENTIFIERS = [
    {"email": "nobody"},
    {"email": "d41d8cd98f00b204e9800998ecf8427e"},
    {"email": "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
    {"email": "\ud800@example.com"},
]
BAD_PHONES = [{"phone": "030 1234567"}, {"phone": "+1 555 0100"}]


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def address(number: int) -> str:
    return sha256(f"person{number}@example.com")


def members(turns: list[Change] = TURNS) -> list[Row]:
    """Of one identifier: some enter, the last one leaves; one is hashed already."""
    emails = [f"Person{n}@example.com" for n in range(1, len(turns) + 1)]
    emails[2] = address(3)
    pairs = enumerate(zip(turns, emails, strict=True), 1)
    return [Row(n, change, {"email": email}) for n, (change, email) in pairs]


def rich_members() -> list[Row]:
    """Of several identifiers, of which the third one has one alone."""
    rows = [
        row._replace(
            values={
                "member_id": f"m{row.seq}",
                **row.values,
                "phone": f"+44 844 412 465{row.seq}",
                "last_name": "O'Brien",
            }
        )
        for row in members()
    ]
    rows[2] = rows[2]._replace(
        values={**rows[2].values, "phone": None, "last_name": ""}
    )
    return rows


EVENT_COLUMNS = [
    Column("event_id", "event_id", Kind.TEXT, "varchar"),
    Column("event_time", "event_time", Kind.TIMESTAMP, "timestamptz"),
    EMAIL,
    PHONE,
    Column("value", "value", Kind.NUMBER, "decimal"),
    Column("currency", "currency", Kind.TEXT, "varchar"),
]


def events(**more: Any) -> list[Row]:
    """Three conversions, an hour apart."""
    return [
        Row(
            n,
            Change.INSERTED,
            {
                "event_id": f"order-{n}",
                "event_time": NOW - timedelta(hours=n),
                "email": f"Person{n}@example.com",
                "phone": None if n == 2 else "+44 844 412 4653",
                "value": Decimal("12.50"),
                "currency": "EUR",
                **more,
            },
        )
        for n in range(1, 4)
    ]


def happened(number: int) -> int:
    """When, in whole seconds since 1970."""
    return int((NOW - timedelta(hours=number)).timestamp())


def told(name: str, source: str, value: Any = 12.5) -> list[dict[str, Any]]:
    """Those events as Meta, and others after it, are told of them."""
    return by_number(
        3,
        lambda n: {
            "event_id": f"order-{n}",
            "event_name": name,
            "event_time": happened(n),
            "user_data": {"em": [address(n)]}
            | ({} if n == 2 else {"ph": [sha256("448444124653")]}),
            "custom_data": {"value": value, "currency": "EUR"},
            "action_source": source,
        },
    )


BAD_EVENTS = [
    {"event_id": None},
    {"event_time": None},
    {"event_time": NOW + timedelta(hours=1)},
    {"event_time": NOW - timedelta(days=100)},
    {"email": None, "phone": None},
    {"value": float("inf")},
    {"currency": "euro"},
    *BAD_IDENTIFIERS,
    *BAD_PHONES,
]
