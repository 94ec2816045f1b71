"""The services `web_conversions` and `offline_conversions`, by the Events API 2.0.

https://business-api.tiktok.com/portal/docs?id=1771101027431425
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from outhaul.config.settings import setting
from outhaul.destinations.tiktok.account import TikTok
from outhaul.errors import RequestRefused
from outhaul.kit import events
from outhaul.kit.bodies import Field
from outhaul.kit.conversions import Conversions, max_age_hours
from outhaul.kit.formats import Text
from outhaul.kit.identifiers.formats import hashed_only, phone_country
from outhaul.kit.records import Probed
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation
from outhaul.model import ACCEPTED, Column, Outcome

_TRACK = "/event/track/"
_AGE = "TikTok attributes none that is older"


@dataclass(frozen=True)
class WebOptions:
    """What a diff may set for the service `web_conversions`."""

    event_name: str = events.event_name()
    max_age_hours: float = max_age_hours(7 * 24.0, 28 * 24.0, _AGE)
    test_event_code: str = setting(
        "A code from TikTok's page of test events, which shows events there.",
        default="",
    )
    hashed_only: bool = hashed_only()
    phone_country: str = phone_country()


@dataclass(frozen=True)
class OfflineOptions:
    """What a diff may set for the service `offline_conversions`."""

    event_name: str = events.event_name()
    max_age_hours: float = max_age_hours(28 * 24.0, 28 * 24.0, _AGE)
    test_event_code: str = setting(
        "A code from TikTok's page of test events, which shows events there.",
        default="",
    )
    hashed_only: bool = hashed_only()
    phone_country: str = phone_country()


class _Tracked(Probed, Conversions):
    """Sends events; source, id_setting: where they are from, and its id's setting."""

    source: ClassVar[str]
    id_setting: ClassVar[str]
    names = re.compile(r"\S(.{0,48}\S)?")
    names_have = "1 to 50 characters without outer spaces"
    network = "tiktok"
    most_events, most_bytes = 1_000, 2_000_000
    person = "user"
    details = "properties"
    keys: ClassVar[dict[str, str]] = {
        "event_id": "event_id",
        "event_name": "event",
        "event_time": "event_time",
    }
    kinds: ClassVar[dict[str, str]] = {
        "email": "email",
        "phone": "phone",
        "external_id": "external_id",
    }
    clear: ClassVar[dict[str, str]] = {
        "ttclid": "ttclid",
        "ttp": "ttp",
        "client_ip_address": "ip",
        "client_user_agent": "user_agent",
    }

    _account: TikTok

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        source = {
            "event_source": self.source,
            "event_source_id": account.needed(self.id_setting, self.name),
        }
        if options.test_event_code:
            source["test_event_code"] = options.test_event_code
        self._head = orjson.dumps(source)[:-1]

    def ask_for_access(self) -> None:
        try:
            self._track(b"")
        except RequestRefused:
            pass  # of no events, which the token may send

    def send(self, items: Collected) -> list[Outcome]:
        self._track(b",".join(items.bodies))
        return [ACCEPTED] * len(items)

    def _track(self, events: bytes) -> None:
        body = b'%b,"data":[%b]}' % (self._head, events)
        self._account.api.call("POST", _TRACK, body)

    def _field(self, column: Column) -> Field:
        if column.field == "page_url":
            return Field("page_url", "url", Text(), "page")
        return super()._field(column)


class WebConversions(_Tracked):
    """Sends conversions of a website to a pixel, each once."""

    name = "web_conversions"
    title = "Web conversions"
    source = "web"
    id_setting = "pixel_code"
    Options: ClassVar[type] = WebOptions


class OfflineConversions(_Tracked):
    """Sends conversions of shops to an offline event set, each once."""

    name = "offline_conversions"
    title = "Offline conversions"
    source = "offline"
    id_setting = "offline_event_set_id"
    Options: ClassVar[type] = OfflineOptions
