"""Stand-in of TikTok Ads: audiences by the streaming API, and events.

Every answer has the status 200, and its code tells what happened. An event of the same
id and source counts once.

https://business-api.tiktok.com/portal/docs
"""

from __future__ import annotations

import json
import re
from typing import Any

from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.stand_in import Refused, StandIn, route

_V = "/open_api/v1.3"
_HASH = re.compile("[0-9a-f]{64}")
_PAGE = 2  # so that a few audiences are several pages


class TikTokStandIn(StandIn):
    """Audiences by id, each with the hashes of its members; events by their source."""

    empty = {"audiences": {}, "events": {}}
    key_header = "access-token"
    key_prefix = ""

    def refusal(self, refused: Refused) -> Reply:
        codes = {401: 40105, 404: 40002, 429: 40100}
        code = codes.get(refused.status, 40002)
        return Reply(200, {"code": code, "message": str(refused), "request_id": "1"})

    @route("GET", _V + "/dmp/custom_audience/list")
    def audiences(self, request: Request) -> Reply:
        asked = json.loads(request.query.get("custom_audience_ids", "null"))
        found = [
            {"audience_id": id, "name": each["name"]}
            for id, each in self.held["audiences"].items()
            if asked is None or id in asked
        ]
        number = int(request.query.get("page", "1"))
        last = max(1, -(-len(found) // _PAGE))
        entries = found[(number - 1) * _PAGE : number * _PAGE]
        pages = {"page": number, "total_page": last, "total_number": len(found)}
        return _taken({"list": entries, "page_info": pages})

    @route("POST", _V + "/segment/audience")
    def create(self, request: Request) -> Reply:
        body = request.json()
        if body["action"] != "create" or not body["advertiser_id"]:
            raise Refused(400, "action: only create")
        id = str(600 + len(self.held["audiences"]))
        made = {"name": body["custom_audience_name"], "members": []}
        self.held["audiences"][id] = made
        return _taken({"audience_id": id})

    @route("POST", _V + "/segment/mapping")
    def mapping(self, request: Request) -> Reply:
        body = request.json()
        schema, rows = body["id_schema"], body["batch_data"]
        if any(len(row) != len(schema) for row in rows) or len(rows) > 10_000:
            raise Refused(400, "each entry has as many identifiers as the schema")
        self.play_refusal(request, [each.get("id") for row in rows for each in row])
        for row in rows:
            self._map(row, schema, add=body["action"] == "add")
        return _taken({}, len(rows))

    @route("POST", _V + "/event/track")
    def track(self, request: Request) -> Reply:
        body = request.json()
        told = body["data"]
        if not 1 <= len(told) <= 1_000:
            raise Refused(400, "data: 1 to 1,000 events")
        self.play_refusal(request, [each["event_id"] for each in told])
        for each in told:
            hashes = each["user"].get("email", []) + each["user"].get("phone", [])
            if not each["event"] or not all(map(_HASH.fullmatch, hashes)):
                raise Refused(400, "user: not hashed")
        if "test_event_code" not in body:
            source = f"{body['event_source']} {body['event_source_id']}"
            held = self.held["events"].setdefault(source, [])
            known = {each["event_id"] for each in held}
            held += [each for each in told if each["event_id"] not in known]
        return _taken({}, len(told))

    def _map(self, row: list[Any], schema: list[str], *, add: bool) -> None:
        for kind, each in zip(schema, row, strict=True):
            if not each:
                continue
            if not _HASH.fullmatch(each["id"]):
                raise Refused(400, f"{kind}: not hashed")
            for audience_id in each["audience_ids"]:
                if audience_id not in self.held["audiences"]:
                    raise Refused(400, "there is no such audience")
                members = self.held["audiences"][audience_id]["members"]
                if add and each["id"] not in members:
                    members.append(each["id"])
                elif not add and each["id"] in members:
                    members.remove(each["id"])


def _taken(data: dict[str, Any], rows: int = 0) -> Reply:
    answer = {"code": 0, "message": "OK", "request_id": "1", "data": data}
    return Reply(200, answer, rows=rows)
