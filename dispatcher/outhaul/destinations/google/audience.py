"""The service `audience`: the members of a segment, by Customer Match.

https://developers.google.com/data-manager/api/devguides/audiences/send-audience-members
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.google.account import GoogleAccount
from outhaul.destinations.google.requests import (
    CONSENTS,
    ByRequest,
    Consent,
    consent,
    consent_of,
    validate_only,
)
from outhaul.errors import ConfigurationError, RowRefused, StopSync
from outhaul.http.addresses import path_part
from outhaul.kit.api import id_named
from outhaul.kit.audiences import Audience, audience_name, when_deleted
from outhaul.kit.columns import Values
from outhaul.kit.formats import Format
from outhaul.kit.identifiers.formats import hashed_only, phone_country
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation, Job, Limits
from outhaul.model import ACCEPTED, Change, Column, Outcome

_MOST_MEMBERS = 10_000
_LONGEST_STAY = 540  # days
_ADDRESS = {
    "first_name": "givenName",
    "last_name": "familyName",
    "country": "regionCode",
    "postal_code": "postalCode",
}
"""The parts of an address, all of which are needed."""


@dataclass(frozen=True)
class AudienceOptions:
    """What a diff may set for the service `audience`."""

    audience_name: str = audience_name("Google")
    when_deleted: str = when_deleted()
    ad_user_data: str = consent("advertising")
    ad_personalization: str = consent("personalised advertising")
    membership_days: int = setting(
        "Days that a member stays in an audience that is created, unless it is added"
        " once more (`refresh_after`).",
        default=_LONGEST_STAY,
        minimum=1,
        maximum=_LONGEST_STAY,
    )
    validate_only: bool = validate_only()
    hashed_only: bool = hashed_only()
    phone_country: str = phone_country()


class CustomerMatch(ByRequest, Audience):
    """Adds those who enter the segment to an audience and removes those who leave.

    Both directions can be repeated without harm.
    """

    name = "audience"
    title = "Audience (Customer Match)"
    partly_applies = False  # a request that is refused has no id
    Options: ClassVar[type] = AudienceOptions
    network = "google"
    kinds: ClassVar[dict[str, str]] = {
        "email": "emailAddress",
        "phone": "phoneNumber",
        **_ADDRESS,
    }
    along: ClassVar[dict[str, Format]] = dict.fromkeys(CONSENTS, Consent())

    _account: GoogleAccount

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        if not account.customer_match_terms:
            raise ConfigurationError(
                f"{activation.name}: audiences need 'customer_match_terms: true' at the"
                " destination, once the terms of Customer Match are accepted in the"
                " account"
            )
        self.poll_seconds = account.poll_seconds
        self.poll_timeout_seconds = account.poll_timeout_seconds
        self.answered_by_job = self.consumes if account.await_result else frozenset()

    def limits(self, change: Change) -> Limits:
        return self._account.limits_of(_MOST_MEMBERS)

    def check(self, columns: Sequence[Column]) -> list[str]:
        notes = super().check(columns)
        fields = {column.field for column in columns}
        return notes + [
            f"nothing tells '{name}', without which Google leaves people of Europe out"
            for name in CONSENTS
            if name not in fields and not getattr(self._options, name)
        ]

    def find(self) -> str | None:
        lists = self._account.api.user_lists(self._account.parent)
        return id_named(lists, self._list_name, key="displayName")

    def name_of(self, list_id: str) -> str | None:
        path = f"{self._account.parent}/userLists/{path_part(list_id)}"
        found = self._account.api.find(path)
        return None if found is None else str(found.get("displayName"))

    def create(self) -> str:
        if self._options.validate_only:
            raise StopSync(f"a dry run: {self.owns()} is missing and would be created")
        made = {
            "displayName": self._list_name,
            "membershipDuration": f"{self._options.membership_days * 86_400}s",
            "ingestedUserListInfo": {
                "uploadKeyTypes": ["CONTACT_ID"],
                "contactIdInfo": {"dataSourceType": "DATA_SOURCE_TYPE_FIRST_PARTY"},
            },
        }
        path = f"{self._account.parent}/userLists"
        return str(self._account.api.call("POST", path, made)["id"])

    def member(self, values: Values) -> dict[str, Any]:
        names = [*self._identifiers, *self._along]
        found = dict(zip(names, values, strict=False))
        member: dict[str, Any] = {"userData": {"userIdentifiers": identifiers(found)}}
        if self._along and (told := consent_of(found)):
            member["consent"] = told
        return member

    def send(self, items: Collected) -> list[Outcome] | Job:
        leave = items[0].row.change is Change.REMOVED
        about: dict[str, Any] = {
            "destinations": [self._account.destination(self._list_id)]
        }
        if not leave:
            about["termsOfService"] = {"customerMatchTermsOfServiceStatus": "ACCEPTED"}
            if told := self._told_of_all():
                about["consent"] = told
        rows = b'"audienceMembers":[' + b",".join(items.bodies) + b"]"
        call = f"audienceMembers:{'remove' if leave else 'ingest'}"
        return self._ingest(call, about, rows) or [ACCEPTED] * len(items)


def identifiers(found: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """The identifiers of somebody, of which an address counts as one.

    Raises RowRefused where there is none: an address needs all of its parts.
    """
    told: list[dict[str, Any]] = []
    if email := found.get("email"):
        told.append({"emailAddress": email})
    if phone := found.get("phone"):
        told.append({"phoneNumber": phone})
    if found.get("last_name"):
        parts = {key: found.get(name) for name, key in _ADDRESS.items()}
        if all(parts.values()):
            told.append({"address": parts})
    if not told:
        raise RowRefused(
            "no_identifier",
            "the row has neither an e-mail address nor a phone number, nor all of"
            " first_name, last_name, country and postal_code",
        )
    return told
