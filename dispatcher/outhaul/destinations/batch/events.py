"""The service `events`: what people did, added to their profiles (CEP).

https://doc.batch.com/developer/api/cep/profiles/update
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.batch import cep
from outhaul.destinations.batch.attributes import plan_attributes
from outhaul.errors import RequestTooLarge, RowRefused
from outhaul.kit.bodies import Attributes, Body, Field
from outhaul.kit.columns import Values
from outhaul.kit.fields import Plan
from outhaul.kit.formats import Format, RecentMoment
from outhaul.kit.rows import Collected
from outhaul.kit.service import OneByOne
from outhaul.model import Change, Column, Kind, Outcome, Status

MOST_EVENTS_OF_A_PROFILE = 15
_NAME = re.compile(r"[a-z0-9_]{1,30}")
_OURS = ("custom_id", "event_name", "event_time")
_NATIVE = {"$label": "text", "$tags": "list"}


@dataclass(frozen=True)
class EventsOptions:
    """What a diff may set for the service `events`."""

    event_name: str = setting(
        "The name of all events; default: the column `event_name` has one for each.",
        default="",
    )
    max_age_hours: float = setting(
        "Events that are older are refused, as Batch does beyond 24 hours.",
        default=24.0,
        minimum=0.01,
        maximum=24,
    )
    lowercase: bool = setting(
        "Send ids in lower case, for apps that set them like that.", default=False
    )
    truncate: bool = setting(
        "Cut texts off at 300 characters instead of refusing the row.", default=False
    )


class EventName(Format):
    """The name of an event: that of all of them, or else the row's."""

    def __init__(self, of_all: str) -> None:
        self._of_all = of_all

    def one(self, field: str, value: Any) -> str:
        name = self._of_all or value
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise RowRefused(
                "event_name",
                "the name of an event has 1 to 30 lower-case letters, digits and '_'",
            )
        return name

    def many(self, column: Values) -> Values:
        if self._of_all:
            return [self.one("", None)] * len(column)
        if set(map(type, column)) == {str} and all(map(_NAME.fullmatch, set(column))):
            return column
        raise OneByOne


class Events(cep.ProfileService):
    """Adds events to profiles, each once; creates unknown profiles.

    Batch knows no key of an event, so one that is sent twice counts twice. Nothing is
    repeated of which it is not known whether it arrived: such events are settled as
    `unconfirmed` and sent again by `outhaul retry` alone.
    """

    name = "events"
    title = "Events (CEP)"
    consumes = frozenset({Change.INSERTED})
    repeatable = False
    stage = 1
    example_columns: ClassVar[dict[str, Kind]] = {
        "custom_id": Kind.TEXT,
        "event_name": Kind.TEXT,
        "event_time": Kind.TIMESTAMP,
    }
    Options: ClassVar[type] = EventsOptions

    def plan(self, columns: Sequence[Column]) -> Plan:
        plan = Plan()
        by_field = {column.field: column for column in columns}
        others = {field for field in by_field if field not in (*_OURS, *_NATIVE)}
        custom = [column for column in columns if column.field in others]
        plan_attributes(plan, custom, self._form, "attributes")
        plan.fields += [
            Field(field, field, self._form.formats[kind], "attributes")
            for field, kind in _NATIVE.items()
            if field in by_field
        ]
        plan.problems += self._missing(by_field)
        return plan

    def body(self, fields: Sequence[Field]) -> Body:
        options = self._options
        name = EventName(options.event_name)
        time = RecentMoment(
            end="Z", hours=options.max_age_hours, clock=self._account.clock
        )
        event = [
            Field("event_name", "name", name, sees_nulls=True),
            Field("event_time", "time", time, sees_nulls=True),
        ]
        return Body(self._key, [*event, *fields], shape=_of_profile)

    def send(self, items: Collected) -> list[Outcome]:
        of_profile = Counter(map(str, items.rows.column("custom_id")))
        if max(of_profile.values()) > MOST_EVENTS_OF_A_PROFILE:
            raise RequestTooLarge(
                f"more than {MOST_EVENTS_OF_A_PROFILE} events of one profile"
            )
        # An event of which one attribute was refused may have been added without it.
        return self._post("/update", items, partial=Status.UNKNOWN)

    def _missing(self, by_field: dict[str, Column]) -> list[str]:
        problems = []
        if "custom_id" not in by_field:
            problems.append("there is no column 'custom_id', the id of a profile")
        if by_field.get("event_time", _NO_TIME).kind is not Kind.TIMESTAMP:
            problems.append("there is no column 'event_time' of a timestamp's type")
        named = self._options.event_name
        if not named and "event_name" not in by_field:
            problems.append("there is no column 'event_name'; add it, or set the key")
        if named and not _NAME.fullmatch(named):
            problems.append(
                "'event_name' has 1 to 30 lower-case letters, digits and '_'"
            )
        return problems


def _of_profile(id: str, event: Attributes) -> Attributes:
    return {"identifiers": {"custom_id": id}, "events": [event]}


_NO_TIME = Column("", "", Kind.OTHER, "")
