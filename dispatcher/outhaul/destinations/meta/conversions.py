"""The service `conversions`: events of a dataset, by the Conversions API.

https://developers.facebook.com/docs/marketing-api/conversions-api/using-the-api
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from outhaul.config.settings import setting
from outhaul.destinations.meta.account import Meta
from outhaul.errors import ConfigurationError
from outhaul.http.addresses import path_part
from outhaul.kit import events
from outhaul.kit.bodies import Attributes
from outhaul.kit.conversions import SHORT_KEYS, Conversions, max_age_hours
from outhaul.kit.identifiers.formats import hashed_only, phone_country
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation
from outhaul.model import ACCEPTED, UNKNOWN, Column, Outcome

_DAY = 24.0
_LATEST, _LATEST_IN_STORES = 7 * _DAY, 62 * _DAY
_SOURCES = (
    "app",
    "business_messaging",
    "chat",
    "email",
    "other",
    "phone_call",
    "physical_store",
    "system_generated",
    "website",
)
_OF_WEBSITES = ("client_user_agent", "event_source_url")


@dataclass(frozen=True)
class ConversionsOptions:
    """What a diff may set for the service `conversions`."""

    action_source: str = setting("Where the events happened.", choices=_SOURCES)
    event_name: str = events.event_name()
    max_age_hours: float = max_age_hours(
        _LATEST,
        _LATEST_IN_STORES,
        "Meta refuses a whole request for one that is older than 7 days, of"
        " `physical_store` 62 days",
    )
    test_event_code: str = setting(
        "A code from the dataset's page of test events, which shows events there and"
        " counts none.",
        default="",
    )
    hashed_only: bool = hashed_only()
    phone_country: str = phone_country()


class MetaConversions(Conversions):
    """Sends conversions to a dataset, each once.

    Meta counts an event of the same name and id once within 48 hours.
    """

    name = "conversions"
    title = "Conversions"
    partly_applies = False  # one bad event refuses the whole request
    Options: ClassVar[type] = ConversionsOptions
    example_options: ClassVar[dict[str, str]] = {"action_source": "system_generated"}
    names = re.compile(r"\S(.{0,48}\S)?")
    names_have = "1 to 50 characters without outer spaces"
    network = "meta"
    most_events, most_bytes = 1_000, 2_000_000
    kinds: ClassVar[dict[str, str]] = {
        **SHORT_KEYS,
        "external_id": "external_id",
    }
    clear: ClassVar[dict[str, str]] = {
        "client_ip_address": "client_ip_address",
        "client_user_agent": "client_user_agent",
        "fbc": "fbc",
        "fbp": "fbp",
    }
    top: ClassVar[dict[str, str]] = {"event_source_url": "event_source_url"}

    _account: Meta

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        self._dataset = account.needed("dataset_id", self.name)
        latest = (
            _LATEST_IN_STORES if options.action_source == "physical_store" else _LATEST
        )
        if options.max_age_hours > latest:
            raise ConfigurationError(
                f"model {activation.name}: meta.outhaul.max_age_hours: at most"
                f" {latest:g} of '{options.action_source}'"
            )

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return 1  # whether the dataset is there

    def prepare(self, columns: Sequence[Column]) -> None:
        super().prepare(columns)
        self._see_dataset()

    def check(self, columns: Sequence[Column]) -> list[str]:
        self._see_dataset()
        return super().check(columns)

    @classmethod
    def required(cls, options: Any = None) -> dict[str, str]:
        source = options.action_source if options else ""
        of_websites = _OF_WEBSITES if source == "website" else ()
        why = "which Meta wants of events of a website"
        return {**super().required(options), **dict.fromkeys(of_websites, why)}

    def event(self, event: Attributes) -> Attributes:
        return {**event, "action_source": self._options.action_source}

    def send(self, items: Collected) -> list[Outcome]:
        code = self._options.test_event_code
        test = b',"test_event_code":%b' % orjson.dumps(code) if code else b""
        body = b'{"data":[%b]%b}' % (b",".join(items.bodies), test)
        path = f"/{path_part(self._dataset)}/events"
        answer = self._account.api.call("POST", path, body)
        took_all = answer.get("events_received") == len(items)
        return [ACCEPTED if took_all else UNKNOWN] * len(items)

    def _see_dataset(self) -> None:
        """Raises ConfigurationError where there is none."""
        if self._account.api.name_of(self._dataset) is None:
            raise ConfigurationError(
                f"there is no dataset '{self._dataset}' at Meta that the token may see"
            )
