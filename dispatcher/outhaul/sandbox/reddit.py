"""Stand-in of Reddit Ads: custom audiences of hashed addresses and ids of devices.

A request with an identifier that is no SHA-256 is refused as a whole.

https://ads-api.reddit.com/docs/v3
"""

from __future__ import annotations

import re
from typing import Any

from outhaul.sandbox.by_token import TokenStandIn
from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.stand_in import Refused, page, route

_HASH = re.compile("[0-9a-f]{64}")
_PAGE = 2  # so that a few audiences are several pages


class RedditStandIn(TokenStandIn):
    """Audiences by id, with their members."""

    empty = {"audiences": {}}
    token_path = "/api/v1/access_token"  # noqa: S105

    def refusal(self, refused: Refused) -> Reply:
        error = {"code": refused.status, "message": str(refused)}
        return Reply(refused.status, {"error": error})

    @route("GET", "/api/v3/ad_accounts/{}/custom_audiences")
    def audiences(self, request: Request, account: str) -> Reply:
        found = [self._shown(id) for id in self.held["audiences"]]
        entries, after = page(found, request.query.get("page.token", ""), _PAGE)
        link = f"{request.url}{request.path}?page.token={after}" if after else None
        return Reply(200, {"data": entries, "pagination": {"next_url": link}})

    @route("POST", "/api/v3/ad_accounts/{}/custom_audiences")
    def create(self, request: Request, account: str) -> Reply:
        made = request.json()["data"]
        if made["type"] != "CUSTOMER_LIST":
            raise Refused(400, "type")
        id = str(600 + len(self.held["audiences"]))
        self.held["audiences"][id] = {"name": made["name"], "members": []}
        return Reply(201, {"data": self._shown(id)})

    @route("GET", "/api/v3/custom_audiences/{}")
    def audience(self, request: Request, id: str) -> Reply:
        return Reply(200, {"data": self._shown(id)})

    @route("PATCH", "/api/v3/custom_audiences/{}/users")
    def users(self, request: Request, id: str) -> Reply:
        self._shown(id)
        asked = request.json()["data"]
        columns, rows = asked["column_order"], asked["user_data"]
        values = [value for row in rows for value in row if value]
        self.play_refusal(request, values)
        is_square = all(len(row) == len(columns) for row in rows)
        if not is_square or not all(map(_HASH.fullmatch, values)) or len(rows) > 2_500:
            raise Refused(400, "user_data")
        members = self.held["audiences"][id]["members"]
        for row in rows:
            if asked["action_type"] == "ADD" and row not in members:
                members.append(row)
            elif asked["action_type"] == "REMOVE" and row in members:
                members.remove(row)
        return Reply(200, {"data": self._shown(id)}, rows=len(rows))

    def _shown(self, id: str) -> dict[str, Any]:
        if id not in self.held["audiences"]:
            raise Refused(404, "there is no such audience")
        name = self.held["audiences"][id]["name"]
        return {"id": id, "name": name, "type": "CUSTOMER_LIST"}
