"""Intercom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from benchmarks.loops.place import Batches, Place, session


def _intercom_ids(call: Callable[..., Any], addresses: list[str]) -> list[str]:
    found: list[str] = []
    for start in range(0, len(addresses), 50):
        wanted = addresses[start : start + 50]
        query = {"field": "email", "operator": "IN", "value": wanted}
        asked = {"query": query, "pagination": {"per_page": 150}}
        answer = call("POST", "/contacts/search", orjson.dumps(asked))
        found += [each["id"] for each in answer["data"]]
    return found


def intercom_contacts(batches: Batches, place: Place) -> None:
    call = session(place, "intercom")
    for rows in batches(50):
        ids = _intercom_ids(call, [row[0] for row in rows])
        for id, (email, name, orders) in zip(ids, rows, strict=True):
            told = {
                "email": email,
                "name": name,
                "custom_attributes": {"orders": orders},
            }
            call("PUT", f"/contacts/{id}", orjson.dumps(told))


def intercom_companies(batches: Batches, place: Place) -> None:
    call = session(place, "intercom")
    for rows in batches(50):
        for id, name, orders in rows:
            custom = {"orders": orders}
            told = {"company_id": id, "name": name, "custom_attributes": custom}
            call("POST", "/companies", orjson.dumps(told))


def intercom_segment(batches: Batches, place: Place) -> None:
    call = session(place, "intercom")
    for rows in batches(50):
        ids = _intercom_ids(call, [email for (email,) in rows])
        users = [{"id": id} for id in ids]
        call("POST", "/tags", orjson.dumps({"name": "vip", "users": users}))
