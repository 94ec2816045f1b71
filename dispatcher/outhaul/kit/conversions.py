"""The template of conversions: events of people whom a network knows by identifiers.

A network tells by the id of an event that it comes again, mostly within days. So what
`outhaul retry` sends once more is not counted twice.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.errors import RowRefused
from outhaul.kit import events
from outhaul.kit.bodies import Attributes, Body, Field
from outhaul.kit.fields import Plan
from outhaul.kit.formats import Format, Id, Json, Number, RecentUnixTime, Text
from outhaul.kit.identifiers.formats import Identifier, check_phone_country
from outhaul.kit.rows import Rows
from outhaul.kit.service import Activation, Limits, OneByOne
from outhaul.model import Change, Column, Kind

_LONGEST_ID = 200  # no network tells of less
_CURRENCY = Text(pattern=re.compile("[A-Z]{3}"), problem="is no currency such as EUR")
SHORT_KEYS: Mapping[str, str] = {
    "email": "em",
    "phone": "ph",
    "first_name": "fn",
    "last_name": "ln",
    "city": "ct",
    "state": "st",
    "postal_code": "zp",
    "country": "country",
    "gender": "ge",
    "birth_date": "db",
}
"""What Meta calls identifiers, and others after it."""
DETAILS: Mapping[str, Format] = {"value": Number(), "currency": _CURRENCY}
"""Formats of columns that most networks have."""


def max_age_hours(default: float, maximum: float, why: str) -> Any:
    """The option `max_age_hours`; `why`: what the network says of older events."""
    return setting(
        f"Events that are older are refused before they are sent: {why}.",
        default=default,
        minimum=0.01,
        maximum=maximum,
    )


class Conversions(events.Events):
    """Sends conversions, each once.

    Its options include those of `Events`, `hashed_only` and `phone_country`.
    """

    who = ("event_id", "by which an event that comes again is told")
    example_columns: ClassVar[dict[str, Kind]] = {
        "event_name": Kind.TEXT,
        "event_time": Kind.TIMESTAMP,
        "email": Kind.TEXT,
    }
    network: ClassVar[str]
    kinds: ClassVar[Mapping[str, str]]
    """The kinds of identifiers that it takes, each with its key within `person`."""
    clear: ClassVar[Mapping[str, str]] = {}
    """Columns in clear that tell of the person, such as ids of clicks, likewise."""
    top: ClassVar[Mapping[str, str]] = {}
    """Columns that stand beside the name of the event, with their keys."""
    keys: ClassVar[Mapping[str, str]] = {
        each: each for each in ("event_id", "event_name", "event_time")
    }
    person: ClassVar[str] = "user_data"
    details: ClassVar[str] = "custom_data"
    """What holds who it was, and all columns that nothing else takes."""
    listed: ClassVar[bool] = True
    """Whether an identifier is a list of one."""
    most_events: ClassVar[int]
    most_bytes: ClassVar[int]
    """Of a request."""

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        check_phone_country(options.phone_country, activation.name)

    def limits(self, change: Change) -> Limits:
        often = self._account.requests_per_second
        return Limits(self.most_events, self.most_bytes, often, concurrency=2)

    @classmethod
    def known_fields(cls) -> Mapping[str, Format]:
        return {
            **cls.own_fields,
            **{kind: Identifier(cls.network, kind) for kind in cls.kinds},
            **dict.fromkeys([*cls.clear, *cls.top], Text()),
            **DETAILS,
        }

    @classmethod
    def also_missing(cls, options: Any, fields: Collection[str]) -> Iterator[str]:
        known = [*cls.kinds, *cls.clear]
        if not set(known).intersection(fields):
            yield f"no column says who it was; those are: {', '.join(known)}"

    def plan_others(self, plan: Plan, columns: Sequence[Column]) -> None:
        plan.fields += [self._field(column) for column in columns]

    def event_fields(self) -> list[Field]:
        options, keys = self._options, self.keys
        name = events.EventName(options.event_name, self.names, self.names_have)
        time = RecentUnixTime(hours=options.max_age_hours, clock=self._account.clock)
        return [
            Field("event_name", keys["event_name"], name, sees_nulls=True),
            Field("event_time", keys["event_time"], time, sees_nulls=True),
        ]

    def body(self, fields: Sequence[Field]) -> Body:
        key = Field("event_id", self.keys["event_id"], Id(_LONGEST_ID))
        return Body(key, [*self.event_fields(), *fields], shape=self._event)

    def encode_rows(self, rows: Rows, found: Sequence[Any]) -> list[bytes]:
        try:
            return super().encode_rows(rows, found)
        except RowRefused:
            raise OneByOne from None

    def event(self, event: Attributes) -> Attributes:
        """An event as it is sent, of its fields."""
        return event

    def _event(self, event_id: Any, fields: Attributes) -> Attributes:
        if not fields.get(self.person):
            raise RowRefused("no_identifier", "no column says who it was: all are null")
        return self.event({self.keys["event_id"]: event_id, **fields})

    def _field(self, column: Column) -> Field:
        name, options = column.field, self._options
        if name in self.kinds:
            written: Format = Identifier(
                self.network,
                name,
                options.phone_country,
                options.hashed_only,
                listed=self.listed,
            )
            return Field(name, self.kinds[name], written, self.person)
        if name in self.clear:
            return Field(name, self.clear[name], Text(), self.person)
        if name in self.top:
            return Field(name, self.top[name], Text())
        return Field(name, name, self._detail(column), self.details)

    def _detail(self, column: Column) -> Format:
        return DETAILS.get(column.field, Json())
