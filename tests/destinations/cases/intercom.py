"""Intercom: its services in the contract suite."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from outhaul.model import Change, Column, Kind, Row
from outhaul.sandbox import Sandbox
from tests.destinations.cases.case import (
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


def _intercom(url: str) -> dict[str, Any]:
    return {"access_token": SECRET, "base_url": url}


def people(sandbox: Sandbox, *numbers: int, tagged: tuple[int, ...] = ()) -> None:
    """Contacts of these numbers; those who are tagged have the tag `vip`."""
    contacts = {
        f"C{n}": {
            "id": f"C{n}",
            "role": "user",
            "email": f"person{n}@example.com",
            "tags": ["T1"] if n in tagged else [],
        }
        for n in numbers
    }
    sandbox.vendors["intercom"].load({"contacts": contacts, "tags": {"T1": "vip"}})


def _contacts(sandbox: Sandbox) -> Any:
    held = sandbox.state()["intercom"]["contacts"].values()
    found = sorted(held, key=lambda each: each["email"])
    return [{k: v for k, v in one.items() if k not in ("id", "role")} for one in found]


def _companies(sandbox: Sandbox) -> Any:
    return sandbox.state()["intercom"]["companies"]


_COLUMNS = [
    EMAIL,
    Column("name", "name", Kind.TEXT, "varchar"),
    Column("signed_up_at", "signed_up_at", Kind.TIMESTAMP, "timestamp"),
    Column("orders", "orders", Kind.INTEGER, "bigint"),
    Column("is_vip", "is_vip", Kind.BOOLEAN, "boolean"),
]
_VALUES = {
    "name": "Zoë 'O",
    "signed_up_at": datetime(2026, 1, 31, 10),
    "orders": 3,
    "is_vip": None,
}
_WRITTEN = {
    "name": "Zoë 'O",
    "signed_up_at": 1_769_853_600,
    "custom_attributes": {"orders": 3, "is_vip": None},
}
_REFUSED = [{"name": "x" * 256}, {"signed_up_at": "now"}, {"orders": "many"}]
_CONTACTS: dict[str, Any] = {
    "vendor": "intercom",
    "service": "contacts",
    "account": _intercom,
    "columns": _COLUMNS,
    "rows": upserts(lambda n: {"email": f"person{n}@example.com", **_VALUES}),
    "refused": [*BAD_ADDRESSES, *_REFUSED],
    "write": ("P*", "/contacts*"),
    "content": _contacts,
    "ends": by_number(
        4, lambda n: {"email": f"person{n}@example.com", "tags": [], **_WRITTEN}
    ),
}
_COMPANY = Column("company_id", "company_id", Kind.TEXT, "varchar")
_COMPANIES: dict[str, Any] = {
    "vendor": "intercom",
    "service": "companies",
    "account": _intercom,
    "columns": [
        _COMPANY,
        Column("name", "name", Kind.TEXT, "varchar"),
        Column("size", "size", Kind.INTEGER, "bigint"),
        Column("tier", "tier", Kind.TEXT, "varchar"),
    ],
    "rows": upserts(
        lambda n: {"company_id": f"c{n}", "name": "Acme", "size": 9, "tier": "a"}
    ),
    "refused": [{"company_id": None}, {"name": "x" * 256}, {"size": "many"}],
    "write": ("POST", "/companies"),
    "content": _companies,
    "ends": {
        f"c{n}": {
            "company_id": f"c{n}",
            "name": "Acme",
            "size": 9,
            "custom_attributes": {"tier": "a"},
        }
        for n in range(1, 5)
    },
}

CASES = [
    Case(
        **_CONTACTS,
        seed=lambda sandbox: people(sandbox, 1, 2, 3, 4),
        strangers=[stranger(9, **_VALUES)],
    ),
    Case(
        **_CONTACTS,
        variant="insert",
        seed=lambda sandbox: people(sandbox, 1, 2),
        options={"insert": True},
    ),
    Case(
        **_COMPANIES,
        seed=lambda sandbox: sandbox.vendors["intercom"].load(
            {"companies": {f"c{n}": {} for n in range(1, 5)}}
        ),
        strangers=[Row(9, Change.INSERTED, {"company_id": "c9", "name": "Other"})],
    ),
    Case(**_COMPANIES, variant="insert", options={"insert": True}),
    Case(
        vendor="intercom",
        service="segment",
        account=_intercom,
        columns=[EMAIL],
        rows=MEMBERS,
        refused=BAD_MEMBERS,
        write=("POST", "/tags"),
        content=_contacts,
        ends=by_number(
            4,
            lambda n: {
                "email": f"person{n}@example.com",
                "tags": ["T1"] if n < 4 else [],
            },
        ),
        seed=lambda sandbox: people(sandbox, 1, 2, 3, 4, tagged=(4,)),
        strangers=[stranger(9)],
    ),
]
