"""The template of services that add events of people, each of which is sent once.

Such platforms know no key of an event, so one that is sent twice counts twice. Nothing
is repeated of which it is not known whether it arrived: the engine settles such events
as `unconfirmed`, and `outhaul retry` alone sends them again.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.errors import RowRefused
from outhaul.kit import values
from outhaul.kit.bodies import Field
from outhaul.kit.columns import Values, texts
from outhaul.kit.fields import Plan
from outhaul.kit.formats import Format, RecentMoment, Text
from outhaul.kit.records import Records
from outhaul.kit.service import OneByOne
from outhaul.model import Change, Column, Kind


def event_name() -> Any:
    """The option `event_name`."""
    return setting(
        "The name of all events; default: the column `event_name` has one for each.",
        default="",
    )


@dataclass(frozen=True)
class EventName(Format):
    """The name of an event: that of all of them, or else the row's.

    problem: what names have, for messages.
    """

    of_all: str
    pattern: re.Pattern[str]
    problem: str

    def one(self, field: str, value: Any) -> str:
        name = self.of_all or value
        if not isinstance(name, str) or not self.pattern.fullmatch(name):
            raise RowRefused("event_name", f"the name of an event has {self.problem}")
        return values.text(field, name)

    def many(self, column: Values) -> Values:
        if self.of_all:
            return [self.one("", None)] * len(column)
        is_text = set(map(type, column)) == {str}
        if is_text and all(map(self.pattern.fullmatch, set(column))):
            return texts(column)
        raise OneByOne


class EventTime(RecentMoment):
    """When an event happened; no mere day."""

    word = "a timestamp"
    kinds = frozenset({Kind.TIMESTAMP})


class Events(Records):
    """Adds events: rows with the id of a person, a name, a time and what else is told.

    Its options include `event_name` and `max_age_hours`.
    """

    consumes = frozenset({Change.INSERTED})
    repeatable = False
    stage = 1
    own_fields: ClassVar[Mapping[str, Format]] = {
        "event_name": Text(),
        "event_time": EventTime(),
    }
    others = "is told of the event"
    who: ClassVar[tuple[str, str]]
    """The column of the person's id, and what that is."""
    names: ClassVar[re.Pattern[str]]
    names_have: ClassVar[str]
    """What the names of events have, for messages."""

    @abstractmethod
    def plan_others(self, plan: Plan, columns: Sequence[Column]) -> None:
        """Add to a plan the columns that tell more of an event."""

    def plan(self, columns: Sequence[Column]) -> Plan:
        plan = Plan()
        ours = (self.who[0], "event_name", "event_time")
        self.plan_others(plan, [each for each in columns if each.field not in ours])
        named = getattr(self._options, "event_name", "")
        if named and not self.names.fullmatch(named):
            plan.problems.append(f"'event_name' has {self.names_have}")
        return plan

    @classmethod
    def required(cls, options: Any = None) -> dict[str, str]:
        who, what = cls.who
        found = {who: what, "event_time": "when it happened"}
        if not getattr(options, "event_name", ""):
            found["event_name"] = "which the option of that name can take the place of"
        return found

    def event_fields(self) -> list[Field]:
        """Name and time of an event."""
        options = self._options
        name = EventName(options.event_name, self.names, self.names_have)
        time = EventTime(
            end="Z", hours=options.max_age_hours, clock=self._account.clock
        )
        return [
            Field("event_name", "name", name, sees_nulls=True),
            Field("event_time", "time", time, sees_nulls=True),
        ]
