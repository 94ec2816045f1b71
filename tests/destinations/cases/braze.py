"""Braze: its services in the contract suite."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from outhaul.model import Change, Column, Kind, Row
from outhaul.sandbox import Sandbox
from tests.destinations.cases.case import SECRET, Case, by_number, upserts

GROUP = "504e09e6-ffa4-4b31-96c3-c05d50d903cf"
NOW = datetime.now(timezone.utc)
ID = Column("external_id", "external_id", Kind.TEXT, "varchar")
BAD_IDS = [{"external_id": None}, {"external_id": "x" * 998}]


def _braze(url: str) -> dict[str, Any]:
    return {"api_key": SECRET, "base_url": url}


def _in_bulk(url: str) -> dict[str, Any]:
    return {**_braze(url), "bulk": True}


def _content(sandbox: Sandbox) -> Any:
    return sandbox.state()["braze"]


def _users(sandbox: Sandbox) -> None:
    users = {"user-4": {"vip": True}, **{f"user-{n}": {} for n in range(1, 4)}}
    groups = {GROUP: {"user-4": "subscribed"}}
    sandbox.vendors["braze"].load({"users": users, "groups": groups})


def _ends(**held: Any) -> dict[str, Any]:
    return {"users": {}, "events": [], "groups": {}} | held


_VALUES = {
    "first_name": "Zoë 'O",
    "email": "zoe@example.com",
    "spent": Decimal("12.50"),
    "is_vip": True,
    "seen": datetime(2026, 1, 31, 10),
    "dob": datetime(2001, 2, 3).date(),
    "plan": None,
}
_TYPES = {
    "first_name": (Kind.TEXT, "varchar"),
    "email": (Kind.TEXT, "varchar"),
    "spent": (Kind.NUMBER, "decimal"),
    "is_vip": (Kind.BOOLEAN, "boolean"),
    "seen": (Kind.TIMESTAMP, "timestamp"),
    "dob": (Kind.DATE, "date"),
    "plan": (Kind.TEXT, "varchar"),
}
_ATTRIBUTES: dict[str, Any] = {
    "vendor": "braze",
    "service": "attributes",
    "account": _braze,
    "columns": [ID, *(Column(name, name, *_TYPES[name]) for name in _VALUES)],
    "rows": upserts(lambda n: {"external_id": f"user-{n}", **_VALUES}),
    "refused": [
        *BAD_IDS,
        {"first_name": "x" * 256},
        {"email": "nobody"},
        {"spent": float("nan")},
        {"is_vip": "yes"},
        {"seen": "yesterday"},
    ],
    "write": ("POST", "/users/track*"),
    "content": _content,
    "ends": _ends(
        users={
            f"user-{n}": {
                "first_name": "Zoë 'O",
                "email": "zoe@example.com",
                "spent": 12.5,
                "is_vip": True,
                "seen": "2026-01-31T10:00:00Z",
                "dob": "2001-02-03",
            }
            for n in range(1, 5)
        }
    ),
    "options": {"insert": True},
}
_MEMBERS = [
    *by_number(3, lambda n: Row(n, Change.INSERTED, {"external_id": f"user-{n}"})),
    Row(4, Change.REMOVED, {"external_id": "user-4"}),
]

CASES = [
    Case(**_ATTRIBUTES),
    Case(**{**_ATTRIBUTES, "variant": "bulk", "account": _in_bulk}),
    Case(
        vendor="braze",
        service="events",
        account=_braze,
        columns=[
            ID,
            Column("event_name", "event_name", Kind.TEXT, "varchar"),
            Column("event_time", "event_time", Kind.TIMESTAMP, "timestamptz"),
            Column("amount", "amount", Kind.NUMBER, "decimal"),
        ],
        rows=[
            Row(
                n,
                Change.INSERTED,
                {
                    "external_id": f"user-{n % 2}",
                    "event_name": "Order paid",
                    "event_time": NOW - timedelta(hours=n),
                    "amount": Decimal("12.50"),
                },
            )
            for n in range(1, 5)
        ],
        refused=[
            *BAD_IDS,
            {"event_name": None},
            {"event_name": "$paid"},
            {"event_name": "\ud800"},
            {"event_time": None},
            {"event_time": NOW + timedelta(hours=1)},
            {"event_time": NOW - timedelta(days=366)},
            {"amount": float("inf")},
        ],
        write=("POST", "/users/track"),
        content=_content,
        ends=_ends(
            users={"user-0": {}, "user-1": {}},
            events=by_number(
                4,
                lambda n: {
                    "external_id": f"user-{n % 2}",
                    "name": "Order paid",
                    "time": f"{NOW - timedelta(hours=n):%Y-%m-%dT%H:%M:%SZ}",
                    "properties": {"amount": 12.5},
                },
            ),
        ),
    ),
    Case(
        vendor="braze",
        service="list",
        account=_braze,
        columns=[ID],
        rows=_MEMBERS,
        refused=BAD_IDS,
        write=("POST", "/users/track"),
        content=_content,
        ends=_ends(
            users={f"user-{n}": {"vip": n < 4} for n in range(1, 5)},
            groups={GROUP: {"user-4": "subscribed"}},
        ),
        seed=_users,
    ),
    Case(
        vendor="braze",
        service="subscriptions",
        account=_braze,
        columns=[ID],
        rows=_MEMBERS,
        refused=BAD_IDS,
        write=("POST", "*/subscription/status/set"),
        content=_content,
        ends=_ends(
            users={"user-4": {"vip": True}, **{f"user-{n}": {} for n in range(1, 4)}},
            groups={
                GROUP: {
                    f"user-{n}": "subscribed" if n < 4 else "unsubscribed"
                    for n in range(1, 5)
                }
            },
        ),
        options={"subscription_group_id": GROUP, "unsubscribe": True},
        seed=_users,
    ),
]
