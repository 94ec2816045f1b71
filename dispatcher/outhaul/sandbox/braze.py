"""Stand-in of Braze: users with attributes, events and subscription groups.

An object without `external_id`, with a key that begins with `$`, with a text over 255
characters or with an address under `.invalid` is an error of its own; others are taken.

https://www.braze.com/docs/api/endpoints/user_data/post_user_track
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.stand_in import Refused, StandIn, route

_KINDS = ("attributes", "events")


class BrazeStandIn(StandIn):
    """Users and groups by their ids, the groups with the status of each user."""

    empty = {"users": {}, "events": [], "groups": {}}

    def refusal(self, refused: Refused) -> Reply:
        return Reply(refused.status, {"message": str(refused)})

    @route("POST", "/users/track")
    def track(self, request: Request, *, most: int = 75) -> Reply:
        body = request.json()
        objects = {kind: body.get(kind) or [] for kind in _KINDS}
        if not any(objects.values()) or max(map(len, objects.values())) > most:
            raise Refused(400, f"1 to {most} attributes, events or purchases")
        everyone = [
            each.get("external_id") for kind in _KINDS for each in objects[kind]
        ]
        self.play_refusal(request, everyone)
        errors = []
        for kind, listed in objects.items():
            for index, each in enumerate(listed):
                if problem := _problem(kind, each):
                    error = {"type": problem, "input_array": kind, "index": index}
                    errors.append(error)
                else:
                    self._take(kind, each)
        done = {f"{kind}_processed": len(objects[kind]) for kind in _KINDS}
        told = {"errors": errors} if errors else {}
        reply = {"message": "success", **done, **told}
        return Reply(201, reply, rows=len(everyone))

    @route("POST", "/users/track/bulk")
    def track_in_bulk(self, request: Request) -> Reply:
        listed = [each for kind in _KINDS for each in request.json().get(kind) or []]
        of_user = Counter(str(each.get("external_id")) for each in listed)
        if len(request.body) > 2_000_000 or max(of_user.values(), default=0) > 100:
            raise Refused(400, "at most 2 MB, and 100 objects of one user")
        return self.track(request, most=1_000)

    @route("POST", "/v2/subscription/status/set")
    def set_status(self, request: Request) -> Reply:
        asked = request.json()["subscription_groups"]
        if not asked or any(len(each["external_ids"]) > 50 for each in asked):
            raise Refused(400, "groups of 1 to 50 users")
        for each in asked:
            group = self.held["groups"].setdefault(each["subscription_group_id"], {})
            self.play_refusal(request, each["external_ids"])
            group |= dict.fromkeys(each["external_ids"], each["subscription_state"])
        rows = sum(len(each["external_ids"]) for each in asked)
        return Reply(201, {"message": "success"}, rows=rows)

    def _take(self, kind: str, told: Mapping[str, Any]) -> None:
        who, users = told["external_id"], self.held["users"]
        others = {name: told[name] for name in told if name != "external_id"}
        is_only_update = others.pop("_update_existing_only", False)
        if is_only_update and who not in users:
            return
        user = users.setdefault(who, {})
        if kind == "events":
            self.held["events"].append(dict(told))
        else:
            kept = {**user, **others}
            users[who] = {k: value for k, value in kept.items() if value is not None}


def _problem(kind: str, told: Mapping[str, Any]) -> str:
    if not told.get("external_id"):
        return "'external_id' is required"
    if kind == "events":
        datetime.fromisoformat(str(told["time"]).replace("Z", "+00:00"))
        told = {"name": told["name"], **told.get("properties", {})}
    for name, value in told.items():
        if name.startswith("$") or (isinstance(value, str) and len(value) > 255):
            return f"'{name}' is not valid"
        if name == "email" and str(value).endswith(".invalid"):
            return "'email' is not valid"
    return ""
