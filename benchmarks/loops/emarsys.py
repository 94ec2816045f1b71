"""Emarsys."""

from __future__ import annotations

import orjson

from benchmarks.loops.place import Batches, Place, session
from benchmarks.vendors import EMARSYS_FIELDS


def emarsys_contacts(batches: Batches, place: Place) -> None:
    call = session(place, "emarsys")
    path = "/api/v3/contact?create_if_not_exists=0"
    ids = {name: id for name, (id, _) in EMARSYS_FIELDS.items()}
    for rows in batches(1_000):
        contacts = [
            {
                "3": email,
                "1": first,
                "2": last,
                "14": country,
                ids["lifetime_value"]: str(value),
                ids["order_count"]: str(orders),
                ids["born_on"]: born.isoformat(),
                ids["last_seen_at"]: f"{seen.isoformat()}Z",
                ids["note"]: note or "",
            }
            for email, first, last, country, value, orders, born, seen, note in rows
        ]
        call("PUT", path, orjson.dumps({"key_id": "3", "contacts": contacts}))


def emarsys_list(batches: Batches, place: Place) -> None:
    call = session(place, "emarsys")
    for rows in batches(1_000):
        body = {"key_id": "3", "external_ids": [email for (email,) in rows]}
        call("POST", "/api/v3/contactlist/7/add", orjson.dumps(body))


def emarsys_table(batches: Batches, place: Place) -> None:
    call = session(place, "emarsys")
    path = "/api/rds/v1/connections/shop/tables/customers/records/upsert"
    for rows in batches(1_000):
        records = [
            {
                "customer_id": id,
                "email": email,
                "first_name": first,
                "last_name": last,
                "country": country,
                "lifetime_value": float(value),
                "order_count": orders,
                "born_on": born.isoformat(),
                "last_seen_at": seen.isoformat(sep=" ", timespec="seconds"),
                "note": note,
            }
            for id, email, first, last, country, value, orders, born, seen, note in rows
        ]
        call("POST", path, orjson.dumps(records))
