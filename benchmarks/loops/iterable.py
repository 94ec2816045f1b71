"""Iterable."""

from __future__ import annotations

from urllib.parse import quote

import orjson

from benchmarks.loops.place import Batches, Place, session


def iterable_attributes(batches: Batches, place: Place) -> None:
    call = session(place, "iterable")
    for rows in batches(1_000):
        users = [
            {
                "email": email,
                "dataFields": {
                    "first_name": first,
                    "last_name": last,
                    "country": country,
                    "lifetime_value": float(value),
                    "order_count": orders,
                    "born_on": born,
                    "last_seen_at": seen,
                    "note": note,
                },
            }
            for email, first, last, country, value, orders, born, seen, note in rows
        ]
        body = orjson.dumps({"users": users}, option=orjson.OPT_NAIVE_UTC)
        call("POST", "/api/users/bulkUpdate", body)


def iterable_list(batches: Batches, place: Place) -> None:
    call = session(place, "iterable")
    for rows in batches(1_000):
        users = [call("GET", f"/api/users/{quote(row[0])}") for row in rows]
        known = zip(rows, users, strict=True)
        people = [{"email": row[0]} for row, found in known if found.get("user")]
        body = orjson.dumps({"listId": 7, "subscribers": people})
        call("POST", "/api/lists/subscribe", body)
