"""The services `adjustments` and `retractions`, of conversions that Google Ads has.

They are by the Google Ads API, and need a developer token:
https://developers.google.com/google-ads/api/docs/conversions/upload-adjustments
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.google.actions import Uploads
from outhaul.destinations.google.requests import validate_only
from outhaul.errors import RowRefused
from outhaul.kit.bodies import Attributes, Body, Field
from outhaul.kit.conversions import DETAILS
from outhaul.kit.events import EventTime
from outhaul.kit.fields import Plan
from outhaul.kit.formats import Format, Id, Text
from outhaul.kit.rows import Rows
from outhaul.kit.service import Activation, OneByOne
from outhaul.model import Change, Column, Kind

_LATEST = 54 * 24.0  # hours after a conversion
_LONGEST_ID = 200


@dataclass(frozen=True)
class AdjustmentOptions:
    """What a diff may set for the services `adjustments` and `retractions`."""

    conversion_action_id: str = setting("The conversion action, by its id in digits.")
    validate_only: bool = validate_only()


class Adjustments(Uploads):
    """Gives conversions another value, each time once.

    Recognises a conversion by the `event_id` that it was sent with, or by its click and
    time. Of two values for one conversion, the one with the later time counts.
    """

    name = "adjustments"
    title = "Adjustments of conversions"
    consumes = frozenset({Change.INSERTED})
    repeatable = False
    stage = 2  # after the conversions
    example_columns: ClassVar[dict[str, Kind]] = {
        "event_time": Kind.TIMESTAMP,
        "value": Kind.NUMBER,
    }
    own_fields: ClassVar[dict[str, Format]] = {
        "event_id": Id(_LONGEST_ID),
        "gclid": Text(),
        "conversion_time": EventTime(),
        "event_time": EventTime(),
        **DETAILS,
    }
    Options: ClassVar[type] = AdjustmentOptions
    kind: ClassVar[str] = "RESTATEMENT"
    call = "v25:uploadConversionAdjustments"
    rows = "conversionAdjustments"

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        account.needed("developer_token", self.name)

    @classmethod
    def required(cls, options: Any = None) -> dict[str, str]:
        return {"event_time": "when it was adjusted", "value": "which it has now"}

    @classmethod
    def also_missing(cls, options: Any, fields: Collection[str]) -> Iterator[str]:
        if "event_id" not in fields and not {"gclid", "conversion_time"} <= {*fields}:
            yield (
                "no column says which conversion: 'event_id', or both of 'gclid' and"
                " 'conversion_time'"
            )

    def plan(self, columns: Sequence[Column]) -> Plan:
        time = self.time_within(_LATEST)
        formats = {**self.own_fields, "event_time": time, "conversion_time": time}
        names = [column.field for column in columns if column.field in formats]
        needed = self.required()
        return Plan(
            [
                Field(each, each, formats[each], sees_nulls=each in needed)
                for each in names
            ]
        )

    def body(self, fields: Sequence[Field]) -> Body:
        return Body(fields=fields, shape=self._adjustment)

    def encode_rows(self, rows: Rows, found: Sequence[Any]) -> list[bytes]:
        try:
            return super().encode_rows(rows, found)
        except RowRefused:
            raise OneByOne from None

    def details(self, fields: Attributes) -> Attributes:
        """What is said of the conversion, beside which one it is."""
        value = {"adjustedValue": fields["value"]}
        if fields.get("currency"):
            value["currencyCode"] = fields["currency"]
        return {"restatementValue": value}

    def _adjustment(self, key: Any, fields: Attributes) -> Attributes:
        return {
            "adjustmentType": self.kind,
            "conversionAction": self.action,
            "adjustmentDateTime": fields["event_time"],
            **_conversion(fields),
            **self.details(fields),
        }


class Retractions(Adjustments):
    """Takes conversions back, each once.

    Recognises a conversion by the `event_id` that it was sent with, or by its click and
    time. Google takes back none that is younger than a day.
    """

    name = "retractions"
    title = "Retractions of conversions"
    example_columns: ClassVar[dict[str, Kind]] = {"event_time": Kind.TIMESTAMP}
    own_fields: ClassVar[dict[str, Format]] = {
        name: each
        for name, each in Adjustments.own_fields.items()
        if name not in DETAILS
    }
    kind = "RETRACTION"

    @classmethod
    def required(cls, options: Any = None) -> dict[str, str]:
        return {"event_time": "when it was taken back"}

    def details(self, fields: Attributes) -> Attributes:
        return {}


def _conversion(fields: Attributes) -> Attributes:
    """Which conversion; an id comes first, since Google wants it where there is one."""
    if fields.get("event_id"):
        return {"orderId": fields["event_id"]}
    gclid, time = fields.get("gclid"), fields.get("conversion_time")
    if not gclid or not time:
        raise RowRefused("no_id", "the row has no 'event_id', nor a click and its time")
    return {"gclidDateTimePair": {"gclid": gclid, "conversionDateTime": time}}
