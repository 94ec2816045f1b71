"""Zendesk: its services in the contract suite."""

from __future__ import annotations

from datetime import date
from typing import Any

from outhaul.model import Column, Kind
from outhaul.sandbox import Sandbox
from tests.destinations.cases.case import (
    BAD_ADDRESSES,
    EMAIL,
    SECRET,
    Case,
    by_number,
    stranger,
    upserts,
)


def _zendesk(url: str) -> dict[str, Any]:
    return {"base_url": url, "email": "admin@example.com", "api_token": SECRET}


def people(sandbox: Sandbox, *numbers: int) -> None:
    """Users of these numbers."""
    emails = {n: f"person{n}@example.com" for n in numbers}
    users = {email: {"id": n, "email": email} for n, email in emails.items()}
    sandbox.vendors["zendesk"].load({"users": users})


def _users(sandbox: Sandbox) -> Any:
    held = sandbox.state()["zendesk"]["users"].values()
    found = sorted(held, key=lambda each: each["email"])
    return [{k: v for k, v in one.items() if k != "id"} for one in found]


_VALUES = {"name": "Zoë 'O", "phone": None, "spent": 3, "is_vip": True}
_USERS: dict[str, Any] = {
    "vendor": "zendesk",
    "service": "users",
    "account": _zendesk,
    "columns": [
        EMAIL,
        Column("name", "name", Kind.TEXT, "varchar"),
        Column("phone", "phone", Kind.TEXT, "varchar"),
        Column("spent", "spent", Kind.INTEGER, "bigint"),
        Column("is_vip", "is_vip", Kind.BOOLEAN, "boolean"),
    ],
    "rows": upserts(lambda n: {"email": f"person{n}@example.com", **_VALUES}),
    "refused": [*BAD_ADDRESSES, {"name": None}, {"spent": "many"}, {"is_vip": "yes"}],
    "write": ("P*", "/api/v2/users/*"),
    "content": _users,
    "ends": by_number(
        4,
        lambda n: {
            "email": f"person{n}@example.com",
            "name": "Zoë 'O",
            "phone": None,
            "user_fields": {"spent": 3, "is_vip": True},
        },
    ),
}

CASES = [
    Case(
        **_USERS,
        seed=lambda sandbox: people(sandbox, 1, 2, 3, 4),
        strangers=[stranger(9, **_VALUES)],
    ),
    Case(
        **_USERS,
        variant="insert",
        seed=lambda sandbox: people(sandbox, 1),
        options={"insert": True},
    ),
    Case(
        vendor="zendesk",
        service="custom_object",
        account=_zendesk,
        columns=[
            Column("external_id", "external_id", Kind.TEXT, "varchar"),
            Column("name", "name", Kind.TEXT, "varchar"),
            Column("built_on", "built_on", Kind.DATE, "date"),
        ],
        rows=upserts(
            lambda n: {
                "external_id": f"v{n}",
                "name": "Van",
                "built_on": date(2020, 1, n),
            }
        ),
        refused=[{"external_id": None}, {"name": None}, {"built_on": "yesterday"}],
        write=("POST", "*/jobs"),
        content=lambda sandbox: sandbox.state()["zendesk"]["records"],
        ends={
            f"v{n}": {
                "external_id": f"v{n}",
                "name": "Van",
                "custom_object_fields": {"built_on": f"2020-01-0{n}"},
            }
            for n in range(1, 5)
        },
        options={"object": "vehicle"},
    ),
]
