"""Stand-in of Iterable: users of a project with typed fields, and static lists.

Addresses under `.invalid` are not valid. Who is put on a list and is no user becomes
one; a value of another type than its field's fails for its user alone.

https://api.iterable.com/api/docs
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.stand_in import Refused, StandIn, route

_TYPES = {str: "string", int: "long", float: "double", bool: "boolean"}
_NUMBERS = ("long", "double")


class IterableStandIn(StandIn):
    """Users by address, types of fields by name; lists by id."""

    empty = {"users": {}, "fields": {}, "lists": {}}
    key_header = "api-key"
    key_prefix = ""

    def refusal(self, refused: Refused) -> Reply:
        return Reply(refused.status, {"msg": str(refused), "code": "BadParams"})

    @route("GET", "/api/users/getFields")
    def fields(self, request: Request) -> Reply:
        return Reply(200, {"fields": self.held["fields"]})

    @route("POST", "/api/users/bulkUpdate")
    def bulk_update(self, request: Request) -> Reply:
        users = request.json()["users"]
        self.play_refusal(request, [each["email"] for each in users])
        failed: dict[str, list[str]] = {"invalidEmails": [], "invalidDataEmails": []}
        for each in users:
            email, values = each["email"], each.get("dataFields", {})
            if email.endswith(".invalid"):
                failed["invalidEmails"].append(email)
            elif not all(self._fits(name, value) for name, value in values.items()):
                failed["invalidDataEmails"].append(email)
            else:
                self._user(email)["dataFields"] |= values
        return _told(len(users), failed)

    @route("GET", "/api/users/{}")
    def user(self, request: Request, email: str) -> Reply:
        found = self.held["users"].get(unquote(email))
        shown = {name: found[name] for name in ("email", "dataFields")} if found else 0
        return Reply(200, {"user": shown} if shown else {})

    @route("GET", "/api/lists")
    def lists(self, request: Request) -> Reply:
        found = [
            {"id": int(key), "name": name, "createdAt": 1, "listType": "Standard"}
            for key, name in self.held["lists"].items()
        ]
        return Reply(200, {"lists": found})

    @route("POST", "/api/lists")
    def create_list(self, request: Request) -> Reply:
        number = len(self.held["lists"]) + 1
        self.held["lists"][str(number)] = request.json()["name"]
        return Reply(200, {"listId": number})

    @route("POST", "/api/lists/subscribe")
    def subscribe(self, request: Request) -> Reply:
        key, emails = self._asked(request)
        invalid = [each for each in emails if each.endswith(".invalid")]
        for each in set(emails) - set(invalid):
            lists = self._user(each)["lists"]
            lists += [key] * (key not in lists)
        return _told(len(emails), {"invalidEmails": invalid})

    @route("POST", "/api/lists/unsubscribe")
    def unsubscribe(self, request: Request) -> Reply:
        key, emails = self._asked(request)
        for each in emails:
            if key in self.held["users"].get(each, {}).get("lists", ()):
                self.held["users"][each]["lists"].remove(key)
        return _told(len(emails), {})

    def _asked(self, request: Request) -> tuple[str, list[str]]:
        body = request.json()
        if str(body["listId"]) not in self.held["lists"]:
            raise Refused(400, "there is no such list")
        return str(body["listId"]), [each["email"] for each in body["subscribers"]]

    def _user(self, email: str) -> dict[str, Any]:
        made = {"email": email, "dataFields": {}, "lists": []}
        user: dict[str, Any] = self.held["users"].setdefault(email, made)
        return user

    def _fits(self, name: str, value: Any) -> bool:
        """Whether a field takes a value; one that is new gets the type of its first."""
        if value is None:
            return True
        kind = _TYPES.get(type(value), "object")
        known = self.held["fields"].setdefault(name, kind)
        is_time = known == "date" and kind == "string"
        return is_time or known == kind or {known, kind} <= set(_NUMBERS)


def _told(rows: int, failed: dict[str, list[str]]) -> Reply:
    count = sum(map(len, failed.values()))
    counts = {"successCount": rows - count, "failCount": count}
    return Reply(200, {**counts, "failedUpdates": failed}, rows=rows)
