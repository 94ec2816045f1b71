"""HubSpot: its services in the contract suite."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from outhaul.model import Change, Column, Kind, Row
from outhaul.sandbox import Sandbox
from tests.destinations.cases.case import (
    BAD_ADDRESSES,
    BAD_MEMBERS,
    EMAIL,
    SECRET,
    Case,
    by_number,
    stranger,
)

_TYPES = {
    "firstname": "string",
    "spent": "number",
    "is_vip": "bool",
    "born_on": "date",
    "seen_at": "datetime",
}
_COLUMNS = [
    Column("firstname", "firstname", Kind.TEXT, "varchar"),
    Column("spent", "spent", Kind.NUMBER, "decimal"),
    Column("is_vip", "is_vip", Kind.BOOLEAN, "boolean"),
    Column("born_on", "born_on", Kind.DATE, "date"),
    Column("seen_at", "seen_at", Kind.TIMESTAMP, "timestamp"),
]


def _values(n: int) -> dict[str, Any]:
    return {
        "firstname": "Zoë 'O",
        "spent": Decimal("12.50"),
        "is_vip": None if n == 2 else True,
        "born_on": datetime(1990, 1, n).date(),
        "seen_at": datetime(2026, 1, n, 6, 15),
    }


def _written(n: int) -> dict[str, Any]:
    return {
        "firstname": "Zoë 'O",
        "spent": "12.5",
        "is_vip": "" if n == 2 else "true",
        "born_on": f"1990-01-0{n}",
        "seen_at": f"2026-01-0{n}T06:15:00Z",
    }


_CHANGES = [Change.INSERTED, Change.UPDATED] * 2
_REFUSED: list[dict[str, Any]] = [
    {"firstname": "\x00"},
    {"spent": float("nan")},
    {"seen_at": "yesterday"},
]


def _hubspot(url: str) -> dict[str, Any]:
    return {"access_token": SECRET, "base_url": url}


def _people(*members: str) -> Any:
    def seed(sandbox: Sandbox) -> None:
        contacts = {
            str(n): {"id": str(n), "properties": {"email": f"person{n}@example.com"}}
            for n in range(1, 5)
        }
        lists = {"7": {"name": "vip", "members": list(members)}} if members else {}
        held = {
            "objects": {"contacts": contacts, "companies": {}},
            "properties": dict.fromkeys(("contacts", "companies"), _TYPES),
            "lists": lists,
        }
        sandbox.vendors["hubspot"].load(held)

    return seed


def _content(sandbox: Sandbox) -> Any:
    held = sandbox.state()["hubspot"]
    return {
        kind: [each["properties"] for each in objects.values()]
        for kind, objects in held["objects"].items()
    } | {"lists": held["lists"]}


_NOBODY: Any = {"contacts": [], "companies": [], "lists": {}}
_ADDRESSES = by_number(4, lambda n: {"email": f"person{n}@example.com"})

CASES = [
    Case(
        vendor="hubspot",
        service="objects",
        variant="contacts",
        account=_hubspot,
        columns=[EMAIL, *_COLUMNS],
        rows=[
            Row(n, change, {"email": f"person{n}@example.com", **_values(n)})
            for n, change in enumerate(_CHANGES, start=1)
        ],
        refused=[*BAD_ADDRESSES, *_REFUSED],
        write=("POST", "*/batch/update"),
        content=_content,
        ends=_NOBODY
        | {
            "contacts": by_number(
                4, lambda n: {"email": f"person{n}@example.com", **_written(n)}
            )
        },
        strangers=[
            Row(9, Change.INSERTED, {"email": "person9@example.com", **_values(9)})
        ],
        seed=_people(),
    ),
    Case(
        vendor="hubspot",
        service="objects",
        variant="companies",
        account=_hubspot,
        options={"object_type": "companies", "id_property": "domain", "insert": True},
        columns=[Column("domain", "domain", Kind.TEXT, "varchar"), *_COLUMNS],
        rows=[
            Row(n, change, {"domain": f"shop{n}.example.com", **_values(n)})
            for n, change in enumerate(_CHANGES, start=1)
        ],
        refused=[{"domain": None}, {"domain": "   "}, *_REFUSED],
        write=("POST", "*/batch/upsert"),
        content=_content,
        ends=_NOBODY
        | {
            "contacts": _ADDRESSES,
            "companies": by_number(
                4, lambda n: {"domain": f"shop{n}.example.com", **_written(n)}
            ),
        },
        seed=_people(),
    ),
    Case(
        vendor="hubspot",
        service="list",
        account=_hubspot,
        columns=[EMAIL],
        rows=[
            *(Row(n, Change.INSERTED, _ADDRESSES[n - 1]) for n in range(1, 4)),
            Row(4, Change.REMOVED, _ADDRESSES[3]),
        ],
        refused=BAD_MEMBERS,
        write=("PUT", "*/memberships/add"),
        content=_content,
        ends=_NOBODY
        | {
            "contacts": _ADDRESSES,
            "lists": {"7": {"name": "vip", "members": ["1", "2", "3"]}},
        },
        strangers=[stranger(9)],
        seed=_people("4"),
    ),
]
