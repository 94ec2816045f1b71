"""The service `audience`: the members of a segment as an audience, by streaming.

https://business-api.tiktok.com/portal/docs?id=1739566528222210
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from outhaul.destinations.tiktok.account import TikTok
from outhaul.kit.api import id_named
from outhaul.kit.audiences import Audience, audience_name, when_deleted
from outhaul.kit.columns import Values
from outhaul.kit.identifiers.formats import hashed_only, phone_country
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation, Limits
from outhaul.model import ACCEPTED, Change, Outcome

_MOST_ROWS, _MOST_BYTES = 10_000, 4_000_000  # no number is told


@dataclass(frozen=True)
class AudienceOptions:
    """What a diff may set for the service `audience`."""

    audience_name: str = audience_name("TikTok")
    when_deleted: str = when_deleted()
    hashed_only: bool = hashed_only()
    phone_country: str = phone_country()


class StreamedAudience(Audience):
    """Adds those who enter the segment to an audience and removes those who leave.

    Both directions can be repeated without harm.
    """

    name = "audience"
    title = "Audience"
    Options: ClassVar[type] = AudienceOptions
    network = "tiktok"
    kinds: ClassVar[dict[str, str]] = {"email": "EMAIL_SHA256", "phone": "PHONE_SHA256"}

    _account: TikTok

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        self._advertiser = account.needed("advertiser_id", self.name)

    def limits(self, change: Change) -> Limits:
        often = self._account.requests_per_second
        return Limits(_MOST_ROWS, _MOST_BYTES, often, concurrency=2)

    def find(self) -> str | None:
        audiences = self._account.api.audiences({"advertiser_id": self._advertiser})
        return id_named(audiences, self._list_name, id="audience_id")

    def name_of(self, list_id: str) -> str | None:
        named = {"custom_audience_ids": orjson.dumps([list_id]).decode()}
        params = {"advertiser_id": self._advertiser, **named}
        found = (str(each["name"]) for each in self._account.api.audiences(params))
        return next(found, None)

    def create(self) -> str:
        made = {
            "action": "create",
            "custom_audience_name": self._list_name,
            "advertiser_id": self._advertiser,
        }
        return str(
            self._account.api.call("POST", "/segment/audience/", made)["audience_id"]
        )

    def member(self, values: Values) -> Any:
        """An entry for each kind that the diff has, empty where the member has none."""
        return [
            {"id": each, "audience_ids": [self._list_id]} if each else {}
            for each in values
        ]

    def send(self, items: Collected) -> list[Outcome]:
        leave = items[0].row.change is Change.REMOVED
        head = {
            "advertiser_ids": [self._advertiser],
            "action": "delete" if leave else "add",
            "id_schema": self.schema,
        }
        members = b",".join(items.bodies)
        body = b'%b,"batch_data":[%b]}' % (orjson.dumps(head)[:-1], members)
        self._account.api.call("POST", "/segment/mapping/", body)
        return [ACCEPTED] * len(items)
