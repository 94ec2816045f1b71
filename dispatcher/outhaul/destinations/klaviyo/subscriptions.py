"""The service `subscription_list`: who is subscribed by a list, and who no longer.

https://developers.klaviyo.com/en/reference/bulk_subscribe_profiles
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.klaviyo.contacts import PHONE
from outhaul.destinations.klaviyo.lists import KlaviyoList
from outhaul.http.addresses import path_part
from outhaul.kit.bodies import Attributes, Body, Field
from outhaul.kit.consent import Consent, unsubscribe
from outhaul.kit.formats import Email, Format, RecentMoment
from outhaul.kit.lists import RecordList, list_name
from outhaul.kit.rows import Collected, Rows
from outhaul.kit.service import Activation, Limits
from outhaul.model import Change, Column, Outcome, Row

_MOST_SUBSCRIBED, _MOST_UNSUBSCRIBED = 1_000, 100
_MOST_BYTES = 1_000_000
_CHANNELS = {"email": ("email",), "sms": ("sms",), "both": ("email", "sms")}
# Consent that is older than anybody's telephone is a mistake; it is never too old.
_BEFORE_NOW = RecentMoment(end="Z", hours=24 * 365 * 100)


@dataclass(frozen=True)
class SubscriptionOptions:
    """What a diff may set for the service `subscription_list`."""

    list_name: str = list_name("Klaviyo")
    channel: str = setting(
        "What people are subscribed to: `email`, `sms` or `both`. Text messages need"
        " a column `phone_number`.",
        default="email",
        choices=tuple(_CHANNELS),
    )
    unsubscribe: bool = unsubscribe()


class SubscriptionList(Consent, KlaviyoList, RecordList):
    """CONSENT: subscribes those who enter the segment, and may unsubscribe leavers.

    Klaviyo sends those a confirmation whose list has double opt-in. With a column
    `consented_at` consent counts as given then, and nobody is asked. Profiles that do
    not exist are created. Whoever is not on the list any more is not unsubscribed:
    Klaviyo would do so for everything.
    """

    name = "subscription_list"
    title = "Subscription list"
    own_fields: ClassVar[dict[str, Format]] = {
        "phone_number": PHONE,
        "consented_at": _BEFORE_NOW,
    }
    null = "refuses the row"
    partly_applies = False  # a 4xx refuses the whole request
    Options: ClassVar[type] = SubscriptionOptions

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        self._channels = _CHANNELS[options.channel]
        self._set_bodies(())

    def limits(self, change: Change) -> Limits:
        leave = change is Change.REMOVED
        rows = _MOST_UNSUBSCRIBED if leave else _MOST_SUBSCRIBED
        limits = self._account.lookup_limits
        return replace(limits, rows=rows, bytes=_MOST_BYTES, concurrency=2)

    def prepare(self, columns: Sequence[Column]) -> None:
        super().prepare(columns)
        self._set_bodies([column.field for column in columns])

    def needs_look_up(self, change: Change) -> bool:
        return change is Change.REMOVED

    def search(
        self, addresses: Sequence[str], rows: Sequence[Any]
    ) -> Mapping[str, Any]:
        path = f"/api/lists/{path_part(self._list_id)}/profiles"
        return self._account.api.profiles(path, addresses)

    def encode(self, row: Row, found: Any = None) -> bytes:
        return self._bodies[row.change].one(row)

    def encode_rows(self, rows: Rows, found: Sequence[Any]) -> list[bytes]:
        return self._bodies[rows[0].change].many(rows, found)

    def write(self, items: Collected) -> list[Outcome]:
        leave = items[0].row.change is Change.REMOVED
        kind = f"profile-subscription-bulk-{'delete' if leave else 'create'}-job"
        of_the_past = b',"historical_import":true' * (self._is_past and not leave)
        body = (
            b'{"data":{"type":"%b","attributes":{"profiles":{"data":[%b]}%b},'
            b'"relationships":{"list":{"data":{"type":"list","id":"%b"}}}}}'
        ) % (
            kind.encode(),
            b",".join(items.bodies),
            of_the_past,
            self._list_id.encode(),
        )
        response = self._account.api.request("POST", f"/api/{kind}s", body)
        return self.accepted(response, 202, len(items))

    def _set_bodies(self, columns: Sequence[str]) -> None:
        self._is_past = "consented_at" in columns
        phone = [Field("phone_number", "phone_number", PHONE)]
        since = [Field("consented_at", "consented_at", _BEFORE_NOW)]
        of_phone = phone * ("sms" in self._channels)
        enter = of_phone + since * self._is_past
        self._bodies = {
            Change.INSERTED: self._body(enter, "SUBSCRIBED"),
            Change.REMOVED: self._body(of_phone, "UNSUBSCRIBED"),
        }

    def _body(self, fields: Sequence[Field], consent: str) -> Body:
        def shape(email: Any, values: Attributes) -> Attributes:
            since = values.pop("consented_at", None)
            given = {"consent": consent, **({"consented_at": since} if since else {})}
            told = {each: {"marketing": given} for each in self._channels}
            attributes = {"email": email, **values, "subscriptions": told}
            return {"type": "profile", "attributes": attributes}

        return Body(
            Field("email", "email", Email(as_given=True)), fields, "error", shape=shape
        )

    @classmethod
    def required(cls, options: Any = None) -> dict[str, str]:
        channel = options.channel if options else "email"
        by_phone = "sms" in _CHANNELS[channel]
        why = f"which 'channel: {channel}' needs"
        return super().required(options) | ({"phone_number": why} if by_phone else {})
