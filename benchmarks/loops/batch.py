"""Batch."""

from __future__ import annotations

import orjson

from benchmarks.loops.place import Batches, Place, session


def batch_contacts(batches: Batches, place: Place) -> None:
    call = session(place, "batch")
    for rows in batches(1_000):
        users = [
            {
                "id": str(id),
                "update": {
                    "overwrite": False,
                    "values": {
                        "u.email": email,
                        "u.country": country,
                        "u.lifetime_value": float(value),
                        "u.order_count": orders,
                        "u.is_subscribed": subscribed,
                        "date(u.born_on)": f"{born}T00:00:00",
                        "date(u.last_seen_at)": seen.isoformat(timespec="seconds"),
                    },
                },
            }
            for id, email, country, value, orders, subscribed, born, seen in rows
        ]
        call("POST", "/1.0/ios/data/users", orjson.dumps(users))


def batch_profiles(batches: Batches, place: Place) -> None:
    call = session(place, "batch")
    for rows in batches(200):
        profiles = [
            {
                "identifiers": {"custom_id": str(id)},
                "attributes": {
                    "$email_address": email,
                    "country": country,
                    "lifetime_value": float(value),
                    "order_count": orders,
                    "is_subscribed": subscribed,
                    "date(born_on)": f"{born}T00:00:00Z",
                    "date(last_seen_at)": f"{seen.isoformat(timespec='seconds')}Z",
                },
            }
            for id, email, country, value, orders, subscribed, born, seen in rows
        ]
        call("POST", "/2.11/profiles/update", orjson.dumps(profiles))


def batch_events(batches: Batches, place: Place) -> None:
    call = session(place, "batch")
    for rows in batches(200):
        events = [
            {
                "identifiers": {"custom_id": str(id)},
                "events": [
                    {
                        "name": "visited",
                        "time": f"{at.isoformat(timespec='seconds')}Z",
                        "attributes": {
                            "email": email,
                            "country": country,
                            "lifetime_value": float(value),
                            "order_count": orders,
                            "is_subscribed": subscribed,
                        },
                    }
                ],
            }
            for id, at, email, country, value, orders, subscribed in rows
        ]
        call("POST", "/2.11/profiles/update", orjson.dumps(events))
