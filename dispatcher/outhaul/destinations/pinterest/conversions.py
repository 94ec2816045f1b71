"""The service `conversions`: events of an ad account.

https://developers.pinterest.com/docs/api/v5/events-create
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.pinterest.account import Pinterest
from outhaul.http.answers import Response, classify
from outhaul.kit import events
from outhaul.kit.api import object_of, probe
from outhaul.kit.bodies import Attributes
from outhaul.kit.conversions import DETAILS, SHORT_KEYS, Conversions, max_age_hours
from outhaul.kit.formats import Format, Json, Number, Text, Texts
from outhaul.kit.identifiers.formats import hashed_only, phone_country
from outhaul.kit.records import Probed
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation
from outhaul.model import ACCEPTED, Column, Outcome, Status

_NAMES = (
    "add_payment_info add_to_cart add_to_wishlist app_install checkout custom"
    " initiate_checkout lead page_visit search signup subscribe view_category"
    " view_content watch_video"
).split()
_DETAILS: Mapping[str, Format] = {
    "value": Text(),
    "currency": DETAILS["currency"],
    "content_brand": Text(),
    "content_category": Text(),
    "content_ids": Texts(most=1_000, longest=500),
    "content_name": Text(),
    "contents": Json(),
    "num_items": Number(),
    "order_id": Text(),
    "search_string": Text(),
}


@dataclass(frozen=True)
class ConversionsOptions:
    """What a diff may set for the service `conversions`."""

    action_source: str = setting(
        "Where the events happened. Pinterest cannot tell one of `offline` that comes"
        " again.",
        choices=("app_android", "app_ios", "offline", "web"),
    )
    event_name: str = events.event_name()
    max_age_hours: float = max_age_hours(
        7 * 24.0, 90 * 24.0, "no page of Pinterest tells from when on it takes none"
    )
    test: bool = setting(
        "Have events looked at by Pinterest, and not kept.", default=False
    )
    hashed_only: bool = hashed_only()
    phone_country: str = phone_country()


class PinterestConversions(Probed, Conversions):
    """Sends conversions to an ad account, each once."""

    name = "conversions"
    title = "Conversions"
    Options: ClassVar[type] = ConversionsOptions
    example_options: ClassVar[dict[str, str]] = {"action_source": "web"}
    names = re.compile("|".join(_NAMES))
    names_have = f"one of these values: {', '.join(_NAMES)}"
    network = "pinterest"
    most_events, most_bytes = 1_000, 4_000_000
    kinds: ClassVar[dict[str, str]] = {
        **SHORT_KEYS,
        "mobile_ad_id": "hashed_maids",
        "external_id": "external_id",
    }
    clear: ClassVar[dict[str, str]] = {
        each: each for each in ("client_ip_address", "client_user_agent", "click_id")
    }
    top: ClassVar[dict[str, str]] = {"event_source_url": "event_source_url"}
    others = ""  # an unknown detail refuses the whole request

    _account: Pinterest

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        account.needed("conversion_token", self.name)

    def ask_for_access(self) -> None:
        api = self._account.conversion_api
        probe(api, f"{self._account.path}/events", b'{"data":[]}', api.hints)

    @classmethod
    def known_fields(cls) -> Mapping[str, Format]:
        return {**super().known_fields(), **_DETAILS}

    def event(self, event: Attributes) -> Attributes:
        return {**event, "action_source": self._options.action_source}

    def send(self, items: Collected) -> list[Outcome]:
        api = self._account.conversion_api
        response = api.request(
            "POST",
            f"{self._account.path}/events",
            b'{"data":[%b]}' % b",".join(items.bodies),
            params={"test": "true"} if self._options.test else None,
        )
        told = _told(response)
        if response.status == 422 and told is not None and len(told) == len(items):
            return [_outcome(response, each) for each in told]
        classify(response, hints=api.hints)
        if told is None or len(told) != len(items):
            return [Outcome(Status.UNKNOWN)] * len(items)
        return [_outcome(response, each) for each in told]

    def _detail(self, column: Column) -> Format:
        return _DETAILS.get(column.field, Json())


def _told(response: Response) -> list[Any] | None:
    """What an answer says of each event; some that failed are told in its details."""
    if response.status not in (200, 422):
        return None
    answer = object_of(response)
    found = answer.get("events") or (answer.get("details") or {}).get("events")
    return found if isinstance(found, list) else None


def _outcome(response: Response, told: Any) -> Outcome:
    if not isinstance(told, dict) or told.get("status") not in ("processed", "failed"):
        return Outcome(Status.UNKNOWN)
    if told["status"] == "processed":
        return ACCEPTED
    reason = response.quote(str(told.get("error_message")))
    return Outcome(Status.REJECTED, "refused", reason)
