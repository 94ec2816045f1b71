"""Stand-in of HubSpot: objects of the CRM by type and id, and lists of contacts.

A property that does not exist refuses the whole request, and so does an address under
`.invalid`. An object that is not found is named in the errors of a 207, as are those
that a fault refuses; the others are written.

https://developers.hubspot.com/docs/api-reference/latest/overview
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from outhaul.sandbox.jobs import timestamp
from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.stand_in import Refused, StandIn, route

_OBJECTS, _LISTS = "/crm/objects/2026-09", "/crm/lists/2026-09"


class HubSpotStandIn(StandIn):
    """Objects and types of properties, by type of object; lists by id."""

    empty = {"objects": {"contacts": {}}, "properties": {"contacts": {}}, "lists": {}}

    def refusal(self, refused: Refused) -> Reply:
        body = {"status": "error", "message": str(refused), "category": "ERROR"}
        return Reply(refused.status, body)

    @route("GET", "/crm/properties/2026-09/{}")
    def properties(self, request: Request, kind: str) -> Reply:
        known = {"email": "string", "hs_object_id": "number", **self._known(kind)}
        found = [
            {
                "name": name,
                "type": type_,
                "modificationMetadata": {"readOnlyValue": name.startswith("hs_")},
            }
            for name, type_ in known.items()
        ]
        return Reply(200, {"results": found})

    @route("POST", _OBJECTS + "/{}/batch/read")
    def read(self, request: Request, kind: str) -> Reply:
        body = request.json()
        by = body.get("idProperty", "id")
        keys = [each["id"] for each in body["inputs"]]
        found = {key: self._find(kind, by, key) for key in keys}
        lost = [key for key in keys if found[key] is None]
        known = [_shown(each) for each in found.values() if each]
        return _batch(known, _not_found(lost))

    @route("POST", _OBJECTS + "/{}/batch/upsert")
    def upsert(self, request: Request, kind: str, *, creates: bool = True) -> Reply:
        inputs = request.json()["inputs"]
        if not 1 <= len(inputs) <= 100:
            raise Refused(400, "1 to 100 inputs")
        for each in inputs:
            if each["properties"].keys() - self._known(kind).keys():
                raise Refused(400, "a property does not exist")
            if each["id"].endswith(".invalid"):
                raise Refused(400, "an address is not valid")
        fault = self._faults.find("refuse", request.method, request.path)
        refused = set(fault.emails) if fault else set()
        results, lost, errors = [], [], []
        for each in inputs:
            by = each.get("idProperty", "id")
            found = self._find(kind, by, each["id"])
            trace = each["objectWriteTraceId"]
            if each["id"] in refused:
                errors.append(_error("VALIDATION_ERROR", objectWriteTraceId=[trace]))
            elif found is None and not creates:
                lost.append(each["id"])
            else:
                made = found or self._made(kind, {by: each["id"]})
                made["properties"] |= each["properties"]
                told = {"new": found is None, "objectWriteTraceId": trace}
                results.append({**_shown(made), **told})
        return _batch(results, errors + _not_found(lost), rows=len(inputs))

    @route("POST", _OBJECTS + "/{}/batch/update")
    def update(self, request: Request, kind: str) -> Reply:
        return self.upsert(request, kind, creates=False)

    @route("GET", _LISTS + "/object-type-id/0-1/name/{}")
    def list_by_name(self, request: Request, name: str) -> Reply:
        for key, each in self.held["lists"].items():
            if each["name"] == name:
                return self.one_list(request, key)
        raise Refused(404, "there is no such list")

    @route("GET", _LISTS + "/{}")
    def one_list(self, request: Request, key: str) -> Reply:
        found = self._list(key)
        shown = {
            "listId": key,
            "listVersion": 1,
            "name": found["name"],
            "objectTypeId": "0-1",
            "processingStatus": "COMPLETE",
            "processingType": found.get("kind", "MANUAL"),
        }
        return Reply(200, {"list": shown})

    @route("POST", _LISTS)
    def create_list(self, request: Request) -> Reply:
        name = request.json()["name"]
        if name in [each["name"] for each in self.held["lists"].values()]:
            raise Refused(400, "a list with this name exists")
        key = str(len(self.held["lists"]) + 1)
        self.held["lists"][key] = {"name": name, "members": []}
        return self.one_list(request, key)

    @route("PUT", _LISTS + "/{}/memberships/{}")
    def change_members(self, request: Request, key: str, act: str) -> Reply:
        held, ids = self._list(key), set(request.json())
        missing = ids - self.held["objects"]["contacts"].keys()
        before, changed = set(held["members"]), ids - missing
        after = before | changed if act == "add" else before - changed
        held["members"] = sorted(after)
        told = {
            "recordsIdsAdded": sorted(after - before),
            "recordIdsRemoved": sorted(before - after),
            "recordIdsMissing": sorted(missing),
        }
        return Reply(200, told, rows=len(ids))

    def _known(self, kind: str) -> dict[str, str]:
        if kind not in self.held["properties"]:
            raise Refused(404, "there is no such type of objects")
        known: dict[str, str] = self.held["properties"][kind]
        return known

    def _find(self, kind: str, by: str, value: str) -> dict[str, Any] | None:
        held: dict[str, dict[str, Any]] = self.held["objects"][kind]
        if by == "id":
            return held.get(value)
        found = (e for e in held.values() if e["properties"].get(by) == value)
        return next(found, None)

    def _made(self, kind: str, properties: dict[str, str]) -> dict[str, Any]:
        held = self.held["objects"][kind]
        key = str(len(held) + 1)
        held[key] = {"id": key, "properties": properties}
        made: dict[str, Any] = held[key]
        return made

    def _list(self, key: str) -> dict[str, Any]:
        if key not in self.held["lists"]:
            raise Refused(404, "there is no such list")
        found: dict[str, Any] = self.held["lists"][key]
        return found


def _shown(found: Mapping[str, Any]) -> dict[str, Any]:
    return {**found, "createdAt": timestamp(), "updatedAt": timestamp()}


def _error(category: str, **context: list[str]) -> dict[str, Any]:
    told = {"status": "error", "category": category, "message": "this is not right"}
    return {**told, "context": context, "links": {}, "errors": []}


def _not_found(lost: list[str]) -> list[dict[str, Any]]:
    return [_error("OBJECT_NOT_FOUND", ids=lost)] if lost else []


def _batch(results: list[Any], errors: list[Any], rows: int = 0) -> Reply:
    times = {"startedAt": timestamp(), "completedAt": timestamp()}
    body: dict[str, Any] = {"status": "COMPLETE", "results": results, **times}
    if errors:
        body |= {"numErrors": len(errors), "errors": errors}
    return Reply(207 if errors else 200, body, rows=rows)
