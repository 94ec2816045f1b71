"""The service `events`: what people did, added to their profiles (CEP).

https://doc.batch.com/developer/api/cep/profiles/update
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.batch import cep
from outhaul.destinations.batch.attributes import plan_attributes
from outhaul.errors import RequestTooLarge
from outhaul.kit import events
from outhaul.kit.bodies import Attributes, Body, Field
from outhaul.kit.fields import Plan
from outhaul.kit.rows import Collected
from outhaul.model import Column, Kind, Outcome, Status

MOST_EVENTS_OF_A_PROFILE = 15
_NATIVE = {"$label": "text", "$tags": "list"}


@dataclass(frozen=True)
class EventsOptions:
    """What a diff may set for the service `events`."""

    event_name: str = events.event_name()
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


class Events(events.Events, cep.ProfileService):
    """Adds events to profiles, each once; creates unknown profiles."""

    name = "events"
    title = "Events (CEP)"
    who = ("custom_id", "the id of a profile")
    names = re.compile(r"[a-z0-9_]{1,30}")
    names_have = "1 to 30 lower-case letters, digits and '_'"
    example_columns: ClassVar[dict[str, Kind]] = {
        "custom_id": Kind.TEXT,
        "event_name": Kind.TEXT,
        "event_time": Kind.TIMESTAMP,
    }
    Options: ClassVar[type] = EventsOptions

    def plan_others(self, plan: Plan, columns: Sequence[Column]) -> None:
        custom = [column for column in columns if column.field not in _NATIVE]
        plan_attributes(plan, custom, self._form, "attributes")
        plan.fields += [
            Field(field, field, self._form.formats[kind], "attributes")
            for field, kind in _NATIVE.items()
            if field in {column.field for column in columns}
        ]

    def body(self, fields: Sequence[Field]) -> Body:
        return Body(self._key, [*self.event_fields(), *fields], shape=_of_profile)

    def send(self, items: Collected) -> list[Outcome]:
        of_profile = Counter(map(str, items.rows.column("custom_id")))
        if max(of_profile.values()) > MOST_EVENTS_OF_A_PROFILE:
            raise RequestTooLarge(
                f"more than {MOST_EVENTS_OF_A_PROFILE} events of one profile"
            )
        # An event of which one attribute was refused may have been added without it.
        return self._post("/update", items, partial=Status.UNKNOWN)


def _of_profile(id: str, event: Attributes) -> Attributes:
    return {"identifiers": {"custom_id": id}, "events": [event]}
