"""The service `events`: what people did, added to their profiles (CEP).

https://doc.batch.com/developer/api/cep/profiles/update
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar

import orjson

from outhaul.config.settings import setting
from outhaul.destinations.batch import cep
from outhaul.destinations.batch.account import BatchAccount
from outhaul.destinations.batch.attributes import CEP, Attribute
from outhaul.destinations.batch.service import AttributeService
from outhaul.errors import RequestTooLarge, RowRefused
from outhaul.kit import values
from outhaul.kit.columns import as_json, records, seconds
from outhaul.kit.rows import Collected, Rows
from outhaul.kit.service import Activation, Limits, OneByOne
from outhaul.model import Change, Column, Kind, Outcome, Row, Status

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


class Events(AttributeService):
    """Adds events to profiles, each once; creates unknown profiles.

    Batch knows no key of an event, so one that is sent twice counts twice. Nothing is
    repeated of which it is not known whether it arrived: such events are settled as
    `unconfirmed` and sent again by `outhaul retry` alone.
    """

    name = "events"
    title = "Events (CEP)"
    consumes = frozenset({Change.INSERTED})
    repeatable = False
    partly_applies = False  # what is refused in part is answered with 202
    stage = 1
    form = CEP
    Options: ClassVar[type] = EventsOptions

    def __init__(
        self, account: BatchAccount, options: EventsOptions, activation: Activation
    ) -> None:
        cep.check_project(account, activation.name)
        super().__init__(account, options, activation)

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return int(self._account.probe)

    def limits(self, change: Change) -> Limits:
        most = cep.MOST_PROFILES
        return Limits(most, cep.MOST_BYTES, self._account.profiles_per_second / most)

    def prepare(self, columns: Sequence[Column]) -> None:
        by_field = {column.field: column for column in columns}
        others = [column for column in columns if column.field not in _OURS]
        custom = [column for column in others if column.field not in _NATIVE]
        self._plan(custom, self._missing(by_field))
        self._attributes += [
            Attribute(field, field, kind)
            for field, kind in _NATIVE.items()
            if field in by_field
        ]
        cep.check_keys(self._account)

    def encode(self, row: Row, found: Any = None) -> bytes:
        event: dict[str, Any] = {
            "name": self._name(row.values.get("event_name")),
            "time": self._time(row.values.get("event_time")),
        }
        rendered = self._rendered(row)
        attributes = {
            key: rendered[key] for key in rendered if rendered[key] is not None
        }
        if attributes:
            event["attributes"] = attributes
        identifiers = {"custom_id": self._user(row)}
        return orjson.dumps({"identifiers": identifiers, "events": [event]})

    def encode_rows(self, rows: Rows, found: Sequence[Any]) -> list[bytes]:
        profiles = self._users(rows)
        times = self._times(rows.column("event_time"))
        names = self._names(rows)
        keys = [each.key for each in self._attributes]
        rendered = self._columns(rows)
        attributes = records(keys, rendered, nulls=False) if keys else [{}] * len(rows)
        events = zip(profiles, names, times, attributes, strict=True)
        return as_json(
            {
                "identifiers": {"custom_id": profile},
                "events": [
                    {"name": name, "time": time, "attributes": attributes}
                    if attributes
                    else {"name": name, "time": time}
                ],
            }
            for profile, name, time, attributes in events
        )

    def send(self, items: Collected) -> list[Outcome]:
        of_profile = Counter(map(str, items.rows.column("custom_id")))
        if max(of_profile.values()) > MOST_EVENTS_OF_A_PROFILE:
            raise RequestTooLarge(
                f"more than {MOST_EVENTS_OF_A_PROFILE} events of one profile"
            )
        # An event of which one attribute was refused may have been added without it.
        return cep.post(self._account, "/update", items, partial=Status.UNKNOWN)

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

    def _name(self, value: Any) -> str:
        name = self._options.event_name or value
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise RowRefused(
                "event_name",
                "the name of an event has 1 to 30 lower-case letters, digits and '_'",
            )
        return name

    def _names(self, rows: Rows) -> Sequence[str]:
        if _NAME.fullmatch(self._options.event_name):
            return [self._options.event_name] * len(rows)
        names = rows.column("event_name")
        if set(map(type, names)) == {str} and all(map(_NAME.fullmatch, set(names))):
            return names
        raise OneByOne

    def _times(self, column: Sequence[Any]) -> Sequence[str]:
        """To be sure of all, it is enough to look at the first and the last time."""
        rendered = seconds(column, end="Z")
        if set(map(type, column)) != {datetime}:
            raise OneByOne
        try:
            for value in (min(column), max(column)):
                self._time(value)
        except RowRefused:
            raise OneByOne from None
        return rendered

    def _time(self, value: Any) -> str:
        moment = values.moment("event_time", value)
        now = datetime.fromtimestamp(self._account.clock(), timezone.utc)
        if moment > now:
            raise RowRefused("in_future", "the event is in the future")
        if now - moment > timedelta(hours=self._options.max_age_hours):
            hours = self._options.max_age_hours
            raise RowRefused("too_old", f"the event is older than {hours:g} hours")
        return values.seconds("event_time", value, end="Z")


_NO_TIME = Column("", "", Kind.OTHER, "")
