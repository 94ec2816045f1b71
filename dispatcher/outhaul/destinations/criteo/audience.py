"""The service `audience`: the members of a segment as a contact list.

https://developers.criteo.com/marketing-solutions/docs/contact-list
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from outhaul.destinations.criteo.account import Criteo
from outhaul.kit.audiences import Audience, audience_name, when_deleted
from outhaul.kit.columns import Values
from outhaul.kit.identifiers.formats import hashed_only
from outhaul.kit.rows import Collected
from outhaul.model import ACCEPTED, Change, Outcome, Status


@dataclass(frozen=True)
class AudienceOptions:
    """What a diff may set for the service `audience`."""

    audience_name: str = audience_name("Criteo")
    when_deleted: str = when_deleted()
    hashed_only: bool = hashed_only()


class ContactList(Audience):
    """Adds those who enter the segment to a contact list and removes those who leave.

    Both directions can be repeated without harm.
    """

    name = "audience"
    title = "Contact list"
    Options: ClassVar[type] = AudienceOptions
    network = "criteo"
    kinds: ClassVar[dict[str, str]] = {"email": "email", "mobile_ad_id": "madid"}
    one_kind = True

    _account: Criteo

    def find(self) -> str | None:
        wanted = {"advertiserIds": [self._account.advertiser_id]}
        lists = self._account.api.segments(wanted)
        return next((id for id, name in lists if name == self._list_name), None)

    def name_of(self, list_id: str) -> str | None:
        lists = self._account.api.segments({"audienceSegmentIds": [list_id]})
        return next((name for id, name in lists if id == list_id), None)

    def create(self) -> str:
        return self._account.api.create(self._account.advertiser_id, self._list_name)

    def member(self, values: Values) -> Any:
        return values[0]

    def send(self, items: Collected) -> list[Outcome]:
        leave = items[0].row.change is Change.REMOVED
        (kind,) = self.schema
        head = {"operation": "remove" if leave else "add", "identifierType": kind}
        attributes = b'%b,"identifiers":[%b]}' % (
            orjson.dumps(head)[:-1],
            b",".join(items.bodies),
        )
        body = b'{"data":{"type":"ContactlistAmendment","attributes":%b}}' % attributes
        return _outcomes(self._account.api.amend(self._list_id, body), len(items))


def _outcomes(told: dict[str, Any], rows: int) -> list[Outcome]:
    """An answer counts, and has samples: the bad ones are found by halves."""
    valid, invalid = told.get("nbValidIdentifiers"), told.get("nbInvalidIdentifiers")
    if valid == rows and not invalid:
        return [ACCEPTED] * rows
    if not isinstance(invalid, int) or not isinstance(valid, int):
        return [Outcome(Status.UNKNOWN)] * rows
    if rows == 1 and invalid:
        text = "Criteo says that the identifier is not valid"
        return [Outcome(Status.REJECTED, "invalid", text)]
    return [Outcome(Status.SOME_FAILED)] * rows
