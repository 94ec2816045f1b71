"""A workspace of Intercom: its settings, and the calls that its services share.

https://developers.intercom.com/docs/build-an-integration/learn-more/rest-apis/api-changelog
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from outhaul.config.settings import setting
from outhaul.http.addresses import path_part, setting_problems
from outhaul.kit.api import (
    Api,
    ApiAccount,
    address,
    certificates,
    deadline,
)
from outhaul.kit.bodies import Field
from outhaul.kit.fields import Missing, Plan
from outhaul.kit.formats import Boolean, Format, Number, Text, UnixTime
from outhaul.kit.interface import Interface
from outhaul.kit.service import Bucket, Limits
from outhaul.model import Column, Kind

_VERSION = "2.16"
_MOST_LOOKUPS = 50  # addresses in a search, whose pages hold up to 150 contacts
_LONGEST_TEXT = 255
_SECONDS_OF_RATE = 10.0  # which Intercom counts requests of all kinds by
TEXT, TIME = Text(_LONGEST_TEXT), UnixTime()
_TYPES: dict[Kind, tuple[str, Format]] = {
    Kind.INTEGER: ("integer", Number()),
    Kind.NUMBER: ("float", Number()),
    Kind.BOOLEAN: ("boolean", Boolean()),
    Kind.DATE: ("date", TIME),
    Kind.TIMESTAMP: ("datetime", TIME),
}


class IntercomApi(Api):
    """One workspace's calls."""

    hints = {
        401: "check 'access_token', and that 'base_url' is that of its region",
        403: "the token needs to read and write users, companies and tags",
    }

    def attributes(self, model: str) -> set[str]:
        """The names of the custom attributes of contacts, or of companies."""
        answer = self.call("GET", "/data_attributes", params={"model": model})
        return {str(each["name"]) for each in answer["data"] if each.get("custom")}

    def create_attribute(self, model: str, missing: Missing) -> None:
        """Create a custom attribute. Raises RequestRefused where there is one."""
        body = {"name": missing.name, "model": model, "data_type": missing.type}
        self.call("POST", "/data_attributes", body)

    def contacts(self, addresses: Sequence[str]) -> dict[str, Any]:
        """The id of the contact of each address, or None; of several, a user's."""
        found: dict[str, tuple[bool, str]] = {}
        query = {"field": "email", "operator": "IN", "value": list(addresses)}
        asked: dict[str, Any] = {"query": query, "pagination": {"per_page": 150}}
        while True:
            answer = self.call("POST", "/contacts/search", asked)
            for each in answer["data"]:
                known = (each.get("role") == "user", str(each["id"]))
                email = str(each.get("email")).lower()
                found[email] = max(found.get(email, known), known)
            following = (answer.get("pages") or {}).get("next") or {}
            if not following.get("starting_after") or not answer["data"]:
                break
            asked["pagination"] = {"per_page": 150, **following}
        return {each: found[each][1] if each in found else None for each in addresses}

    def find_tag(self, name: str) -> str | None:
        """The id of the tag of this name, whose case Intercom does not mind."""
        for each in self.call("GET", "/tags")["data"]:
            if str(each["name"]).lower() == name.lower():
                return str(each["id"])
        return None

    def tag_name(self, tag_id: str) -> str | None:
        """What the tag of this id is called; None where there is none."""
        found = self.find(f"/tags/{path_part(tag_id)}")
        return None if found is None else str(found["name"])


@dataclass(frozen=True)
class Intercom(ApiAccount):
    """A workspace of Intercom: contacts, companies and tags."""

    type = "intercom"
    title = "Intercom"
    interfaces = (Interface(_VERSION),)

    access_token: str = setting(
        "An access token that may read and write users, companies and tags.",
        secret=True,
        identifies=True,
    )
    base_url: str = address("https://api.intercom.io")
    requests_per_second: float = setting(
        "Requests a second; Intercom counts them by 10 seconds and tells what is left.",
        default=15.0,
        minimum=0.01,
        maximum=1_000,
    )
    request_seconds: float = deadline()
    ca_file: str = certificates()

    def validate(self) -> list[str]:
        return setting_problems(self, ["base_url"], ["access_token"])

    @cached_property
    def api(self) -> IntercomApi:
        """The workspace's calls."""
        headers = {
            "Authorization": f"Bearer {self.access_token}",
            "Intercom-Version": _VERSION,
        }
        return IntercomApi(self.client(self.base_url, headers))

    @cached_property
    def limits(self) -> Limits:
        """The limits of writes: Intercom takes one record a request."""
        often = self.requests_per_second
        shared = Bucket.of_rate("requests", often, _SECONDS_OF_RATE)
        return Limits(1, 1_000_000, often, concurrency=4, buckets=(shared,))

    @cached_property
    def lookup_limits(self) -> Limits:
        """The limits of searches for contacts."""
        return replace(self.limits, rows=_MOST_LOOKUPS)


def plan_attributes(
    plan: Plan,
    columns: Sequence[Column],
    own: Mapping[str, Format],
    customs: set[str],
) -> None:
    """Add columns to a plan: the model's own fields, custom attributes, new ones."""
    for column in columns:
        name = column.field
        if name in own:
            plan.fields.append(Field(name, name, own[name]))
            continue
        kind, written = _TYPES.get(column.kind, ("string", TEXT))
        if name not in customs:
            plan.missing.append(Missing(name, kind))
        plan.fields.append(Field(name, name, written, "custom_attributes"))
