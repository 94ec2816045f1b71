"""Batch: its services in the contract suite."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from outhaul.model import Change, Column, Kind, Row
from outhaul.sandbox import Sandbox
from tests.destinations.cases.case import (
    SECRET,
    Case,
    by_number,
    upserts,
)


def _batch(url: str) -> dict[str, Any]:
    return {
        "rest_api_key": SECRET,
        "ios_key": "IOSKEY",
        "android_key": "ANDROIDKEY",
        "project_key": "project",
        "base_url": url,
    }


def _batch_content(sandbox: Sandbox) -> Any:
    return sandbox.state()["batch"]


def _batch_users(sandbox: Sandbox) -> None:
    for number in range(1, 5):
        sandbox.batch.add_user(f"person-{number}", "IOSKEY", "ANDROIDKEY")


_CUSTOM_ID = Column("custom_id", "custom_id", Kind.TEXT, "varchar")


_BATCH_COLUMNS = [
    _CUSTOM_ID,
    Column("plan", "plan", Kind.TEXT, "varchar"),
    Column("spent", "spent", Kind.NUMBER, "decimal"),
    Column("vip", "vip", Kind.BOOLEAN, "boolean"),
    Column("seen", "seen", Kind.TIMESTAMP, "timestamp"),
    Column("tags", "tags", Kind.JSON, "varchar[]"),
]


_BATCH_ROWS = upserts(
    lambda n: {
        "custom_id": f"person-{n}",
        "plan": "Zoë's",
        "spent": Decimal("12.50"),
        "vip": True,
        "seen": datetime(1, 2, 3),
        "tags": ["a", "é"],
    }
)


_BATCH_REFUSED: list[dict[str, Any]] = [
    {"custom_id": None},
    {"custom_id": "x" * 513},
    {"plan": "x" * 301},
    {"plan": "a\x00b"},
    {"spent": float("nan")},
    {"spent": 2**53 + 1},
    {"vip": "yes"},
    {"seen": "yesterday"},
    {"tags": ["a"] * 26},
    {"tags": {"a": 1}},
]


_NOW = datetime.now(timezone.utc)


def _batch_ends(**held: Any) -> dict[str, Any]:
    return {"apps": {}, "events": [], "profiles": {}} | held


CASES = [
    Case(
        vendor="batch",
        service="contacts",
        account=_batch,
        columns=_BATCH_COLUMNS,
        rows=_BATCH_ROWS,
        refused=[*_BATCH_REFUSED, {"plan": "x" * 65}],
        write=("POST", "*/data/users"),
        content=_batch_content,
        ends=_batch_ends(
            apps=dict.fromkeys(
                ("IOSKEY", "ANDROIDKEY"),
                dict.fromkeys(
                    by_number(4, "person-{}".format),
                    {
                        "u.plan": "Zoë's",
                        "u.spent": 12.5,
                        "u.vip": True,
                        "date(u.seen)": "0001-02-03T00:00:00",
                        "ut.tags": ["a", "é"],
                    },
                ),
            )
        ),
        seed=_batch_users,
    ),
    Case(
        vendor="batch",
        service="profiles",
        account=_batch,
        columns=_BATCH_COLUMNS,
        rows=_BATCH_ROWS,
        refused=_BATCH_REFUSED,
        write=("POST", "*/profiles/update"),
        content=_batch_content,
        ends=_batch_ends(
            profiles=dict.fromkeys(
                by_number(4, "person-{}".format),
                {
                    "plan": "Zoë's",
                    "spent": 12.5,
                    "vip": True,
                    "date(seen)": "0001-02-03T00:00:00Z",
                    "tags": ["a", "é"],
                },
            )
        ),
    ),
    Case(
        vendor="batch",
        service="events",
        account=_batch,
        columns=[
            _CUSTOM_ID,
            Column("event_name", "event_name", Kind.TEXT, "varchar"),
            Column("event_time", "event_time", Kind.TIMESTAMP, "timestamptz"),
            Column("amount", "amount", Kind.NUMBER, "decimal"),
        ],
        rows=[
            Row(
                n,
                Change.INSERTED,
                {
                    "custom_id": f"person-{n % 2}",
                    "event_name": "order_paid",
                    "event_time": _NOW - timedelta(hours=n),
                    "amount": Decimal("12.50"),
                },
            )
            for n in range(1, 5)
        ],
        refused=[
            {"custom_id": None},
            {"event_name": None},
            {"event_name": "Order paid"},
            {"event_time": None},
            {"event_time": _NOW - timedelta(hours=25)},
            {"event_time": _NOW + timedelta(hours=1)},
            {"amount": float("inf")},
        ],
        write=("POST", "*/profiles/update"),
        content=_batch_content,
        ends=_batch_ends(
            events=by_number(
                4,
                lambda n: {
                    "custom_id": f"person-{n % 2}",
                    "name": "order_paid",
                    "time": f"{_NOW - timedelta(hours=n):%Y-%m-%dT%H:%M:%SZ}",
                    "attributes": {"amount": 12.5},
                },
            ),
            profiles={"person-0": {}, "person-1": {}},
        ),
    ),
]
