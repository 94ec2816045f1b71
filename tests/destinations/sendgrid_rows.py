"""Columns, rows and services for the tests of SendGrid."""

from __future__ import annotations

from typing import Any

from outhaul.destinations.sendgrid import SendGrid
from outhaul.kit.service import Activation, Service
from outhaul.model import Change, Column, Kind, Row
from outhaul.registry.platforms import PLATFORMS
from tests.destinations.binding import bound

EMAIL = Column("email", "email", Kind.TEXT, "varchar")
FIRST_NAME = Column("first_name", "first_name", Kind.TEXT, "varchar")
SPENT = Column("lifetime_value", "lifetime_value", Kind.NUMBER, "decimal(18,2)")
LAST_ORDER = Column("last_order", "last_order", Kind.DATE, "date")
COLUMNS = [EMAIL, FIRST_NAME, SPENT, LAST_ORDER]

ACTIVATION = Activation("vip_customers__sendgrid", "vip_customers", "sendgrid")


def service(account: SendGrid, name: str, **options: Any) -> Service:
    made = PLATFORMS[account.type].services[name].Options(**options)
    return bound(account, name, made, ACTIVATION)


def column(name: str, kind: Kind = Kind.TEXT) -> Column:
    return Column(name, name, kind, kind.value)


def row(seq: int, change: Change = Change.INSERTED, **values: Any) -> Row:
    values.setdefault("email", f"person{seq}@example.com")
    return Row(seq, change, values)


def rows(*numbers: int, change: Change = Change.INSERTED) -> list[Row]:
    return [row(number, change) for number in numbers]


def held(sandbox: Any) -> dict[str, dict[str, Any]]:
    """What the sandbox holds, by address."""
    contacts = sandbox.state()["sendgrid"]["contacts"]
    return {contact["email"]: contact for contact in contacts}


def members(sandbox: Any, name: str = "vip_customers") -> set[str]:
    """Local parts of the addresses on a list."""
    return {
        address.partition("@")[0]
        for address, contact in held(sandbox).items()
        if name in contact["lists"]
    }


def requests_of(sandbox: Any, method: str, end: str = "") -> list[dict[str, Any]]:
    return [
        each
        for each in sandbox.state()["requests"]
        if each["method"] == method and each["path"].endswith(end)
    ]


def statuses(outcomes: dict[int, Any]) -> dict[int, str]:
    return {seq: outcome.status.value for seq, outcome in sorted(outcomes.items())}
