"""The services `users` and `companies`: the members of a segment as an audience.

https://learn.microsoft.com/en-us/linkedin/marketing/matched-audiences/create-and-manage-segments
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from outhaul.destinations.linkedin.account import SEGMENTS, LinkedIn
from outhaul.errors import Throttled
from outhaul.http.addresses import path_part
from outhaul.http.answers import Response, classify
from outhaul.kit.api import object_of
from outhaul.kit.audiences import Audience, audience_name, when_deleted
from outhaul.kit.columns import Values
from outhaul.kit.identifiers.formats import hashed_only
from outhaul.kit.lists import list_gone
from outhaul.kit.rows import Collected
from outhaul.model import ACCEPTED, Change, Kind, Outcome, Status

_HEADERS = {"Content-Type": "application/json", "X-RestLi-Method": "BATCH_CREATE"}
_READY_AFTER = 20.0
"""Seconds: a new audience is not found for up to two minutes."""


@dataclass(frozen=True)
class UsersOptions:
    """What a diff may set for the service `users`."""

    audience_name: str = audience_name("LinkedIn")
    when_deleted: str = when_deleted()
    hashed_only: bool = hashed_only()


@dataclass(frozen=True)
class CompaniesOptions:
    """What a diff may set for the service `companies`."""

    audience_name: str = audience_name("LinkedIn")
    when_deleted: str = when_deleted()


class _Segment(Audience):
    """An audience of members of one type; part: what their address ends with."""

    network = "linkedin"
    members_are: ClassVar[str]
    part: ClassVar[str]

    _account: LinkedIn

    def find(self) -> str | None:
        wanted = (self._list_name, self.members_are)
        for each in self._account.api.segments(self._account.urn):
            if (each.get("name"), each.get("type")) == wanted:
                return str(each["id"])
        return None

    def name_of(self, list_id: str) -> str | None:
        found = self._account.api.find(f"{SEGMENTS}/{path_part(list_id)}")
        return str(found["name"]) if found else None

    def create(self) -> str:
        made: dict[str, Any] = {
            "name": self._list_name,
            "type": self.members_are,
            "account": self._account.urn,
            "destinations": [{"destination": "LINKEDIN"}],
        }
        if self._account.source_platform:
            made["sourcePlatform"] = self._account.source_platform
        return self._account.api.create(orjson.dumps(made))

    def send(self, items: Collected) -> list[Outcome]:
        leave = items[0].row.change is Change.REMOVED
        action = b'{"action":"REMOVE",' if leave else b'{"action":"ADD",'
        members = b",".join(action + body[1:] for body in items.bodies)
        api = self._account.api
        response = api.request(
            "POST",
            f"{SEGMENTS}/{path_part(self._list_id)}/{self.part}",
            b'{"elements":[%b]}' % members,
            headers=_HEADERS,
        )
        if response.status == 404 and self.findings.created:
            raise Throttled("the new audience is not found yet", after=_READY_AFTER)
        if response.status == 404:
            raise list_gone("LinkedIn", "audience")
        classify(response, hints=api.hints)
        told = object_of(response).get("elements")
        if not isinstance(told, list) or len(told) != len(items):
            return [Outcome(Status.UNKNOWN)] * len(items)
        return [_outcome(response, each) for each in told]


class UserAudience(_Segment):
    """Adds those who enter the segment to an audience and removes those who leave.

    Both directions can be repeated without harm.
    """

    name = "users"
    title = "Users"
    members_are = "USER"
    part = "users"
    Options: ClassVar[type] = UsersOptions
    kinds: ClassVar[dict[str, str]] = {
        "email": "SHA256_EMAIL",
        "mobile_ad_id": "GOOGLE_AID",
    }

    def member(self, values: Values) -> Any:
        pairs = zip(self.schema, values, strict=True)
        ids = [{"idType": kind, "idValue": value} for kind, value in pairs if value]
        return {"userIds": ids}


class CompanyAudience(_Segment):
    """Adds companies that enter the segment to an audience, and removes who leave.

    Companies are sent as they are, and not hashed. Both directions can be repeated
    without harm.
    """

    name = "companies"
    title = "Companies"
    members_are = "COMPANY"
    part = "companies"
    Options: ClassVar[type] = CompaniesOptions
    example_columns: ClassVar[dict[str, Kind]] = {"company_domain": Kind.TEXT}
    kinds: ClassVar[dict[str, str]] = {
        "company_name": "companyName",
        "company_domain": "companyWebsiteDomain",
        "company_email_domain": "companyEmailDomain",
        "company_page_url": "companyPageUrl",
        "organization_urn": "organizationUrn",
    }

    def member(self, values: Values) -> Any:
        pairs = zip(self.schema, values, strict=True)
        return {name: value for name, value in pairs if value}


def _outcome(response: Response, told: Any) -> Outcome:
    status = told.get("status") if isinstance(told, dict) else None
    if status in (200, 201):
        return ACCEPTED
    if isinstance(status, int) and 400 <= status < 500:
        text = response.quote(str(told.get("message")))
        return Outcome(Status.REJECTED, f"linkedin_{status}", text)
    return Outcome(Status.UNKNOWN)
