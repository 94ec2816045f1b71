"""Stand-in of Microsoft Ads: customer lists of hashed addresses.

An item that is no SHA-256 is an error of its own, by its index; others are taken.

https://learn.microsoft.com/en-us/advertising/campaign-management-service
"""

from __future__ import annotations

import re
from typing import Any

from outhaul.sandbox.by_token import TokenStandIn
from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.stand_in import Refused, route

_HASH = re.compile("[0-9a-f]{64}")
_CALLS = "/CampaignManagement/v13"
_HEADERS = ("developertoken", "customerid", "customeraccountid")


class MicrosoftAdsStandIn(TokenStandIn):
    """Customer lists by id, with their members."""

    empty = {"lists": {}}
    token_path = "/common/oauth2/v2.0/token"  # noqa: S105

    def refusal(self, refused: Refused) -> Reply:
        codes = {401: 109, 429: 117}
        error = {"Code": codes.get(refused.status, 100), "Message": str(refused)}
        return Reply(refused.status, {"Errors": [error]})

    @route("POST", _CALLS + "/Audiences/QueryByIds")
    def query(self, request: Request) -> Reply:
        self._see_headers(request)
        asked = request.json()
        ids = (
            self.held["lists"] if asked["AudienceIds"] is None else asked["AudienceIds"]
        )
        found = [self._shown(id) for id in ids]
        return Reply(200, {"Audiences": found, "PartialErrors": []})

    @route("POST", _CALLS + "/Audiences")
    def create(self, request: Request) -> Reply:
        self._see_headers(request)
        (made,) = request.json()["Audiences"]
        if (made["Type"], made["Scope"]) != ("CustomerList", "Account"):
            raise Refused(400, "Type, Scope")
        id = str(600 + len(self.held["lists"]))
        self.held["lists"][id] = {"name": made["Name"], "members": []}
        return Reply(200, {"AudienceIds": [id], "PartialErrors": []})

    @route("POST", _CALLS + "/CustomerListUserData/Apply")
    def apply(self, request: Request) -> Reply:
        self._see_headers(request)
        asked = request.json()["CustomerListUserData"]
        listed, items = (
            self.held["lists"][asked["AudienceId"]],
            asked["CustomerListItems"],
        )
        if len(items) > 1_000 or asked["CustomerListItemSubType"] != "Email":
            raise Refused(400, "CustomerListItems")
        self.play_refusal(request, items)
        errors = []
        for index, each in enumerate(items):
            members = [member for member in listed["members"] if member != each]
            if not _HASH.fullmatch(each):
                error = {"Index": index, "Code": 8001, "ErrorCode": "InvalidItem"}
                errors.append({**error, "Message": "The item is not a hash."})
            else:
                is_added = asked["ActionType"] == "Add"
                listed["members"] = [*members, each] if is_added else members
        return Reply(200, {"PartialErrors": errors}, rows=len(items))

    def _see_headers(self, request: Request) -> None:
        if not all(request.headers.get(name) for name in _HEADERS):
            raise Refused(400, "a header is missing")

    def _shown(self, id: str) -> dict[str, Any] | None:
        found = self.held["lists"].get(id)
        return (
            {"Id": id, "Name": found["name"], "Type": "CustomerList"} if found else None
        )
