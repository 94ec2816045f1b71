"""The benchmark's own destination, and a webhook."""

from __future__ import annotations

import orjson

from benchmarks.customers import COLUMNS as _CUSTOMERS
from benchmarks.destination import encode
from benchmarks.loops.place import Batches, Place, session


def customers_out(batches: Batches, place: Place) -> None:
    call = session(place, "rows")
    for rows in batches(1_000):
        records = [dict(zip(_CUSTOMERS, row, strict=True)) for row in rows]
        call("POST", "", encode(records))


def webhook(batches: Batches, place: Place) -> None:
    call = session(place, "webhook")
    for rows in batches(500):
        records = [
            {
                "_change": "inserted",
                "customer_id": id,
                "email": email,
                "first_name": first,
                "last_name": last,
                "country": country,
                "lifetime_value": float(value),
                "order_count": orders,
                "born_on": born,
                "last_seen_at": seen,
                "note": note,
            }
            for id, email, first, last, country, value, orders, born, seen, note in rows
        ]
        call("POST", "", orjson.dumps(records, option=orjson.OPT_NAIVE_UTC))
