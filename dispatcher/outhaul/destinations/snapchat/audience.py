"""The service `audience`: the members of a segment as a customer list.

https://developers.snap.com/api/marketing-api/Ads-API/audiences
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from outhaul.config.settings import setting
from outhaul.destinations.snapchat.account import Snapchat
from outhaul.errors import StopSync
from outhaul.http.addresses import path_part
from outhaul.kit.api import id_named
from outhaul.kit.audiences import Audience, audience_name, when_deleted
from outhaul.kit.identifiers.formats import hashed_only, phone_country
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation, Limits
from outhaul.model import ACCEPTED, UNKNOWN, Change, Outcome

_MOST_ROWS, _MOST_BYTES = 100_000, 8_000_000
_LIFETIME = 9_999  # days: no end


@dataclass(frozen=True)
class AudienceOptions:
    """What a diff may set for the service `audience`."""

    audience_name: str = audience_name("Snapchat")
    when_deleted: str = when_deleted()
    retention_days: int = setting(
        "Days for which Snapchat keeps a member of an audience that is created; 9,999"
        " for ever.",
        default=_LIFETIME,
        minimum=1,
        maximum=_LIFETIME,
    )
    hashed_only: bool = hashed_only()
    phone_country: str = phone_country()


class CustomerList(Audience):
    """Adds those who enter the segment to an audience and removes those who leave.

    Both directions can be repeated without harm.
    """

    name = "audience"
    title = "Customer list"
    partly_applies = False  # all or nothing
    Options: ClassVar[type] = AudienceOptions
    network = "snapchat"
    kinds: ClassVar[dict[str, str]] = {
        "email": "EMAIL_SHA256",
        "phone": "PHONE_SHA256",
        "mobile_ad_id": "MOBILE_AD_ID_SHA256",
    }
    one_kind = True

    _account: Snapchat

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        self._ad_account = account.needed("ad_account_id", self.name)
        for each in ("client_id", "client_secret", "refresh_token"):
            account.needed(each, self.name)

    def limits(self, change: Change) -> Limits:
        often = self._account.requests_per_second
        return Limits(_MOST_ROWS, _MOST_BYTES, often)

    def find(self) -> str | None:
        segments = self._account.api.segments(self._ad_account)
        return id_named(segments, self._list_name)

    def name_of(self, list_id: str) -> str | None:
        found = self._account.api.find(f"/v1/segments/{path_part(list_id)}")
        listed = (found or {}).get("segments") or []
        return str(listed[0]["segment"]["name"]) if listed else None

    def create(self) -> str:
        made = {
            "name": self._list_name,
            "source_type": "FIRST_PARTY",
            "retention_in_days": self._options.retention_days,
            "ad_account_id": self._ad_account,
        }
        path = f"/v1/adaccounts/{path_part(self._ad_account)}/segments"
        answer = self._account.api.call("POST", path, {"segments": [made]})
        (created,) = answer["segments"]
        if created.get("sub_request_status") != "SUCCESS":
            reason = self._account.api.quote(
                str(created.get("sub_request_error_reason"))
            )
            raise StopSync(f"{self.owns()} cannot be created: {reason}")
        return str(created["segment"]["id"])

    def send(self, items: Collected) -> list[Outcome]:
        leave = items[0].row.change is Change.REMOVED
        members = b",".join(dict.fromkeys(items.bodies))  # none may come twice
        schema = orjson.dumps(self.schema)
        body = b'{"users":[{"schema":%b,"data":[%b]}]}' % (schema, members)
        path = f"/v1/segments/{path_part(self._list_id)}/users"
        answer = self._account.api.call("DELETE" if leave else "POST", path, body)
        parts = answer.get("users") or [{}]
        is_taken = answer.get("request_status") == "SUCCESS" and all(
            each.get("sub_request_status") == "SUCCESS" for each in parts
        )
        return [ACCEPTED if is_taken else UNKNOWN] * len(items)
