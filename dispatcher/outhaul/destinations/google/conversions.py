"""The services `conversions` and `enhanced_conversions`, of actions of Google Ads.

https://developers.google.com/data-manager/api/devguides/events/send-events
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.google.account import GoogleAccount
from outhaul.destinations.google.actions import OfAction
from outhaul.destinations.google.audience import CustomerMatch, identifiers
from outhaul.destinations.google.requests import (
    CONSENTS,
    ByRequest,
    Consent,
    consent,
    consent_of,
    validate_only,
)
from outhaul.errors import RowRefused
from outhaul.kit import conversions
from outhaul.kit.bodies import Attributes, Field
from outhaul.kit.conversions import max_age_hours
from outhaul.kit.events import EventTime
from outhaul.kit.formats import Format
from outhaul.kit.identifiers.formats import hashed_only, phone_country
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation, Job
from outhaul.model import ACCEPTED, Column, Kind, Outcome

_DAY = 24.0
OLDEST = 90 * _DAY
"""Hours after which Google counts no conversion."""
_CLICKS = ("gclid", "gbraid", "wbraid")
_DETAILS = {"value": "conversionValue", "currency": "currency"}
_SOURCES = ("web", "app", "in_store", "phone", "message", "other")


@dataclass(frozen=True)
class ConversionsOptions:
    """What a diff may set for the service `conversions`."""

    conversion_action_id: str = setting(
        "The conversion action, an import from clicks, by its id in digits."
    )
    event_source: str = setting(
        "Where the events happened.", default="web", choices=_SOURCES
    )
    max_age_hours: float = max_age_hours(
        OLDEST, OLDEST, "Google counts none whose click is older than 90 days"
    )
    ad_user_data: str = consent("advertising")
    ad_personalization: str = consent("personalised advertising")
    validate_only: bool = validate_only()
    hashed_only: bool = hashed_only()
    phone_country: str = phone_country()


class OfClicks(OfAction, conversions.Conversions):
    """Conversions of clicks or people, of one conversion action."""

    name = "conversions"
    title = "Conversions"
    network = "google"
    clear: ClassVar[dict[str, str]] = {each: each for each in _CLICKS}
    listed = False

    @classmethod
    def required(cls, options: Any = None) -> dict[str, str]:
        return {cls.who[0]: cls.who[1], "event_time": "when it happened"}

    def _detail(self, column: Column) -> Format:
        return self.own_fields.get(column.field) or super()._detail(column)


class Conversions(ByRequest, OfClicks):
    """Sends conversions of clicks, or of people by their identifiers, each once.

    Google counts one of the same action and `event_id` once.
    """

    partly_applies = False  # a request that is refused has no id
    example_columns: ClassVar[dict[str, Kind]] = {
        "event_time": Kind.TIMESTAMP,
        "email": Kind.TEXT,
    }
    Options: ClassVar[type] = ConversionsOptions
    kinds: ClassVar[dict[str, str]] = {each: each for each in CustomerMatch.kinds}
    keys: ClassVar[dict[str, str]] = {
        "event_id": "transactionId",
        "event_time": "eventTimestamp",
    }
    own_fields: ClassVar[dict[str, Format]] = {
        "event_time": EventTime(),
        **dict.fromkeys(CONSENTS, Consent()),
    }

    _account: GoogleAccount

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        self._source = options.event_source.upper()
        self.poll_seconds = account.poll_seconds
        self.poll_timeout_seconds = account.poll_timeout_seconds
        self.answered_by_job = self.consumes if account.await_result else frozenset()

    def event_fields(self) -> list[Field]:
        hours, clock = self._options.max_age_hours, self._account.clock
        time = EventTime(end="Z", hours=hours, clock=clock)
        return [Field("event_time", "eventTimestamp", time, sees_nulls=True)]

    def event(self, event: Attributes) -> Attributes:
        person, details = event.pop(self.person), event.pop(self.details, {})
        clicks = {each: person[each] for each in self.clear if each in person}
        event["eventSource"] = self._source
        if clicks:
            event["adIdentifiers"] = clicks
        if user := _user_data(person, has_click=bool(clicks)):
            event["userData"] = user
        for name, key in _DETAILS.items():
            if name in details:
                event[key] = details[name]
        if told := consent_of(details):
            event["consent"] = told
        return event

    def send(self, items: Collected) -> list[Outcome] | Job:
        action = self._options.conversion_action_id
        about: dict[str, Any] = {"destinations": [self._account.destination(action)]}
        if told := self._told_of_all():
            about["consent"] = told
        rows = b'"events":[' + b",".join(items.bodies) + b"]"
        return self._ingest("events:ingest", about, rows) or [ACCEPTED] * len(items)


@dataclass(frozen=True)
class EnhancedOptions(ConversionsOptions):
    """What a diff may set for the service `enhanced_conversions`."""

    conversion_action_id: str = setting(
        "The conversion action of the tag, by its id in digits."
    )
    max_age_hours: float = max_age_hours(
        _DAY, OLDEST, "Google adds to what its tag saw within 24 hours"
    )


class EnhancedConversions(Conversions):
    """Adds to conversions that a tag on the website saw who it was, each once.

    Recognises the conversion by `event_id`, the transaction id that the tag told.
    """

    name = "enhanced_conversions"
    title = "Enhanced conversions for web"
    clear: ClassVar[dict[str, str]] = {}
    Options: ClassVar[type] = EnhancedOptions


def _user_data(person: Mapping[str, str], *, has_click: bool) -> Attributes:
    """Who it was; a click alone is enough, with parts of an address beside it."""
    try:
        return {"userIdentifiers": identifiers(person)}
    except RowRefused:
        if not has_click:
            raise
    return {}
