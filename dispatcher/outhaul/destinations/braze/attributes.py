"""The service `attributes`: what is known of users, and the names and values it has.

https://www.braze.com/docs/api/objects_filters/user_attributes_object
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.braze.account import LONGEST_ID, LONGEST_ROW, Tracked
from outhaul.kit.bodies import Body, Field, null_mode
from outhaul.kit.fields import Plan
from outhaul.kit.formats import (
    Boolean,
    Day,
    Email,
    Fixed,
    Format,
    Id,
    Json,
    Moment,
    Number,
    Text,
)
from outhaul.model import Column, Kind

_NAME = re.compile(r"(?![$_])\S(.{0,253}\S)?")
_LONGEST_TEXT = 255
_FORMATS: dict[Kind, Format] = {
    Kind.INTEGER: Number(),
    Kind.NUMBER: Number(),
    Kind.BOOLEAN: Boolean(),
    Kind.DATE: Day(),
    Kind.TIMESTAMP: Moment(end="Z"),
    Kind.JSON: Json(),
}
_CONSENT = Text(pattern=re.compile("opted_in|subscribed|unsubscribed"))
_STANDARD: dict[str, Format] = {
    "country": Text(pattern=re.compile("[A-Z]{2}")),
    "dob": Day(),
    "email": Email(),
    "email_subscribe": _CONSENT,
    "gender": Text(pattern=re.compile("[MFONP]")),
    "language": Text(pattern=re.compile("[a-z]{2}")),
    "push_subscribe": _CONSENT,
}
_OTHERS_OF_USERS = ("braze_id", "push_token_import", "user_alias")

KEY = Field("external_id", "external_id", Id(LONGEST_ID))
ONLY_UPDATES = Field("", "_update_existing_only", Fixed(True), sees_nulls=True)
WHO = "by which Braze recognises a user"


@dataclass(frozen=True)
class AttributesOptions:
    """What a diff may set for the service `attributes`."""

    insert: bool = setting(
        "Create users that do not exist yet; otherwise Braze passes them over, without"
        " a word.",
        default=False,
    )
    null_mode: str = null_mode("attribute", empty="removes the attribute")


class Attributes(Tracked):
    """Writes attributes of users; with `insert` it creates users.

    Upserts by external id, so a repeated request changes nothing. Attributes that are
    not selected stay untouched; one that Braze does not have comes into being.
    """

    name = "attributes"
    title = "Attributes"
    identity = "external_id"
    kind = "attributes"
    own_fields: ClassVar[dict[str, Format]] = {"external_id": KEY.format, **_STANDARD}
    others = "becomes an attribute"
    Options: ClassVar[type] = AttributesOptions

    def plan(self, columns: Sequence[Column]) -> Plan:
        plan = Plan()
        others = [column for column in columns if column.field != self.identity]
        plan_names(plan, others)
        for column in others:
            written = _STANDARD.get(column.field, format_of(column))
            plan.fields.append(Field(column.field, column.field, written))
        if not others:
            plan.problems.append("there is no column besides 'external_id'")
        return plan

    def body(self, fields: Sequence[Field]) -> Body:
        mode = self._options.null_mode
        mode_of_users = [] if self._options.insert else [ONLY_UPDATES]
        return Body(
            KEY,
            [*mode_of_users, *fields],
            mode,
            writes_nulls=mode == "empty",
            longest=LONGEST_ROW,
        )


def plan_names(plan: Plan, columns: Sequence[Column]) -> None:
    """Problems of names that Braze does not take, or takes for something else."""
    for column in columns:
        if not _NAME.fullmatch(column.field) or column.field in _OTHERS_OF_USERS:
            plan.problems.append(
                f"'{column.field}' cannot be the name of an attribute or a property: up"
                f" to {_LONGEST_TEXT} characters, no '$' or '_' first, and none of"
                f" {', '.join(_OTHERS_OF_USERS)}"
            )


def format_of(column: Column) -> Format:
    """How values of a column are written."""
    return _FORMATS.get(column.kind, Text(_LONGEST_TEXT))
