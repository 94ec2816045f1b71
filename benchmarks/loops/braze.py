"""Braze."""

from __future__ import annotations

import orjson

from benchmarks.loops.place import Batches, Place, session


def braze_attributes(batches: Batches, place: Place) -> None:
    call = session(place, "braze")
    for rows in batches(1_000):
        users = [
            {
                "external_id": str(id),
                "email": email,
                "first_name": first,
                "country": country,
                "lifetime_value": float(value),
                "order_count": orders,
                "last_seen_at": f"{seen.isoformat(timespec='seconds')}Z",
                "note": note,
            }
            for id, email, first, country, value, orders, seen, note in rows
        ]
        call("POST", "/users/track/bulk", orjson.dumps({"attributes": users}))


def braze_events(batches: Batches, place: Place) -> None:
    call = session(place, "braze")
    for rows in batches(1_000):
        events = [
            {
                "external_id": str(id),
                "name": "visited",
                "time": f"{at.isoformat(timespec='seconds')}Z",
                "properties": {
                    "email": email,
                    "country": country,
                    "lifetime_value": float(value),
                },
            }
            for id, at, email, country, value in rows
        ]
        call("POST", "/users/track/bulk", orjson.dumps({"events": events}))


def braze_list(batches: Batches, place: Place) -> None:
    call = session(place, "braze")
    for rows in batches(1_000):
        users = [
            {"external_id": id, "_update_existing_only": True, "is_vip": True}
            for (id,) in rows
        ]
        call("POST", "/users/track/bulk", orjson.dumps({"attributes": users}))


def braze_subscriptions(batches: Batches, place: Place) -> None:
    call = session(place, "braze")
    for rows in batches(50):
        group = {
            "subscription_group_id": "504e09e6-ffa4-4b31-96c3-c05d50d903cf",
            "subscription_state": "subscribed",
            "external_ids": [id for (id,) in rows],
        }
        body = orjson.dumps({"subscription_groups": [group]})
        call("POST", "/v2/subscription/status/set", body)
