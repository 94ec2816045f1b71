"""Brevo."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson

from benchmarks.loops.place import Batches, Place, session


def _brevo_attributes(row: tuple[Any, ...]) -> dict[str, Any]:
    email, first, last, country, value, orders, born, seen, note = row
    return {
        "FIRST_NAME": first,
        "LAST_NAME": last,
        "COUNTRY": country,
        "LIFETIME_VALUE": float(value),
        "ORDER_COUNT": orders,
        "BORN_ON": born,
        "LAST_SEEN_AT": seen.date(),
        "NOTE": note or "",
    }


def brevo_contacts(batches: Batches, place: Place) -> None:
    call = session(place, "brevo")
    for rows in batches(5_000):
        contacts = [
            {"email": row[0], "attributes": _brevo_attributes(row)} for row in rows
        ]
        body = {
            "updateExistingContacts": True,
            "emptyContactsAttributes": True,
            "disableNotification": True,
            "listIds": [1],
            "jsonBody": contacts,
        }
        job = call("POST", "/contacts/import", orjson.dumps(body))["processId"]
        while True:
            if call("GET", f"/processes/{job}")["status"] == "completed":
                break


def brevo_updates(batches: Batches, place: Place) -> None:
    call = session(place, "brevo")
    for rows in batches(1_000):
        for row in rows:
            body = orjson.dumps({"attributes": _brevo_attributes(row)})
            call("PUT", f"/contacts/{quote(row[0])}", body)


def brevo_list(batches: Batches, place: Place) -> None:
    call = session(place, "brevo")
    for rows in batches(150):
        body = orjson.dumps({"emails": [row[0] for row in rows]})
        call("POST", "/contacts/lists/1/contacts/add", body)
