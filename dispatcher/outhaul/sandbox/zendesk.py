"""Stand-in of Zendesk: users and records of custom objects by jobs, and their fields.

A field that does not exist, and an address under `.invalid`, fail for their row, as
does a new user without a name. There is one custom object, `vehicle`.

https://developer.zendesk.com/api-reference/
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from outhaul.sandbox.jobs import RowFailed
from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.stand_in import Refused, StandIn, route

_OBJECT = "/api/v2/custom_objects/{}"


class ZendeskStandIn(StandIn):
    """Users by their addresses, records of the object by external id."""

    empty = {"users": {}, "records": {}, "user_fields": {}, "object_fields": {}}
    key_prefix = "Basic "

    def is_key(self, key: str) -> bool:
        who, _, token = base64.b64decode(key).decode().partition("/token:")
        return "@" in who and super().is_key(token)

    def refusal(self, refused: Refused) -> Reply:
        return Reply(refused.status, {"error": "Invalid", "description": str(refused)})

    @route("GET", "/api/v2/user_fields")
    def user_fields(self, request: Request) -> Reply:
        return Reply(200, {"user_fields": _listed(self.held["user_fields"])})

    @route("POST", "/api/v2/user_fields")
    def create_user_field(self, request: Request) -> Reply:
        return self._create(self.held["user_fields"], request.json()["user_field"])

    @route("GET", _OBJECT + "/fields")
    def object_fields(self, request: Request, key: str) -> Reply:
        found = _listed(self._fields_of(key))
        return Reply(200, {"custom_object_fields": found})

    @route("POST", _OBJECT + "/fields")
    def create_object_field(self, request: Request, key: str) -> Reply:
        return self._create(self._fields_of(key), request.json()["custom_object_field"])

    @route("GET", "/api/v2/users/search")
    def search(self, request: Request) -> Reply:
        email = request.query["query"].removeprefix("email:").strip('"')
        found = [each for each in self.held["users"].values() if each["email"] == email]
        return Reply(200, {"users": found})

    @route("POST", "/api/v2/users/create_or_update_many")
    def write_users(self, request: Request) -> Reply:
        return self._job(request, request.json()["users"], self._write_user)

    @route("PUT", "/api/v2/users/update_many")
    def update_users(self, request: Request) -> Reply:
        return self._job(request, request.json()["users"], self._update_user)

    @route("POST", _OBJECT + "/jobs")
    def write_records(self, request: Request, key: str) -> Reply:
        self._fields_of(key)
        job = request.json()["job"]
        if job["action"] != "create_or_update_by_external_id":
            raise Refused(422, "the action is another one")
        return self._job(request, job["items"], self._write_record)

    @route("GET", "/api/v2/job_statuses/{}")
    def look_at(self, request: Request, key: str) -> Reply:
        job = self.job(key)
        told: dict[str, Any] = {"id": key, "status": "working", "total": job.rows}
        if job.finished_at:
            failed = {each.row: each.reason for each in job.failed}
            told["status"] = "completed"
            told["results"] = [
                {"index": row, "error": "Invalid", "details": failed[row]}
                if row in failed
                else {"index": row, "status": "Updated", "success": True}
                for row in range(job.rows)
            ]
        return Reply(200, {"job_status": told})

    def _job(
        self, request: Request, rows: Any, take: Callable[[Mapping[str, Any]], str]
    ) -> Reply:
        if not 1 <= len(rows) <= 100:
            raise Refused(422, "1 to 100 records")
        names = ("email", "external_id", "id")
        self.play_refusal(request, [each.get(name) for each in rows for name in names])
        job = self.start(request, rows, lambda row: str(row.get("email")), take)
        told = {"id": job.id, "status": "queued", "total": len(rows)}
        return Reply(200, {"job_status": told}, rows=len(rows))

    def _write_user(self, row: Mapping[str, Any]) -> str:
        email, users = row["email"], self.held["users"]
        if email.endswith(".invalid") or not (email in users or row.get("name")):
            raise RowFailed("the user is not valid")
        made = {"id": len(users) + 1, "email": email}
        known = users.get(email, made)
        users[email] = _changed(known, row, "user_fields", self.held["user_fields"])
        return "updated"

    def _update_user(self, row: Mapping[str, Any]) -> str:
        for email, known in self.held["users"].items():
            if known["id"] == row["id"]:
                return self._write_user({"email": email, **row})
        raise RowFailed("there is no such user")

    def _write_record(self, row: Mapping[str, Any]) -> str:
        records, fields = self.held["records"], self.held["object_fields"]
        known = records.get(row["external_id"], {})
        made = _changed(known, row, "custom_object_fields", fields)
        records[row["external_id"]] = made
        return "updated"

    def _create(self, known: dict[str, str], field: Mapping[str, str]) -> Reply:
        if field["key"] in known:
            raise Refused(422, "there is such a field")
        known[field["key"]] = field["type"]
        return Reply(201, {"field": dict(field)})

    def _fields_of(self, key: str) -> dict[str, str]:
        if key != "vehicle":
            raise Refused(404, "there is no such object")
        found: dict[str, str] = self.held["object_fields"]
        return found


def _listed(fields: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "title": key, "type": kind} for key, kind in fields.items()]


def _changed(
    known: Mapping[str, Any],
    row: Mapping[str, Any],
    group: str,
    fields: Mapping[str, str],
) -> dict[str, Any]:
    custom = row.get(group, {})
    if not set(custom) <= set(fields):
        raise RowFailed("a field does not exist")
    return {**known, **row, group: {**known.get(group, {}), **custom}}
