"""The service `audience`: the members of a segment as a custom audience.

https://developers.facebook.com/docs/marketing-api/reference/custom-audience/users
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from outhaul.destinations.meta.account import Meta
from outhaul.http.addresses import path_part
from outhaul.kit.api import id_named
from outhaul.kit.audiences import Audience, audience_name, when_deleted
from outhaul.kit.identifiers.formats import hashed_only, phone_country
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation, Limits
from outhaul.model import ACCEPTED, UNKNOWN, Change, Outcome, Status

_MOST_ROWS = 10_000
_MOST_BYTES = 8_000_000  # all of its identifiers in each row


@dataclass(frozen=True)
class AudienceOptions:
    """What a diff may set for the service `audience`."""

    audience_name: str = audience_name("Meta")
    when_deleted: str = when_deleted()
    hashed_only: bool = hashed_only()
    phone_country: str = phone_country()


class CustomAudience(Audience):
    """Adds those who enter the segment to a custom audience and removes who leave.

    Both directions can be repeated without harm.
    """

    name = "audience"
    title = "Custom audience"
    Options: ClassVar[type] = AudienceOptions
    network = "meta"
    kinds: ClassVar[dict[str, str]] = {
        "email": "EMAIL",
        "phone": "PHONE",
        "first_name": "FN",
        "last_name": "LN",
        "city": "CT",
        "state": "ST",
        "postal_code": "ZIP",
        "country": "COUNTRY",
        "gender": "GEN",
        "mobile_ad_id": "MADID",
    }

    _account: Meta

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        self._ad_account = account.needed("ad_account_id", self.name)

    def limits(self, change: Change) -> Limits:
        often = self._account.requests_per_second
        return Limits(_MOST_ROWS, _MOST_BYTES, often, concurrency=2)

    def find(self) -> str | None:
        audiences = self._account.api.audiences(self._ad_account)
        return id_named(audiences, self._list_name)

    def name_of(self, list_id: str) -> str | None:
        return self._account.api.name_of(list_id)

    def create(self) -> str:
        made = {
            "name": self._list_name,
            "subtype": "CUSTOM",
            "customer_file_source": "USER_PROVIDED_ONLY",
        }
        path = f"/act_{path_part(self._ad_account)}/customaudiences"
        return str(self._account.api.call("POST", path, made)["id"])

    def send(self, items: Collected) -> list[Outcome]:
        leave = items[0].row.change is Change.REMOVED
        path = f"/{path_part(self._list_id)}/users"
        body = b'{"payload":{"schema":%b,"data":[%b]}}' % (
            orjson.dumps(self.schema),
            b",".join(items.bodies),
        )
        answer = self._account.api.call("DELETE" if leave else "POST", path, body)
        return _outcomes(answer, len(items))


def _outcomes(answer: dict[str, Any], rows: int) -> list[Outcome]:
    """An answer counts, and names no row: the bad ones are found by halves."""
    invalid = answer.get("num_invalid_entries")
    if answer.get("num_received") != rows or not isinstance(invalid, int):
        return [UNKNOWN] * rows
    if invalid and rows == 1:
        text = "Meta says that no identifier of the row is valid"
        return [Outcome(Status.REJECTED, "invalid", text)]
    return [Outcome(Status.SOME_FAILED) if invalid else ACCEPTED] * rows
