"""Emarsys: its services in the contract suite."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
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
    list_ends,
    stranger,
    upserts,
)


def _emarsys(url: str) -> dict[str, Any]:
    return {
        "client_id": "client",
        "client_secret": SECRET,
        "base_url": url,
        "token_url": f"{url}/oauth2/token",
    }


def _emarsys_people(sandbox: Sandbox) -> None:
    for number in range(1, 4):
        sandbox.emarsys.add_contact(email=f"person{number}@example.com")
    sandbox.emarsys.add_contact("vip", email="person4@example.com")
    sandbox.emarsys.add_list("welcome")


def _emarsys_three(sandbox: Sandbox) -> None:
    for number in (1, 2):
        sandbox.emarsys.add_contact(email=f"person{number}@example.com")
    sandbox.emarsys.add_contact("vip", email="person4@example.com")
    sandbox.emarsys.add_list("welcome")


def _emarsys_content(sandbox: Sandbox) -> Any:
    held = sandbox.state()["emarsys"]
    fields = {each["name"]: each["application_type"] for each in held["fields"]}
    people = sorted(held["contacts"], key=lambda each: each["email"])
    return {**held, "contacts": people, "fields": fields}


def _emarsys_ends(**held: Any) -> dict[str, Any]:
    return {"contacts": [], "fields": {}, "lists": [], "tables": {}} | held


_EMARSYS_COLUMNS = [
    EMAIL,
    Column("first_name", "first_name", Kind.TEXT, "varchar"),
    Column("spent", "spent", Kind.NUMBER, "decimal"),
    Column("seen", "seen", Kind.DATE, "date"),
    Column("gender", "gender", Kind.TEXT, "varchar"),
]


_EMARSYS_VALUES = {**ATTRIBUTES, "gender": "female"}


CASES = [
    Case(
        vendor="emarsys",
        service="contacts",
        account=_emarsys,
        options={"insert": True, "contact_list": "welcome"},
        columns=_EMARSYS_COLUMNS,
        rows=upserts(lambda n: {"email": f"person{n}@example.com", **_EMARSYS_VALUES}),
        refused=[
            *BAD_ADDRESSES,
            {"first_name": "x" * 61},
            {"first_name": "\U0001f600"},
            {"spent": float("nan")},
            {"spent": 10**24},
            {"spent": "much"},
            {"seen": "yesterday"},
            {"gender": "unknown"},
        ],
        write=("PUT", "*/contact"),
        content=_emarsys_content,
        ends=_emarsys_ends(
            contacts=by_number(
                4,
                lambda n: {
                    "email": f"person{n}@example.com",
                    "first_name": "Zoë 'O",
                    "gender": "2",
                    "lists": {3: ["welcome"], 4: ["vip"]}.get(n, []),
                    "seen": "0001-01-01",
                    "spent": "12.5",
                },
            ),
            fields={"spent": "numeric", "seen": "date"},
            lists=["vip", "welcome"],
        ),
        seed=_emarsys_three,
    ),
    Case(
        vendor="emarsys",
        service="list",
        account=_emarsys,
        columns=[EMAIL],
        rows=MEMBERS,
        refused=BAD_MEMBERS,
        write=("POST", "*/contactlist/*"),
        content=_emarsys_content,
        ends=_emarsys_ends(contacts=list_ends(3), lists=["vip", "welcome"]),
        strangers=[stranger(9)],
        seed=_emarsys_people,
    ),
    Case(
        vendor="emarsys",
        service="table",
        account=_emarsys,
        options={"connection": "shop", "table": "orders"},
        columns=[
            Column("order_id", "order_id", Kind.INTEGER, "bigint"),
            Column("total", "total", Kind.NUMBER, "decimal"),
            Column("placed_at", "placed_at", Kind.TIMESTAMP, "timestamp"),
            Column("is_gift", "is_gift", Kind.BOOLEAN, "boolean"),
        ],
        rows=upserts(
            lambda n: {
                "order_id": n,
                "total": Decimal("12.50"),
                "placed_at": datetime(2026, 1, 31, 10),
                "is_gift": None,
            }
        ),
        refused=[
            {"total": float("inf")},
            {"order_id": 2**53 + 1},
            {"placed_at": "now"},
        ],
        write=("POST", "*/records/upsert"),
        content=_emarsys_content,
        ends=_emarsys_ends(
            tables={
                "shop.orders": by_number(
                    4,
                    lambda n: {
                        "order_id": n,
                        "total": 12.5,
                        "placed_at": "2026-01-31 10:00:00",
                        "is_gift": None,
                    },
                )
            }
        ),
    ),
]
