"""The service `audience`: the members of a segment as a custom audience.

https://ads-api.reddit.com/docs/v3
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import orjson

from outhaul.destinations.reddit.account import Reddit
from outhaul.http.addresses import path_part
from outhaul.kit.api import id_named
from outhaul.kit.audiences import Audience, audience_name, when_deleted
from outhaul.kit.identifiers.formats import hashed_only
from outhaul.kit.rows import Collected
from outhaul.model import ACCEPTED, Change, Outcome


@dataclass(frozen=True)
class AudienceOptions:
    """What a diff may set for the service `audience`."""

    audience_name: str = audience_name("Reddit")
    when_deleted: str = when_deleted()
    hashed_only: bool = hashed_only()


class CustomerList(Audience):
    """Adds those who enter the segment to an audience and removes those who leave.

    Both directions can be repeated without harm.
    """

    name = "audience"
    title = "Customer list"
    Options: ClassVar[type] = AudienceOptions
    network = "reddit"
    kinds: ClassVar[dict[str, str]] = {
        "email": "EMAIL_SHA256",
        "mobile_ad_id": "MAID_SHA256",
    }

    _account: Reddit

    def find(self) -> str | None:
        audiences = self._account.api.audiences(self._account.ad_account_id)
        return id_named(audiences, self._list_name)

    def name_of(self, list_id: str) -> str | None:
        path = f"/api/v3/custom_audiences/{path_part(list_id)}"
        found = self._account.api.find(path)
        return str(found["data"]["name"]) if found else None

    def create(self) -> str:
        account = path_part(self._account.ad_account_id)
        path = f"/api/v3/ad_accounts/{account}/custom_audiences"
        made = {"data": {"name": self._list_name, "type": "CUSTOMER_LIST"}}
        answer = self._account.api.call("POST", path, made, expected=(200, 201))
        return str(answer["data"]["id"])

    def send(self, items: Collected) -> list[Outcome]:
        leave = items[0].row.change is Change.REMOVED
        head = {
            "action_type": "REMOVE" if leave else "ADD",
            "column_order": self.schema,
        }
        members = b",".join(items.bodies)
        body = b'{"data":%b,"user_data":[%b]}}' % (orjson.dumps(head)[:-1], members)
        path = f"/api/v3/custom_audiences/{path_part(self._list_id)}/users"
        self._account.api.call("PATCH", path, body)
        return [ACCEPTED] * len(items)
