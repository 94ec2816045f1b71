"""The service `audience`: the members of a segment as a custom audience.

https://developer.x.com/en/docs/x-ads-api/audiences/api-reference/custom-audience-user
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from outhaul.destinations.x.account import XAds
from outhaul.http.addresses import path_part
from outhaul.kit.api import id_named
from outhaul.kit.audiences import Audience, audience_name, when_deleted
from outhaul.kit.columns import Values
from outhaul.kit.identifiers.formats import hashed_only, phone_country
from outhaul.kit.rows import Collected
from outhaul.model import ACCEPTED, UNKNOWN, Change, Outcome


@dataclass(frozen=True)
class AudienceOptions:
    """What a diff may set for the service `audience`."""

    audience_name: str = audience_name("X")
    when_deleted: str = when_deleted()
    hashed_only: bool = hashed_only()
    phone_country: str = phone_country()


class CustomAudience(Audience):
    """Adds those who enter the segment to an audience and removes those who leave.

    Both directions can be repeated without harm.
    """

    name = "audience"
    title = "Custom audience"
    partly_applies = False  # all or nothing
    Options: ClassVar[type] = AudienceOptions
    network = "x"
    kinds: ClassVar[dict[str, str]] = {
        "email": "email",
        "phone": "phone_number",
        "mobile_ad_id": "device_id",
    }

    _account: XAds

    def find(self) -> str | None:
        audiences = self._account.api.audiences(self._account.path)
        return id_named(audiences, self._list_name)

    def name_of(self, list_id: str) -> str | None:
        found = self._account.api.find(self._path(list_id))
        data = (found or {}).get("data") or {}
        return str(data["name"]) if data and not data.get("deleted") else None

    def create(self) -> str:
        params = {"name": self._list_name}
        answer = self._account.api.call(
            "POST", self._account.path, expected=(200, 201), params=params
        )
        return str(answer["data"]["id"])

    def member(self, values: Values) -> Any:
        pairs = zip(self.schema, values, strict=True)
        return {name: [value] for name, value in pairs if value}

    def send(self, items: Collected) -> list[Outcome]:
        leave = items[0].row.change is Change.REMOVED
        act = b"Delete" if leave else b"Update"
        members = b",".join(items.bodies)
        body = b'[{"operation_type":"%b","params":{"users":[%b]}}]' % (act, members)
        path = f"{self._path(self._list_id)}/users"
        told = self._account.api.call("POST", path, body).get("data") or {}
        taken, total = told.get("success_count"), told.get("total_count")
        took_all = isinstance(total, int) and total > 0 and taken == total
        return [ACCEPTED if took_all else UNKNOWN] * len(items)

    def _path(self, list_id: str) -> str:
        return f"{self._account.path}/{path_part(list_id)}"
