"""Columns, rows and services for the tests of Emarsys."""

from __future__ import annotations

import json
from typing import Any

from outhaul.destinations.emarsys import Emarsys
from outhaul.kit.service import Activation, Service
from outhaul.model import Change, Column, Kind, Row
from outhaul.registry.platforms import PLATFORMS
from tests.destinations.binding import bound

ACTIVATION = Activation("vip__emarsys", "vip", "emarsys")
EMAIL = Column("email", "email", Kind.TEXT, "varchar")
FIRST_NAME = Column("first_name", "first_name", Kind.TEXT, "varchar")
COLUMNS = [EMAIL, FIRST_NAME]


def account(url: str, **settings: Any) -> Emarsys:
    made = Emarsys(
        **{
            "client_id": "client",
            "client_secret": "canary-secret",
            "base_url": url,
            "token_url": f"{url}/oauth2/token",
            **settings,
        }
    )
    assert made.validate() == []
    return made


def service(account: Emarsys, name: str, **options: Any) -> Service:
    made = PLATFORMS[account.type].services[name].Options(**options)
    return bound(account, name, made, ACTIVATION)


def column(name: str, kind: Kind = Kind.TEXT) -> Column:
    return Column(name, name, kind, kind.value)


def row(seq: int, change: Change = Change.INSERTED, **values: Any) -> Row:
    values.setdefault("email", f"person{seq}@example.com")
    return Row(seq, change, values)


def encoded(service: Service, columns: list[Column], **values: Any) -> Any:
    """What a row of these values becomes."""
    service.prepare(columns)
    return json.loads(service.encode(row(1, **values)))


def held(sandbox: Any) -> dict[str, dict[str, Any]]:
    """Contacts of the stand-in by address."""
    contacts = sandbox.state()["emarsys"]["contacts"]
    return {contact["email"]: contact for contact in contacts}


def members(sandbox: Any, name: str) -> set[str]:
    """Local parts of the addresses on a list."""
    return {
        address.partition("@")[0]
        for address, contact in held(sandbox).items()
        if name in contact["lists"]
    }


def statuses(outcomes: dict[int, Any]) -> dict[int, str]:
    return {seq: outcome.status.value for seq, outcome in sorted(outcomes.items())}
