"""The service `events`: what users did.

https://www.braze.com/docs/api/objects_filters/event_object
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.braze.account import LONGEST_ROW, Tracked
from outhaul.destinations.braze.attributes import KEY, WHO, format_of, plan_names
from outhaul.errors import RequestTooLarge
from outhaul.kit import events
from outhaul.kit.bodies import Body, Field
from outhaul.kit.fields import Plan
from outhaul.kit.rows import Collected
from outhaul.model import Column, Kind, Outcome

_MOST_OF_A_USER = 100  # in one request in bulk


@dataclass(frozen=True)
class EventsOptions:
    """What a diff may set for the service `events`."""

    event_name: str = events.event_name()
    max_age_hours: float = setting(
        "Events that are older are refused: the first build of a diff has all that"
        " ever was.",
        default=24.0 * 365,
        minimum=0.01,
        maximum=24 * 365 * 100,
    )


class Events(events.Events, Tracked):
    """Adds events to users, each once; creates unknown users.

    Columns besides id, name and time are properties of the event.
    """

    name = "events"
    title = "Events"
    kind = "events"
    others = "becomes a property of the event"
    who = ("external_id", WHO)
    names = re.compile(r"(?!\$)\S(.{0,253}\S)?")
    names_have = "1 to 255 characters, no '$' first and no outer spaces"
    example_columns: ClassVar[dict[str, Kind]] = {
        "external_id": Kind.TEXT,
        "event_name": Kind.TEXT,
        "event_time": Kind.TIMESTAMP,
    }
    Options: ClassVar[type] = EventsOptions

    def plan_others(self, plan: Plan, columns: Sequence[Column]) -> None:
        plan_names(plan, columns)
        plan.fields += [
            Field(column.field, column.field, format_of(column), "properties")
            for column in columns
        ]

    def body(self, fields: Sequence[Field]) -> Body:
        return Body(KEY, [*self.event_fields(), *fields], longest=LONGEST_ROW)

    def send(self, items: Collected) -> list[Outcome]:
        of_user = Counter(map(str, items.rows.column("external_id")))
        if self._account.bulk and max(of_user.values()) > _MOST_OF_A_USER:
            raise RequestTooLarge(f"more than {_MOST_OF_A_USER} events of one user")
        return super().send(items)
