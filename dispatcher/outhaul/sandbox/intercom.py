"""Stand-in of Intercom: contacts and companies with custom attributes, and tags.

An attribute that was not created is refused, as is an address that a contact has
already, or one under `.invalid`. A tag that is named and not there comes into being.

https://developers.intercom.com/docs/references/2.16/rest-api/api.intercom.io
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.stand_in import Refused, StandIn, page, route

_CODES = {400: "parameter_invalid", 401: "unauthorized", 404: "not_found"}


class IntercomStandIn(StandIn):
    """Contacts and companies by their ids, names of tags, attributes of each model."""

    empty = {
        "contacts": {},
        "companies": {},
        "tags": {},
        "attributes": {"contact": {}, "company": {}},
    }

    def let_in(self, request: Request) -> None:
        super().let_in(request)
        if request.headers.get("intercom-version") != "2.16":
            raise Refused(400, "the version is another one")

    def refusal(self, refused: Refused) -> Reply:
        code = _CODES.get(refused.status, "conflict")
        errors = [{"code": code, "message": str(refused)}]
        return Reply(refused.status, {"type": "error.list", "errors": errors})

    @route("GET", "/data_attributes")
    def attributes(self, request: Request) -> Reply:
        model = request.query["model"]
        found = self.held["attributes"][model].items()
        data = [_attribute(model, name, kind) for name, kind in found]
        return Reply(200, {"type": "list", "data": data})

    @route("POST", "/data_attributes")
    def create_attribute(self, request: Request) -> Reply:
        body = request.json()
        known = self.held["attributes"][body["model"]]
        if body["name"] in known:
            raise Refused(400, "there is such an attribute")
        known[body["name"]] = body["data_type"]
        told = _attribute(body["model"], body["name"], body["data_type"])
        return Reply(200, told)

    @route("POST", "/contacts/search")
    def search(self, request: Request) -> Reply:
        asked = request.json()
        wanted, pages = asked["query"]["value"], asked["pagination"]
        found = [
            each for each in self.held["contacts"].values() if each["email"] in wanted
        ]
        part, following = page(found, pages.get("starting_after"), pages["per_page"])
        told: dict[str, Any] = {"type": "pages"}
        if following:
            told["next"] = {"per_page": pages["per_page"], "starting_after": following}
        data = [_contact(each) for each in part]
        return Reply(200, {"type": "list", "data": data, "pages": told})

    @route("POST", "/contacts")
    def create_contact(self, request: Request) -> Reply:
        email = request.json()["email"]
        if any(each["email"] == email for each in self.held["contacts"].values()):
            raise Refused(409, "a contact matching those details already exists")
        key = f"C{len(self.held['contacts']) + 1}"
        told = self._changed(
            {"id": key, "role": "user", "tags": []}, request, "contact"
        )
        self.held["contacts"][key] = told
        return Reply(200, _contact(told), rows=1)

    @route("PUT", "/contacts/{}")
    def update_contact(self, request: Request, key: str) -> Reply:
        told = self._changed(self._contact(key), request, "contact")
        self.held["contacts"][key] = told
        return Reply(200, _contact(told), rows=1)

    @route("GET", "/companies")
    def company(self, request: Request) -> Reply:
        if request.query["company_id"] not in self.held["companies"]:
            raise Refused(404, "there is no such company")
        return Reply(200, {"type": "list", "data": []})

    @route("POST", "/companies")
    def write_company(self, request: Request) -> Reply:
        key = request.json()["company_id"]
        known = self.held["companies"].get(key, {})
        self.held["companies"][key] = self._changed(known, request, "company")
        return Reply(200, {"type": "company", "id": key, "company_id": key}, rows=1)

    @route("GET", "/tags")
    def tags(self, request: Request) -> Reply:
        data = [self._tag(key) for key in self.held["tags"]]
        return Reply(200, {"type": "list", "data": data})

    @route("GET", "/tags/{}")
    def one_tag(self, request: Request, key: str) -> Reply:
        return Reply(200, self._tag(key))

    @route("POST", "/tags")
    def tag(self, request: Request) -> Reply:
        body = request.json()
        users = [self._contact(each["id"]) for each in body.get("users", ())]
        named = {name.lower(): key for key, name in self.held["tags"].items()}
        key = named.get(body["name"].lower(), f"T{len(named) + 1}")
        self.held["tags"].setdefault(key, body["name"])
        for user in users:
            user["tags"] = sorted({*user["tags"], key})
        return Reply(200, self._tag(key), rows=len(users))

    @route("DELETE", "/contacts/{}/tags/{}")
    def untag(self, request: Request, key: str, tag: str) -> Reply:
        contact, told = self._contact(key), self._tag(tag)
        contact["tags"] = [each for each in contact["tags"] if each != tag]
        return Reply(200, told, rows=1)

    def _changed(
        self, known: Mapping[str, Any], request: Request, model: str
    ) -> dict[str, Any]:
        """A record with what a request says of it."""
        told = request.json()
        custom = told.pop("custom_attributes", {})
        if not set(custom) <= set(self.held["attributes"][model]):
            raise Refused(400, "a custom attribute does not exist")
        self.play_refusal(request, told.values())
        if str(told.get("email")).endswith(".invalid"):
            raise Refused(400, "the address is not valid")
        kept = {**known.get("custom_attributes", {}), **custom}
        return {**known, **told, "custom_attributes": kept}

    def _contact(self, key: str) -> dict[str, Any]:
        if key not in self.held["contacts"]:
            raise Refused(404, "there is no such contact")
        found: dict[str, Any] = self.held["contacts"][key]
        return found

    def _tag(self, key: str) -> dict[str, Any]:
        if key not in self.held["tags"]:
            raise Refused(404, "there is no such tag")
        return {"type": "tag", "id": key, "name": self.held["tags"][key]}


def _contact(held: Mapping[str, Any]) -> dict[str, Any]:
    shown = ("id", "role", "email", "custom_attributes")
    return {"type": "contact", **{name: held[name] for name in shown if name in held}}


def _attribute(model: str, name: str, kind: str) -> dict[str, Any]:
    told = {"type": "data_attribute", "model": model, "name": name, "custom": True}
    return {**told, "full_name": f"custom_attributes.{name}", "data_type": kind}
