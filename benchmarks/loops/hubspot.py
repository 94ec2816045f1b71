"""HubSpot."""

from __future__ import annotations

import orjson

from benchmarks.loops.place import Batches, Place, session


def hubspot_objects(batches: Batches, place: Place) -> None:
    call = session(place, "hubspot")
    for rows in batches(100):
        inputs = [
            {
                "id": email,
                "idProperty": "email",
                "properties": {
                    "firstname": first,
                    "lastname": last,
                    "country": country,
                    "lifetime_value": str(value),
                    "order_count": str(orders),
                    "born_on": born.isoformat(),
                    "last_seen_at": seen.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "note": note or "",
                },
            }
            for email, first, last, country, value, orders, born, seen, note in rows
        ]
        body = orjson.dumps({"inputs": inputs})
        call("POST", "/crm/objects/2026-09/contacts/batch/upsert", body)


def hubspot_list(batches: Batches, place: Place) -> None:
    call = session(place, "hubspot")
    for rows in batches(1_000):
        ids = []
        for start in range(0, len(rows), 100):
            inputs = [{"id": row[0]} for row in rows[start : start + 100]]
            body = orjson.dumps({"idProperty": "email", "inputs": inputs})
            found = call("POST", "/crm/objects/2026-09/contacts/batch/read", body)
            ids += [each["id"] for each in found["results"]]
        call("PUT", "/crm/lists/2026-09/list-1/memberships/add", orjson.dumps(ids))
