"""Stand-in of X Ads: custom audiences of hashed members.

A request with an identifier that is no SHA-256 is refused as a whole, and so is the
name of an audience that was deleted.

https://developer.x.com/en/docs/x-ads-api/audiences
"""

from __future__ import annotations

import re
from typing import Any

from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.stand_in import Refused, StandIn, page, route

_HASH = re.compile("[0-9a-f]{64}")
_AUDIENCES = "/12/accounts/{}/custom_audiences"
_PARTS = ("oauth_consumer_key", "oauth_token", "oauth_signature", "oauth_nonce")
_PAGE = 2  # so that a few audiences are several pages


class XStandIn(StandIn):
    """Audiences by id, with their members; the names of those that were deleted."""

    empty = {"audiences": {}, "deleted": []}

    def let_in(self, request: Request) -> None:
        """A signature of any key, or of none where there is one that is right."""
        sent = request.headers.get("authorization", "")
        is_signed = sent.startswith("OAuth ") and all(part in sent for part in _PARTS)
        if not is_signed or self._api_key is not None:
            raise Refused(401, "Could not authenticate you.")

    def refusal(self, refused: Refused) -> Reply:
        error = {"code": "INVALID", "message": str(refused)}
        return Reply(refused.status, {"errors": [error], "request": {}})

    @route("GET", _AUDIENCES)
    def audiences(self, request: Request, account: str) -> Reply:
        found = [self._shown(id) for id in self.held["audiences"]]
        entries, after = page(found, request.query.get("cursor", ""), _PAGE)
        return Reply(200, {"data": entries, "next_cursor": after or None})

    @route("POST", _AUDIENCES)
    def create(self, request: Request, account: str) -> Reply:
        name = request.query["name"]
        if name in self.held["deleted"]:
            raise Refused(400, "the name was used by an audience that is deleted")
        id = str(600 + len(self.held["audiences"]))
        self.held["audiences"][id] = {"name": name, "members": []}
        return Reply(201, {"data": self._shown(id)})

    @route("GET", _AUDIENCES + "/{}")
    def audience(self, request: Request, account: str, id: str) -> Reply:
        return Reply(200, {"data": self._shown(id)})

    @route("POST", _AUDIENCES + "/{}/users")
    def users(self, request: Request, account: str, id: str) -> Reply:
        self._shown(id)
        total = 0
        for operation in request.json():
            users = operation["params"]["users"]
            values = [value for each in users for (value,) in each.values()]
            self.play_refusal(request, values)
            if not all(map(_HASH.fullmatch, values)) or not all(users):
                raise Refused(400, "users")
            members = self.held["audiences"][id]["members"]
            kept = [each for each in members if each not in users]
            is_added = operation["operation_type"] == "Update"
            self.held["audiences"][id]["members"] = kept + (users if is_added else [])
            total += len(users)
        told = {"success_count": total, "total_count": total}
        return Reply(200, {"data": told, "request": []}, rows=total)

    def _shown(self, id: str) -> dict[str, Any]:
        if id not in self.held["audiences"]:
            raise Refused(404, "there is no such audience")
        name = self.held["audiences"][id]["name"]
        return {"id": id, "name": name, "deleted": False}
