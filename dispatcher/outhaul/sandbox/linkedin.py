"""Stand-in of LinkedIn Ads: audiences of users, by hashes, and of companies.

An address that is no SHA-256, or a company of which nothing is told, is refused alone;
answers tell of each element in order. Other versions than six digits are refused (426).

https://learn.microsoft.com/en-us/linkedin/marketing/matched-audiences
"""

from __future__ import annotations

import re
from typing import Any

from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.stand_in import Refused, StandIn, route

_HASH = re.compile("[0-9a-f]{64}")
_SEGMENTS = "/rest/dmpSegments"
_PARTS = {"USER": "users", "COMPANY": "companies"}


class LinkedInStandIn(StandIn):
    """Audiences by id, with their members."""

    empty = {"segments": {}}

    def refusal(self, refused: Refused) -> Reply:
        return Reply(
            refused.status, {"status": refused.status, "message": str(refused)}
        )

    def let_in(self, request: Request) -> None:
        super().let_in(request)
        if not re.fullmatch(r"20\d{4}", request.headers.get("linkedin-version", "")):
            raise Refused(426, "the version is not active")

    @route("GET", _SEGMENTS)
    def segments(self, request: Request) -> Reply:
        start, count = int(request.query["start"]), int(request.query["count"])
        found = [self._shown(id) for id in self.held["segments"]]
        return Reply(200, {"elements": found[start : start + count]})

    @route("POST", _SEGMENTS)
    def create(self, request: Request) -> Reply:
        made = request.json()
        if made["destinations"] != [{"destination": "LINKEDIN"}]:
            raise Refused(400, "destinations")
        id = str(600 + len(self.held["segments"]))
        kept = {"name": made["name"], "type": made["type"], "members": []}
        self.held["segments"][id] = kept
        return Reply(201, None, {"x-restli-id": id})

    @route("GET", _SEGMENTS + "/{}")
    def segment(self, request: Request, id: str) -> Reply:
        return Reply(200, self._shown(id))

    @route("POST", _SEGMENTS + "/{}/{}")
    def change(self, request: Request, id: str, part: str) -> Reply:
        kind, elements = self._shown(id)["type"], request.json()["elements"]
        is_batch = request.headers.get("x-restli-method") == "BATCH_CREATE"
        if _PARTS[kind] != part or not is_batch or len(elements) > 5_000:
            raise Refused(400, "elements")
        values = [value for each in elements for value in _values(each)]
        self.play_refusal(request, values)
        told = [self._take(id, each) for each in elements]
        return Reply(200, {"elements": told}, rows=len(elements))

    def _take(self, id: str, element: dict[str, Any]) -> dict[str, Any]:
        action = element.pop("action")
        hashes = [
            each["idValue"]
            for each in element.get("userIds", [])
            if each["idType"] == "SHA256_EMAIL"
        ]
        if not _values(element) or not all(map(_HASH.fullmatch, hashes)):
            return {"status": 400, "message": "the element is not valid"}
        members = self.held["segments"][id]["members"]
        kept = [each for each in members if each != element]
        is_added = action == "ADD"
        self.held["segments"][id]["members"] = kept + ([element] if is_added else [])
        return {"status": 201}

    def _shown(self, id: str) -> dict[str, Any]:
        if id not in self.held["segments"]:
            raise Refused(404, "there is no such segment")
        held = self.held["segments"][id]
        return {"id": id, "name": held["name"], "type": held["type"]}


def _values(element: dict[str, Any]) -> list[str]:
    ids = [each["idValue"] for each in element.get("userIds", [])]
    return ids or [value for value in element.values() if isinstance(value, str)]
