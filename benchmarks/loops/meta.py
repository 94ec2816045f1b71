"""Meta Ads, whose addresses are hashed on the way."""

from __future__ import annotations

from hashlib import sha256

import orjson

from benchmarks.loops.place import Batches, Place, session


def meta_audience(batches: Batches, place: Place) -> None:
    call = session(place, "meta")
    for rows in batches(10_000):
        people = [[_hashed(email)] for (email,) in rows]
        body = {"payload": {"schema": ["EMAIL"], "data": people}}
        call("POST", "/v26.0/list-1/users", orjson.dumps(body))


def meta_conversions(batches: Batches, place: Place) -> None:
    call = session(place, "meta")
    for rows in batches(1_000):
        events = [
            {
                "event_id": str(id),
                "event_name": "Purchase",
                "event_time": int(at.timestamp()),
                "user_data": {"em": [_hashed(email)]},
                "custom_data": {"value": float(value)},
                "action_source": "other",
            }
            for id, at, email, value in rows
        ]
        call("POST", "/v26.0/77/events", orjson.dumps({"data": events}))


def _hashed(email: str) -> str:
    return sha256(email.strip().lower().encode()).hexdigest()
