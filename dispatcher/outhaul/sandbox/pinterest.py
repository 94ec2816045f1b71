"""Stand-in of Pinterest Ads: customer lists, their audiences, and events.

No list is created without records, and answers tell of no record. An event whose
address is no SHA-256 fails alone, with the status 422 of the whole.

https://developers.pinterest.com/docs/api/v5
"""

from __future__ import annotations

import re
from typing import Any

from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.stand_in import Refused, StandIn, page, route

_HASH = re.compile("[0-9a-f]{64}")
_ACCOUNT = "/v5/ad_accounts/{}"
_PAGE = 2  # so that a few lists are several pages
_REQUIRED = {"event_name", "action_source", "event_time", "event_id", "user_data"}


class PinterestStandIn(StandIn):
    """Lists by id, with their members; the list of each audience; events."""

    empty = {"lists": {}, "audiences": {}, "events": []}

    def refusal(self, refused: Refused) -> Reply:
        codes = {401: 2, 404: 29, 429: 8}
        told = {"code": codes.get(refused.status, 1), "message": str(refused)}
        return Reply(refused.status, told)

    @route("GET", _ACCOUNT + "/customer_lists")
    def lists(self, request: Request, account: str) -> Reply:
        return self._page(request, [self._shown(id) for id in self.held["lists"]])

    @route("POST", _ACCOUNT + "/customer_lists")
    def create_list(self, request: Request, account: str) -> Reply:
        body = request.json()
        members = _records(body["records"])
        id = str(600 + len(self.held["lists"]))
        self.held["lists"][id] = {"name": body["name"], "members": members}
        return Reply(200, self._shown(id), rows=len(members))

    @route("GET", _ACCOUNT + "/customer_lists/{}")
    def one_list(self, request: Request, account: str, id: str) -> Reply:
        return Reply(200, self._shown(id))

    @route("PATCH", _ACCOUNT + "/customer_lists/{}")
    def update(self, request: Request, account: str, id: str) -> Reply:
        body, shown = request.json(), self._shown(id)
        records, members = _records(body["records"]), self.held["lists"][id]["members"]
        self.play_refusal(request, records)
        for each in records:
            if body["operation_type"] == "ADD" and each not in members:
                members.append(each)
            elif body["operation_type"] == "REMOVE" and each in members:
                members.remove(each)
        return Reply(200, shown, rows=len(records))

    @route("GET", _ACCOUNT + "/audiences")
    def audiences(self, request: Request, account: str) -> Reply:
        found = [
            {"id": id, "type": "audience", "rule": {"customer_list_id": each}}
            for id, each in self.held["audiences"].items()
        ]
        return self._page(request, found)

    @route("POST", _ACCOUNT + "/audiences")
    def create_audience(self, request: Request, account: str) -> Reply:
        body = request.json()
        id = str(900 + len(self.held["audiences"]))
        self.held["audiences"][id] = body["rule"]["customer_list_id"]
        return Reply(200, {"id": id, "type": "audience", "name": body["name"]})

    @route("POST", _ACCOUNT + "/events")
    def events(self, request: Request, account: str) -> Reply:
        told = request.json()["data"]
        if not 1 <= len(told) <= 1_000 or any(_REQUIRED - set(each) for each in told):
            raise Refused(400, "1 to 1,000 events, with all that is required")
        self.play_refusal(request, [each["event_id"] for each in told])
        results = [self._take(each, request.query.get("test")) for each in told]
        processed = [each["status"] for each in results].count("processed")
        answer: dict[str, Any] = {"num_events_received": len(told)}
        answer |= {"num_events_processed": processed, "events": results}
        if processed < len(told):
            failed = {"code": 4196, "message": "Not all were processed."}
            return Reply(422, {**failed, "details": answer}, rows=len(told))
        return Reply(200, answer, rows=len(told))

    def _take(self, event: dict[str, Any], test: str | None) -> dict[str, Any]:
        hashes = [each for each in event["user_data"].get("em", [])]
        if not all(map(_HASH.fullmatch, hashes)):
            return {"status": "failed", "error_message": "em is not hashed"}
        known = {each["event_id"] for each in self.held["events"]}
        if not test and event["event_id"] not in known:
            self.held["events"].append(event)
        return {"status": "processed", "error_message": None}

    def _shown(self, id: str) -> dict[str, Any]:
        if id not in self.held["lists"]:
            raise Refused(404, "there is no such list")
        named = {"id": id, "name": self.held["lists"][id]["name"]}
        return {**named, "type": "customerlist", "status": "PROCESSING"}

    def _page(self, request: Request, found: list[dict[str, Any]]) -> Reply:
        entries, bookmark = page(found, request.query.get("bookmark", ""), _PAGE)
        return Reply(200, {"items": entries, "bookmark": bookmark or None})


def _records(joined: str) -> list[str]:
    records = joined.split(",")
    if not all(map(_HASH.fullmatch, records)):
        raise Refused(400, "the records are not valid")
    return records
