"""Stand-in of Klaviyo: profiles by import jobs, lists, and subscriptions.

Addresses under `.invalid` are not valid, nor are properties over 100 kB. A profile that
is unsubscribed and not on the list is unsubscribed from everything.

https://developers.klaviyo.com/en/reference/api_overview
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from outhaul.sandbox.jobs import RowFailed, StandInJob, timestamp
from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.stand_in import Refused, StandIn, page, route

_ANY_OF = re.compile(r"any\((\w+),(\[.*\])\)")
_IMPORTS = "/api/profile-bulk-import-jobs"
_SUBSCRIPTIONS = "/api/profile-subscription-bulk"


class KlaviyoStandIn(StandIn):
    """Profiles by address, with the lists that they are on; names of lists by id."""

    empty = {"profiles": {}, "lists": {}}
    key_prefix = "Klaviyo-API-Key "
    headers = {"Content-Type": "application/vnd.api+json"}

    def let_in(self, request: Request) -> None:
        super().let_in(request)
        if request.headers.get("revision") != "2026-07-15":
            raise Refused(410, "this revision is retired")

    def refusal(self, refused: Refused) -> Reply:
        text = str(refused)
        error = {"id": "1", "code": "invalid", "title": text, "detail": text}
        return Reply(refused.status, {"errors": [error]})

    @route("GET", _IMPORTS)
    def imports(self, request: Request) -> Reply:
        return Reply(200, {"data": [_shown(each) for each in self._jobs.all.values()]})

    @route("POST", _IMPORTS)
    def start_import(self, request: Request) -> Reply:
        rows = _profiles(request, 10_000)
        self.play_refusal(request, map(_email, rows))
        job = self.start(request, rows, _email, self._import)
        return Reply(202, {"data": _shown(job)}, rows=len(rows))

    @route("GET", _IMPORTS + "/{}")
    def look_at_import(self, request: Request, job: str) -> Reply:
        return Reply(200, {"data": _shown(self.job(job))})

    @route("GET", _IMPORTS + "/{}/import-errors")
    def import_errors(self, request: Request, job: str) -> Reply:
        errors = [
            {
                "code": "invalid",
                "title": each.reason,
                "detail": each.reason,
                "source": {"pointer": f"/data/attributes/profiles/data/{each.row}/"},
                "original_payload": None,
            }
            for each in self.job(job).failed
        ]
        found = [_resource("import-error", str(n), e) for n, e in enumerate(errors)]
        return _page(request, found, 20)

    @route("GET", "/api/profiles")
    def profiles(self, request: Request) -> Reply:
        return self._members(request, self.held["profiles"].values())

    @route("GET", "/api/lists/{}/profiles")
    def profiles_of_list(self, request: Request, key: str) -> Reply:
        self._list(key)
        people = self.held["profiles"].values()
        return self._members(request, [each for each in people if key in each["lists"]])

    @route("GET", "/api/lists")
    def lists(self, request: Request) -> Reply:
        wanted = _wanted(request)
        return _page(
            request,
            [self._list(k) for k, name in self.held["lists"].items() if name in wanted],
            10,
        )

    @route("POST", "/api/lists")
    def create_list(self, request: Request) -> Reply:
        key = f"L{len(self.held['lists']) + 1}"
        self.held["lists"][key] = request.json()["data"]["attributes"]["name"]
        return Reply(201, {"data": self._list(key)})

    @route("GET", "/api/lists/{}")
    def one_list(self, request: Request, key: str) -> Reply:
        return Reply(200, {"data": self._list(key)})

    @route("POST", "/api/lists/{}/relationships/profiles")
    def add_members(self, request: Request, key: str, *, leave: bool = False) -> Reply:
        self._list(key)
        ids = {each["id"] for each in request.json()["data"]}
        people = {each["id"]: each for each in self.held["profiles"].values()}
        if not ids <= set(people) or len(ids) > 1_000:
            raise Refused(400, "a profile does not exist")
        for each in ids:
            _change_list(people[each], key, leave)
        return Reply(204, rows=len(ids))

    @route("DELETE", "/api/lists/{}/relationships/profiles")
    def remove_members(self, request: Request, key: str) -> Reply:
        return self.add_members(request, key, leave=True)

    @route("POST", f"{_SUBSCRIPTIONS}-create-jobs")
    def subscribe(self, request: Request, *, most: int = 1_000) -> Reply:
        key = request.json()["data"]["relationships"]["list"]["data"]["id"]
        rows = _profiles(request, most)
        self._list(key)
        for row in rows:
            if _email(row).endswith(".invalid"):
                raise Refused(400, "an address is not valid")
        for row in rows:
            self._agree(key, row)
        return Reply(202, rows=len(rows))

    @route("POST", f"{_SUBSCRIPTIONS}-delete-jobs")
    def unsubscribe(self, request: Request) -> Reply:
        return self.subscribe(request, most=100)

    def _agree(self, key: str, row: Mapping[str, Any]) -> None:
        profile = self._profile(_email(row))
        was_on = key in profile["lists"]
        for channel, told in row["attributes"]["subscriptions"].items():
            consent = told["marketing"]["consent"]
            leaves = consent == "UNSUBSCRIBED"
            _change_list(profile, key, leaves)
            is_of_all = leaves and not was_on
            profile[f"{channel}_consent"] = "NEVER" if is_of_all else consent

    def _import(self, row: Mapping[str, Any]) -> str:
        if _email(row).endswith(".invalid") or len(json.dumps(row)) > 100_000:
            raise RowFailed("the profile is not valid")
        profile = self._profile(_email(row))
        for name, value in row["attributes"].items():
            kept = profile.setdefault(name, {}) if isinstance(value, dict) else None
            profile[name] = value if kept is None else {**kept, **value}
        return "imported"

    def _profile(self, email: str) -> dict[str, Any]:
        made = {"id": f"P{len(self.held['profiles']) + 1}", "email": email, "lists": []}
        found: dict[str, Any] = self.held["profiles"].setdefault(email, made)
        return found

    def _list(self, key: str) -> dict[str, Any]:
        if key not in self.held["lists"]:
            raise Refused(404, "there is no such list")
        return _resource("list", key, {"name": self.held["lists"][key]})

    def _members(self, request: Request, people: Any) -> Reply:
        wanted = _wanted(request)
        joined = {"joined_group_at": timestamp()}
        found = [
            _resource("profile", each["id"], {"email": each["email"], **joined})
            for each in people
            if each["email"] in wanted
        ]
        return _page(request, found, int(request.query["page[size]"]))


def _profiles(request: Request, most: int) -> list[dict[str, Any]]:
    rows = request.json()["data"]["attributes"]["profiles"]["data"]
    if not 1 <= len(rows) <= most or len(request.body) > 5_000_000:
        raise Refused(400, f"1 to {most} profiles of 5 MB")
    return list(rows)


def _email(row: Mapping[str, Any]) -> str:
    return str(row["attributes"]["email"]).lower()


def _wanted(request: Request) -> Sequence[str]:
    found = _ANY_OF.fullmatch(request.query["filter"])
    if found is None:
        raise Refused(400, "the filter cannot be read")
    return list(json.loads(found[2]))


def _change_list(profile: dict[str, Any], key: str, leave: bool) -> None:
    others = [each for each in profile["lists"] if each != key]
    profile["lists"] = others if leave else [*others, key]


def _page(request: Request, found: Sequence[Any], size: int) -> Reply:
    part, following = page(found, request.query.get("page[cursor]", ""), size)
    here = f"{request.url}{request.path}"
    after = f"{here}?page[cursor]={following}" if following else None
    links = {"self": here, **({"next": after} if after else {})}
    return Reply(200, {"data": list(part), "links": links})


def _shown(job: StandInJob) -> dict[str, Any]:
    counts = {"total_count": job.rows, "failed_count": len(job.failed)}
    status = "complete" if job.finished_at else "processing"
    told = {"status": status, "created_at": job.started_at, **counts}
    return _resource("profile-bulk-import-job", job.id, told)


def _resource(kind: str, key: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    links = {"self": f"https://a.klaviyo.com/api/{kind}s/{key}"}
    return {"type": kind, "id": key, "attributes": attributes, "links": links}
