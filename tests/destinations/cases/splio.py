"""Splio: its services in the contract suite."""

from __future__ import annotations

from typing import Any

from outhaul.sandbox import Sandbox
from tests.destinations.cases.case import (
    BAD_ADDRESSES,
    NOT_TEXT,
    PEOPLE,
    SECRET,
    UPSERTS,
    Case,
    people_end,
    sftp,
)


def _splio_by_file(url: str) -> dict[str, Any]:
    return {
        **sftp(url),
        "universe": "shop",
        "subsequence_insert": "dinsert",
        "confirmed_columns": ["spent", "seen"],
    }


def _splio_by_rest(url: str) -> dict[str, Any]:
    return {"transport": "rest", "api_key": SECRET, "base_url": url}


def _splio_people(sandbox: Sandbox) -> None:
    for name in ("spent", "seen"):
        sandbox.splio.add_field(name, "text")
    for number in range(1, 5):
        sandbox.splio.add_contact(f"person{number}@example.com")


def _splio_contacts(sandbox: Sandbox) -> Any:
    return sandbox.state()["splio"]["contacts"]


_STRANGER = {**UPSERTS[0].values, "email": "person9@example.com"}


_CONTACTS: dict[str, Any] = {
    "vendor": "splio",
    "service": "contacts",
    "columns": PEOPLE,
    "rows": UPSERTS,
    "refused": [*BAD_ADDRESSES, {"firstname": "x" * 256}, *NOT_TEXT],
    "content": _splio_contacts,
    "seed": _splio_people,
}
_BY_REST: dict[str, Any] = {
    **_CONTACTS,
    "account": _splio_by_rest,
    "ends": people_end("2026-01-0{} 00:00:00", fourth=True),
    "renews_token": True,
}


CASES = [
    Case(
        **_CONTACTS,
        variant="file",
        account=_splio_by_file,
        ends=people_end("2026-01-0{}", fourth=True),
        options={"insert": True},
        write=("WRITE", "*"),
        stand_in="sftp",
        is_http=False,
    ),
    Case(
        **_BY_REST,
        variant="rest",
        strangers=[UPSERTS[0]._replace(seq=9, values=_STRANGER)],
        write=("PATCH", "*/contacts/*"),
    ),
    Case(
        **_BY_REST,
        variant="rest-insert",
        options={"insert": True},
        write=("P*", "*/contacts/*"),
    ),
]
