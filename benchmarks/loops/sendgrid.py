"""SendGrid."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson

from benchmarks.loops.place import Batches, Place, Rows, session
from benchmarks.vendors import SENDGRID_FIELDS


def _sendgrid_contact(row: tuple[Any, ...]) -> dict[str, Any]:
    email, first, last, country, value, orders, born, seen, note = row
    return {
        "email": email,
        "first_name": first,
        "last_name": last,
        "country": country,
        "custom_fields": {
            _SENDGRID["lifetime_value"]: float(value),
            _SENDGRID["order_count"]: orders,
            _SENDGRID["born_on"]: born.strftime("%m/%d/%Y"),
            _SENDGRID["last_seen_at"]: seen.strftime("%m/%d/%Y"),
            _SENDGRID["note"]: note or "",
        },
    }


_SENDGRID = {name: id for name, (id, _) in SENDGRID_FIELDS.items()}


def _sendgrid_put(call: Callable[..., Any], body: Any) -> None:
    job = call("PUT", "/v3/marketing/contacts", orjson.dumps(body))["job_id"]
    while True:
        state = call("GET", f"/v3/marketing/contacts/imports/{job}")
        if state["status"] == "completed":
            return


def sendgrid_contacts(batches: Batches, place: Place) -> None:
    call = session(place, "sendgrid")
    for rows in batches(5_000):
        _sendgrid_put(call, {"contacts": [_sendgrid_contact(row) for row in rows]})


def _known(call: Callable[..., Any], rows: Rows) -> Iterator[tuple[Any, ...]]:
    for start in range(0, len(rows), 100):
        part = rows[start : start + 100]
        body = orjson.dumps({"emails": [row[0] for row in part]})
        found = call("POST", "/v3/marketing/contacts/search/emails", body)["result"]
        for row in part:
            if "contact" in found[row[0]]:
                yield row


def sendgrid_updates(batches: Batches, place: Place) -> None:
    call = session(place, "sendgrid")
    for rows in batches(5_000):
        known = _known(call, rows)
        _sendgrid_put(call, {"contacts": [_sendgrid_contact(row) for row in known]})


def sendgrid_list(batches: Batches, place: Place) -> None:
    call = session(place, "sendgrid")
    for rows in batches(5_000):
        contacts = [{"email": row[0]} for row in _known(call, rows)]
        _sendgrid_put(call, {"list_ids": ["list-1"], "contacts": contacts})
