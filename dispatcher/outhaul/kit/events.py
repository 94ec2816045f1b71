"""The template of services that add events of people, each of which is sent once.

Such platforms know no key of an event, so one that is sent twice counts twice. Nothing
is repeated of which it is not known whether it arrived: the engine settles such events
as `unconfirmed`, and `outhaul retry` alone sends them again.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.errors import RowRefused
from outhaul.kit import values
from outhaul.kit.bodies import Field
from outhaul.kit.columns import Values, texts
from outhaul.kit.fields import Plan
from outhaul.kit.formats import Format, RecentMoment
from outhaul.kit.records import Records
from outhaul.kit.service import OneByOne
from outhaul.model import Change, Column, Kind

_NO_TIME = Column("", "", Kind.OTHER, "")


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


class Events(Records):
    """Adds events: rows with the id of a person, a name, a time and what else is told.

    Its options include `event_name` and `max_age_hours`.
    """

    consumes = frozenset({Change.INSERTED})
    repeatable = False
    stage = 1
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
        plan.problems += self._missing({each.field: each for each in columns})
        return plan

    def event_fields(self) -> list[Field]:
        """Name and time of an event."""
        options = self._options
        name = EventName(options.event_name, self.names, self.names_have)
        time = RecentMoment(
            end="Z", hours=options.max_age_hours, clock=self._account.clock
        )
        return [
            Field("event_name", "name", name, sees_nulls=True),
            Field("event_time", "time", time, sees_nulls=True),
        ]

    def _missing(self, by_field: dict[str, Column]) -> list[str]:
        problems = []
        who, what = self.who
        if who not in by_field:
            problems.append(f"there is no column '{who}', {what}")
        if by_field.get("event_time", _NO_TIME).kind is not Kind.TIMESTAMP:
            problems.append("there is no column 'event_time' of a timestamp's type")
        named = self._options.event_name
        if not named and "event_name" not in by_field:
            problems.append("there is no column 'event_name'; add it, or set the key")
        if named and not self.names.fullmatch(named):
            problems.append(f"'event_name' has {self.names_have}")
        return problems
