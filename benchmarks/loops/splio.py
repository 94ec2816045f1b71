"""Splio."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson

from benchmarks.loops.place import Batches, Place, session
from benchmarks.vendors import SPLIO_FIELDS


def _splio_contact(row: tuple[Any, ...]) -> dict[str, Any]:
    email, first, last, country, value, orders, born, seen, note = row
    customs = (
        country,
        str(value),
        str(orders),
        born.strftime("%Y-%m-%d 00:00:00"),
        seen.strftime("%Y-%m-%d %H:%M:%S"),
        note or "",
    )
    return {
        "email": email,
        "firstname": first,
        "lastname": last,
        "custom_fields": [
            {"id": id, "value": value}
            for id, value in zip(_SPLIO_IDS, customs, strict=True)
        ],
    }


_SPLIO_IDS = [id for id, _ in SPLIO_FIELDS.values()]


def splio_created(batches: Batches, place: Place) -> None:
    call = session(place, "splio")
    for rows in batches(1_000):
        body = {"contacts": [_splio_contact(row) for row in rows]}
        answer = call("POST", "/data/contacts/bulk", orjson.dumps(body))
        assert all(item["code"] in (200, 201) for item in answer["items"])


def splio_updates(batches: Batches, place: Place) -> None:
    call = session(place, "splio")
    for rows in batches(1_000):
        for row in rows:
            contact = _splio_contact(row)
            path = f"/data/contacts/{quote(contact.pop('email'), safe='')}"
            call("PATCH", path, orjson.dumps(contact))
