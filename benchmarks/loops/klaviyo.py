"""Klaviyo."""

from __future__ import annotations

from urllib.parse import quote

import orjson

from benchmarks.loops.place import Batches, Place, session


def klaviyo_contacts(batches: Batches, place: Place) -> None:
    call = session(place, "klaviyo")
    for rows in batches(5_000):
        profiles = [
            {
                "type": "profile",
                "attributes": {
                    "email": email,
                    "first_name": first,
                    "last_name": last,
                    "location": {"country": country},
                    "properties": {
                        "lifetime_value": float(value),
                        "order_count": orders,
                        "born_on": born,
                        "last_seen_at": seen,
                        "note": note,
                    },
                },
            }
            for email, first, last, country, value, orders, born, seen, note in rows
        ]
        attributes = {"profiles": {"data": profiles}}
        job = {"type": "profile-bulk-import-job", "attributes": attributes}
        body = orjson.dumps({"data": job}, option=orjson.OPT_NAIVE_UTC)
        made = call("POST", "/api/profile-bulk-import-jobs", body)["data"]["id"]
        while True:
            state = call("GET", f"/api/profile-bulk-import-jobs/{made}")["data"]
            if state["attributes"]["status"] == "complete":
                break


def klaviyo_list(batches: Batches, place: Place) -> None:
    call = session(place, "klaviyo")
    for rows in batches(1_000):
        members = []
        for start in range(0, len(rows), 100):
            addresses = [row[0] for row in rows[start : start + 100]]
            wanted = quote(f"any(email,{orjson.dumps(addresses).decode()})")
            found = call("GET", f"/api/profiles?filter={wanted}")["data"]
            members += [{"type": "profile", "id": each["id"]} for each in found]
        path = "/api/lists/one/relationships/profiles"
        call("POST", path, orjson.dumps({"data": members}))


def klaviyo_subscriptions(batches: Batches, place: Place) -> None:
    call = session(place, "klaviyo")
    consent = {"email": {"marketing": {"consent": "SUBSCRIBED"}}}
    for rows in batches(1_000):
        profiles = [
            {"type": "profile", "attributes": {"email": e, "subscriptions": consent}}
            for (e,) in rows
        ]
        job = {
            "type": "profile-subscription-bulk-create-job",
            "attributes": {"profiles": {"data": profiles}},
            "relationships": {"list": {"data": {"type": "list", "id": "one"}}},
        }
        body = orjson.dumps({"data": job})
        call("POST", "/api/profile-subscription-bulk-create-jobs", body)
