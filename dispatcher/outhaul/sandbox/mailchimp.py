"""Stand-in of Mailchimp: audiences with members, merge fields and tags.

There is one audience, whose id is `main`. Addresses under `.invalid` are not valid. A
change of a tag passes over addresses that are no members, and counts those that it
changed.

https://mailchimp.com/developer/marketing/api/
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.stand_in import Refused, StandIn, page, route

_AUDIENCE = "/lists/main"


class MailchimpStandIn(StandIn):
    """One audience: members by address, types of fields by tag, names of tags by id."""

    empty = {"members": {}, "fields": {"FNAME": "text", "LNAME": "text"}, "tags": {}}
    key_prefix = "Basic "

    def is_key(self, key: str) -> bool:
        return super().is_key(base64.b64decode(key).decode().partition(":")[2])

    def refusal(self, refused: Refused) -> Reply:
        body = {"title": "Refused", "status": refused.status, "detail": str(refused)}
        return Reply(refused.status, {"type": "about:blank", "instance": "1", **body})

    @route("GET", _AUDIENCE + "/merge-fields")
    def fields(self, request: Request) -> Reply:
        fields = self.held["fields"].items()
        found = [{"tag": tag, "name": tag, "type": kind} for tag, kind in fields]
        return _page(request, "merge_fields", found)

    @route("GET", _AUDIENCE + "/members/{}")
    def member(self, request: Request, digest: str) -> Reply:
        return Reply(200, self._shown(self._member(digest)))

    @route("PATCH", _AUDIENCE + "/members/{}")
    def update(self, request: Request, digest: str) -> Reply:
        return self._written(request, self._member(digest))

    @route("PUT", _AUDIENCE + "/members/{}")
    def upsert(self, request: Request, digest: str) -> Reply:
        body = request.json()
        email = body["email_address"].lower()
        if _digest(email) != digest or email.endswith(".invalid"):
            raise Refused(400, "the address is not valid")
        self.play_refusal(request, [email])
        made = {"email": email, "status": body["status_if_new"], "fields": {}}
        member = self.held["members"].setdefault(email, {**made, "tags": []})
        return self._written(request, member)

    @route("GET", _AUDIENCE + "/segments")
    def tags(self, request: Request) -> Reply:
        return _page(request, "segments", [self._tag(key) for key in self.held["tags"]])

    @route("POST", _AUDIENCE + "/segments")
    def create_tag(self, request: Request) -> Reply:
        body = request.json()
        if body["name"] in self.held["tags"].values() or body["static_segment"] != []:
            raise Refused(400, "the tag exists")
        key = str(len(self.held["tags"]) + 1)
        self.held["tags"][key] = body["name"]
        return Reply(200, self._tag(key))

    @route("GET", _AUDIENCE + "/segments/{}")
    def one_tag(self, request: Request, key: str) -> Reply:
        return Reply(200, self._tag(key))

    @route("POST", _AUDIENCE + "/segments/{}")
    def change_tag(self, request: Request, key: str) -> Reply:
        self._tag(key)
        body = request.json()
        enter, leave = body.get("members_to_add", []), body.get("members_to_remove", [])
        if max(len(enter), len(leave)) > 500:
            raise Refused(400, "at most 500 members")
        known = self.held["members"]
        added = [e for e in enter if e in known and key not in known[e]["tags"]]
        removed = [e for e in leave if e in known and key in known[e]["tags"]]
        for each in added:
            known[each]["tags"].append(key)
        for each in removed:
            known[each]["tags"].remove(key)
        counts = {"total_added": len(added), "total_removed": len(removed)}
        return Reply(200, {**counts, "errors": []}, rows=len(enter) + len(leave))

    def _written(self, request: Request, member: dict[str, Any]) -> Reply:
        values = request.json().get("merge_fields", {})
        if values.keys() - self.held["fields"].keys():
            raise Refused(400, "a field does not exist")
        for tag, value in values.items():
            is_number = self.held["fields"][tag] == "number"
            if is_number and value != "" and not isinstance(value, (int, float)):
                raise Refused(400, "this is no number")
        member["fields"] |= values
        return Reply(200, self._shown(member), rows=1)

    def _member(self, digest: str) -> dict[str, Any]:
        members: dict[str, dict[str, Any]] = self.held["members"]
        for email, member in members.items():
            if _digest(email) == digest:
                return member
        raise Refused(404, "there is no such member")

    def _shown(self, member: dict[str, Any]) -> dict[str, Any]:
        tags = [{"id": int(k), "name": self.held["tags"][k]} for k in member["tags"]]
        shown = {"email_address": member["email"], "status": member["status"]}
        return {**shown, "merge_fields": member["fields"], "tags": tags}

    def _tag(self, key: str) -> dict[str, Any]:
        if key not in self.held["tags"]:
            raise Refused(404, "there is no such tag")
        return {"id": int(key), "name": self.held["tags"][key], "type": "static"}


def _digest(email: str) -> str:
    return hashlib.md5(email.encode(), usedforsecurity=False).hexdigest()


def _page(request: Request, key: str, found: list[dict[str, Any]]) -> Reply:
    size = int(request.query.get("count", 10))
    part, _ = page(found, request.query.get("offset", ""), size)
    return Reply(200, {key: part, "total_items": len(found)})
