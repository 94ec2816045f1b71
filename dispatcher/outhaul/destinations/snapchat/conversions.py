"""The service `conversions`: events of a pixel, by the Conversions API v3.

https://developers.snap.com/api/marketing-api/Conversions-API/UsingTheAPI
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.snapchat.account import Snapchat
from outhaul.http.addresses import path_part
from outhaul.kit import events
from outhaul.kit.api import probe
from outhaul.kit.bodies import Attributes
from outhaul.kit.conversions import SHORT_KEYS, Conversions, max_age_hours
from outhaul.kit.identifiers.formats import hashed_only, phone_country
from outhaul.kit.records import Probed
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation
from outhaul.model import ACCEPTED, UNKNOWN, Outcome


@dataclass(frozen=True)
class ConversionsOptions:
    """What a diff may set for the service `conversions`."""

    action_source: str = setting(
        "Where the events happened.", choices=("MOBILE_APP", "OFFLINE", "WEB")
    )
    event_name: str = events.event_name()
    max_age_hours: float = max_age_hours(
        7 * 24.0, 28 * 24.0, "Snapchat attributes none that is older"
    )
    hashed_only: bool = hashed_only()
    phone_country: str = phone_country()


class SnapchatConversions(Probed, Conversions):
    """Sends conversions to a pixel, each once."""

    name = "conversions"
    title = "Conversions"
    Options: ClassVar[type] = ConversionsOptions
    example_options: ClassVar[dict[str, str]] = {"action_source": "WEB"}
    names = re.compile("[A-Z0-9_]{1,50}")
    names_have = "1 to 50 capital letters, digits and '_', such as PURCHASE"
    network = "snapchat"
    most_events, most_bytes = 2_000, 1_900_000
    kinds: ClassVar[dict[str, str]] = {
        **SHORT_KEYS,
        "mobile_ad_id": "madid",
        "external_id": "external_id",
    }
    clear: ClassVar[dict[str, str]] = {
        "client_ip_address": "client_ip_address",
        "client_user_agent": "client_user_agent",
        "click_id": "sc_click_id",
        "cookie_id": "sc_cookie1",
    }
    top: ClassVar[dict[str, str]] = {"event_source_url": "event_source_url"}

    _account: Snapchat

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        account.needed("conversion_token", self.name)
        pixel = account.needed("pixel_id", self.name)
        self._path = f"/v3/{path_part(pixel)}/events"

    def ask_for_access(self) -> None:
        api = self._account.events_api
        probe(api, self._path, b'{"data":[]}', api.hints)

    def event(self, event: Attributes) -> Attributes:
        return {**event, "action_source": self._options.action_source}

    def send(self, items: Collected) -> list[Outcome]:
        body = b'{"data":[%b]}' % b",".join(items.bodies)
        answer = self._account.events_api.call("POST", self._path, body)
        is_taken = answer.get("status") == "VALID" and not answer.get("error_records")
        return [ACCEPTED if is_taken else UNKNOWN] * len(items)
