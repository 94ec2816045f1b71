"""Stand-in of Snapchat Ads: audiences of hashes, and events of a pixel.

A request with an identifier that is no SHA-256, or one that comes twice, is refused as
a whole. An event of the same id counts once.

https://developers.snap.com/api/marketing-api
"""

from __future__ import annotations

import re
from typing import Any

from outhaul.sandbox.by_token import TokenStandIn
from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.stand_in import Refused, page, route

_HASH = re.compile("[0-9a-f]{64}")
_PAGE = 2  # so that a few audiences are several pages
_SUCCESS = {"sub_request_status": "SUCCESS"}


class SnapchatStandIn(TokenStandIn):
    """Audiences by id, with the hashes of their members; the events of the pixel."""

    empty = {"segments": {}, "events": []}
    token_path = "/login/oauth2/access_token"  # noqa: S105

    def refusal(self, refused: Refused) -> Reply:
        told = {"request_status": "ERROR", "debug_message": str(refused)}
        return Reply(refused.status, told)

    def let_in(self, request: Request) -> None:
        if not request.path.startswith("/v3/"):
            super().let_in(request)
        elif not self.is_key(request.query.get("access_token", "")):
            raise Refused(401, "the token is not valid")

    @route("GET", "/v1/adaccounts/{}/segments")
    def segments(self, request: Request, account: str) -> Reply:
        found = [self._shown(id) for id in self.held["segments"]]
        entries, after = page(found, request.query.get("cursor", ""), _PAGE)
        link = f"{request.url}{request.path}?cursor={after}"
        paging = {"next_link": link} if after else {}
        told = {"request_status": "SUCCESS", "paging": paging, "segments": entries}
        return Reply(200, told)

    @route("POST", "/v1/adaccounts/{}/segments")
    def create(self, request: Request, account: str) -> Reply:
        (made,) = request.json()["segments"]
        if made["source_type"] != "FIRST_PARTY" or made["ad_account_id"] != account:
            raise Refused(400, "source_type: FIRST_PARTY")
        id = str(600 + len(self.held["segments"]))
        self.held["segments"][id] = {"name": made["name"], "members": []}
        return Reply(200, {"request_status": "SUCCESS", "segments": [self._shown(id)]})

    @route("GET", "/v1/segments/{}")
    def segment(self, request: Request, id: str) -> Reply:
        return Reply(200, {"request_status": "SUCCESS", "segments": [self._shown(id)]})

    @route("POST", "/v1/segments/{}/users")
    def add(self, request: Request, id: str) -> Reply:
        return self._change(request, id, enter=True)

    @route("DELETE", "/v1/segments/{}/users")
    def remove(self, request: Request, id: str) -> Reply:
        return self._change(request, id, enter=False)

    @route("POST", "/v3/{}/events")
    def events(self, request: Request, pixel: str) -> Reply:
        told = request.json()["data"]
        if not 1 <= len(told) <= 2_000:
            raise Refused(400, "1 to 2,000 events")
        self.play_refusal(request, [each["event_id"] for each in told])
        for each in told:
            user = each["user_data"]
            hashes = user.get("em", []) + user.get("ph", [])
            if not each["action_source"] or not all(map(_HASH.fullmatch, hashes)):
                raise Refused(400, "user_data is not hashed")
        known = {each["event_id"] for each in self.held["events"]}
        self.held["events"] += [each for each in told if each["event_id"] not in known]
        return Reply(200, {"status": "VALID"}, rows=len(told))

    def _change(self, request: Request, id: str, *, enter: bool) -> Reply:
        self._shown(id)
        (users,) = request.json()["users"]
        values = [value for (value,) in users["data"]]
        self.play_refusal(request, values)
        is_valid = len(users["schema"]) == 1 and all(map(_HASH.fullmatch, values))
        if not is_valid or len(set(values)) < len(values) or len(values) > 100_000:
            raise Refused(400, "one kind, hashed, and none twice")
        members = self.held["segments"][id]["members"]
        kept = [each for each in members if each not in values]
        self.held["segments"][id]["members"] = kept + (values if enter else [])
        user = {"number_uploaded_users": len(values)}
        told = {"request_status": "SUCCESS", "users": [{**_SUCCESS, "user": user}]}
        return Reply(200, told, rows=len(values))

    def _shown(self, id: str) -> dict[str, Any]:
        if id not in self.held["segments"]:
            raise Refused(404, "there is no such audience")
        return {**_SUCCESS, "segment": {"id": id, **self.held["segments"][id]}}
