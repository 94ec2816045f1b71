"""Zendesk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from benchmarks.loops.place import Batches, Place, session


def zendesk_users(batches: Batches, place: Place) -> None:
    call = session(place, "zendesk")
    for rows in batches(100):
        users = [
            {"email": email, "name": name, "user_fields": {"orders": orders}}
            for email, name, orders in rows
        ]
        _zendesk_job(call, "/api/v2/users/create_or_update_many", {"users": users})


def zendesk_records(batches: Batches, place: Place) -> None:
    call = session(place, "zendesk")
    for rows in batches(100):
        records = [
            {
                "external_id": id,
                "name": name,
                "custom_object_fields": {"orders": orders},
            }
            for id, name, orders in rows
        ]
        job = {"action": "create_or_update_by_external_id", "items": records}
        _zendesk_job(call, "/api/v2/custom_objects/vehicle/jobs", {"job": job})


def _zendesk_job(call: Callable[..., Any], path: str, told: dict[str, Any]) -> None:
    made = call("POST", path, orjson.dumps(told))["job_status"]["id"]
    while True:
        state = call("GET", f"/api/v2/job_statuses/{made}")["job_status"]["status"]
        if state == "completed":
            return
