"""Stand-in of Meta Ads: custom audiences with hashed members, and events of datasets.

A member with an address that is no SHA-256 is invalid and counted; audiences answer
with counts alone. One event older than 7 days refuses a whole request. An event of the
same name and id counts once.

https://developers.facebook.com/docs/marketing-api/reference/custom-audience/users
"""

from __future__ import annotations

import json
import re
import time
from typing import Any

from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.stand_in import Refused, StandIn, page, route

_HASH = re.compile("[0-9a-f]{64}")
_IN_CLEAR = ("MADID",)
_WEEK = 7 * 24 * 3600
_IN_STORES = 62 * 24 * 3600
_PAGE = 2  # so that a few audiences are several pages


class MetaStandIn(StandIn):
    """Audiences by id, with their members; the events of datasets, by dataset."""

    empty = {"audiences": {}, "datasets": {"77": []}}

    def refusal(self, refused: Refused) -> Reply:
        codes = {401: (190, 0), 404: (100, 33), 429: (17, 0)}
        code, subcode = codes.get(refused.status, (100, 0))
        error = {"message": str(refused), "code": code, "error_subcode": subcode}
        error |= {"type": "OAuthException", "fbtrace_id": "A"}
        status = 400 if refused.status in (404, 429) else refused.status
        return Reply(status, {"error": error})

    @route("GET", "/v26.0/act_{}/customaudiences")
    def audiences(self, request: Request, account: str) -> Reply:
        found = [
            {"id": id, "name": each["name"]}
            for id, each in self.held["audiences"].items()
        ]
        entries, after = page(found, request.query.get("after", ""), _PAGE)
        paging = {"cursors": {"after": after}, "next": "…"} if after else {}
        return Reply(200, {"data": entries, "paging": paging})

    @route("POST", "/v26.0/act_{}/customaudiences")
    def create(self, request: Request, account: str) -> Reply:
        body = request.json()
        if (body["subtype"], body["customer_file_source"][:4]) != ("CUSTOM", "USER"):
            raise Refused(400, "customer_file_source is required")
        id = str(600 + len(self.held["audiences"]))
        self.held["audiences"][id] = {"name": body["name"], "members": []}
        return Reply(200, {"id": id})

    @route("GET", "/v26.0/{}")
    def named(self, request: Request, id: str) -> Reply:
        if id in self.held["datasets"]:
            return Reply(200, {"id": id, "name": "Website"})
        return Reply(200, {"id": id, "name": self._audience(id)["name"]})

    @route("POST", "/v26.0/{}/users")
    def add(self, request: Request, id: str) -> Reply:
        return self._change(request, id, enter=True)

    @route("DELETE", "/v26.0/{}/users")
    def remove(self, request: Request, id: str) -> Reply:
        return self._change(request, id, enter=False)

    @route("POST", "/v26.0/{}/events")
    def events(self, request: Request, id: str) -> Reply:
        body = request.json()
        held, told = self.held["datasets"].get(id), body["data"]
        if held is None:
            raise Refused(404, "Object does not exist")
        if not 1 <= len(told) <= 1_000:
            raise Refused(400, "1 to 1,000 events")
        self.play_refusal(request, [each.get("event_id") for each in told])
        for each in told:
            _check_event(each)
        if "test_event_code" not in body:
            known = {(each["event_name"], each["event_id"]) for each in held}
            for each in told:
                if (each["event_name"], each["event_id"]) not in known:
                    held.append(each)
        reply = {"events_received": len(told), "messages": [], "fbtrace_id": "A"}
        return Reply(200, reply, rows=len(told))

    def _change(self, request: Request, id: str, *, enter: bool) -> Reply:
        payload, audience = request.json()["payload"], self._audience(id)
        schema, rows = payload["schema"], payload["data"]
        if len(rows) > 10_000:
            raise Refused(400, "at most 10,000 users")
        self.play_refusal(request, [value for row in rows for value in row])
        invalid = 0
        for row in rows:
            named = dict(zip(schema, row, strict=True))
            member = {key: value for key, value in named.items() if value}
            hashed = [value for key, value in member.items() if key not in _IN_CLEAR]
            if not member or not all(map(_HASH.fullmatch, hashed)):
                invalid += 1
            elif enter and member not in audience["members"]:
                audience["members"].append(member)
            elif not enter and member in audience["members"]:
                audience["members"].remove(member)
        reply: dict[str, Any] = {"audience_id": id, "session_id": "1"}
        reply |= {"num_received": len(rows), "num_invalid_entries": invalid}
        reply["invalid_entry_samples"] = {}
        return Reply(200, reply, rows=len(rows))

    def _audience(self, id: str) -> dict[str, Any]:
        audience: dict[str, Any] | None = self.held["audiences"].get(id)
        if audience is None:
            raise Refused(404, "Object does not exist")
        return audience


def _check_event(told: dict[str, Any]) -> None:
    latest = _IN_STORES if told["action_source"] == "physical_store" else _WEEK
    if not -60 <= time.time() - told["event_time"] <= latest:
        raise Refused(400, "Event Timestamp Too Old")
    user = told["user_data"]
    hashes = [value for key in ("em", "ph") for value in user.get(key, [])]
    if not user or not all(map(_HASH.fullmatch, hashes)):
        raise Refused(400, "user_data is not hashed")
    if told["event_name"] == "Purchase":
        json.dumps(told["custom_data"]["currency"])
