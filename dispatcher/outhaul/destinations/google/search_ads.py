"""The service `conversions` of Search Ads 360, in the forms of the Google Ads API.

https://developers.google.com/search-ads/reporting/api/reference/rest
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.google.actions import Uploads
from outhaul.destinations.google.conversions import OLDEST, OfClicks
from outhaul.destinations.google.requests import Consent, consent, validate_only
from outhaul.kit.bodies import Attributes, Field
from outhaul.kit.conversions import max_age_hours
from outhaul.kit.events import EventTime
from outhaul.kit.formats import Format
from outhaul.kit.identifiers.formats import hashed_only, phone_country
from outhaul.model import Kind

_DETAILS = {"value": "conversionValue", "currency": "currencyCode"}


@dataclass(frozen=True)
class ClickConversionsOptions:
    """What a diff may set for the service `conversions`."""

    conversion_action_id: str = setting(
        "The conversion action, an import from clicks, by its id in digits."
    )
    max_age_hours: float = max_age_hours(
        OLDEST, OLDEST, "Google counts none whose click is older than 90 days"
    )
    ad_user_data: str = consent("advertising")
    validate_only: bool = validate_only()
    hashed_only: bool = hashed_only()
    phone_country: str = phone_country()


class ClickConversions(Uploads, OfClicks):
    """Sends conversions of clicks, or of people by their identifiers, each once.

    Google counts one of the same action and `event_id` once.
    """

    example_columns: ClassVar[dict[str, Kind]] = {
        "event_time": Kind.TIMESTAMP,
        "gclid": Kind.TEXT,
    }
    Options: ClassVar[type] = ClickConversionsOptions
    call = "v23:uploadClickConversions"
    rows = "conversions"
    kinds: ClassVar[dict[str, str]] = {
        "email": "hashedEmail",
        "phone": "hashedPhoneNumber",
    }
    keys: ClassVar[dict[str, str]] = {
        "event_id": "orderId",
        "event_time": "conversionDateTime",
    }
    own_fields: ClassVar[dict[str, Format]] = {
        "event_time": EventTime(),
        "ad_user_data": Consent(),
    }

    def event_fields(self) -> list[Field]:
        time = self.time_within(self._options.max_age_hours)
        return [Field("event_time", self.keys["event_time"], time, sees_nulls=True)]

    def event(self, event: Attributes) -> Attributes:
        person, details = event.pop(self.person), event.pop(self.details, {})
        event |= {"conversionAction": self.action}
        event |= {each: person[each] for each in self.clear if each in person}
        if user := [{key: person[key]} for key in self.kinds.values() if key in person]:
            event["userIdentifiers"] = user
        event |= {
            key: details[name] for name, key in _DETAILS.items() if name in details
        }
        if told := details.get("ad_user_data") or self._options.ad_user_data:
            event["consent"] = {"adUserData": told.upper().removeprefix("CONSENT_")}
        return event
