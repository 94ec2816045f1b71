"""Columns, rows and services for the tests of Batch."""

from __future__ import annotations

import json
from typing import Any

from outhaul.destinations.batch import BatchAccount
from outhaul.kit.service import Activation, Service
from outhaul.model import Change, Column, Kind, Row
from outhaul.registry.platforms import PLATFORMS
from tests.destinations.binding import bound

ACTIVATION = Activation("vip__batch", "vip", "batch")
CUSTOM_ID = Column("custom_id", "custom_id", Kind.TEXT, "varchar")
PLAN = Column("plan", "plan", Kind.TEXT, "varchar")
COLUMNS = [CUSTOM_ID, PLAN]


def account(url: str, **settings: Any) -> BatchAccount:
    made = BatchAccount(
        **{
            "rest_api_key": "canary-rest-key",
            "ios_key": "CANARYIOS",
            "android_key": "CANARYANDROID",
            "project_key": "project",
            "base_url": url,
            **settings,
        }
    )
    assert made.validate() == []
    return made


def service(account: BatchAccount, name: str, **options: Any) -> Service:
    made = PLATFORMS[account.type].services[name].Options(**options)
    return bound(account, name, made, ACTIVATION)


def column(name: str, kind: Kind = Kind.TEXT) -> Column:
    return Column(name, name, kind, kind.value)


def row(seq: int, change: Change = Change.INSERTED, **values: Any) -> Row:
    return Row(seq, change, {"custom_id": f"user-{seq}", **values})


def encoded(service: Service, columns: list[Column], **values: Any) -> Any:
    """What a row of these values becomes."""
    service.prepare(columns)
    return json.loads(service.encode(row(1, **values)))
