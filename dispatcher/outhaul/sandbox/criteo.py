"""Stand-in of Criteo: contact lists of hashed addresses or of ids of devices.

An address that is neither a SHA-256 nor has an @ is invalid and counted.

https://developers.criteo.com/marketing-solutions/docs/contact-list
"""

from __future__ import annotations

import re

from outhaul.sandbox.by_token import TokenStandIn
from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.stand_in import Refused, route

_HASH = re.compile("[0-9a-f]{64}")
_SEGMENTS = "/2026-07/marketing-solutions/audience-segments"


class CriteoStandIn(TokenStandIn):
    """Contact lists by id, with their members."""

    empty = {"segments": {}}
    token_path = "/oauth2/token"  # noqa: S105
    grants = ("client_credentials",)

    @route("POST", _SEGMENTS + "/search")
    def search(self, request: Request) -> Reply:
        wanted = request.json()["data"]["attributes"].get("audienceSegmentIds")
        found = [
            {"id": id, "type": "AudienceSegment", "attributes": {"name": each["name"]}}
            for id, each in self.held["segments"].items()
            if wanted is None or id in wanted
        ]
        start, size = (int(request.query[name]) for name in ("offset", "limit"))
        meta = {"totalItems": len(found), "offset": start, "limit": size}
        return Reply(200, {"data": found[start : start + size], "meta": meta})

    @route("POST", _SEGMENTS + "/create")
    def create(self, request: Request) -> Reply:
        (made,) = (each["attributes"] for each in request.json()["data"])
        if made["contactList"] != {} or not made["advertiserId"]:
            raise Refused(400, "contactList")
        id = str(600 + len(self.held["segments"]))
        self.held["segments"][id] = {"name": made["name"], "members": []}
        told = {"id": id, "type": "AudienceSegment", "attributes": made}
        return Reply(200, {"data": [told]})

    @route("PATCH", _SEGMENTS + "/{}/contact-list")
    def amend(self, request: Request, id: str) -> Reply:
        asked = request.json()["data"]["attributes"]
        if id not in self.held["segments"]:
            raise Refused(404, "there is no such segment")
        identifiers = asked["identifiers"]
        if len(identifiers) > 50_000:
            raise Refused(400, "at most 50,000 identifiers")
        self.play_refusal(request, identifiers)
        is_email = asked["identifierType"] == "email"
        valid = [
            each
            for each in identifiers
            if not is_email or _HASH.fullmatch(each) or "@" in each
        ]
        members = self.held["segments"][id]["members"]
        kept = [each for each in members if each not in valid]
        is_added = asked["operation"] == "add"
        self.held["segments"][id]["members"] = kept + (valid if is_added else [])
        told = {
            "operation": asked["operation"],
            "identifierType": asked["identifierType"],
            "nbValidIdentifiers": len(valid),
            "nbInvalidIdentifiers": len(identifiers) - len(valid),
            "sampleInvalidIdentifiers": [],
        }
        data = {"type": "ContactlistAmendment", "attributes": told}
        answer = {"data": data, "errors": [], "warnings": []}
        return Reply(200, answer, rows=len(identifiers))
