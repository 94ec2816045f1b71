"""Columns of a Splio contact, how they are written, and which fields to create.

https://dev-scp.splio.com/docs/datahub-contacts
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from outhaul.destinations.splio.api import Custom
from outhaul.kit.bodies import Field
from outhaul.kit.columns import Values, seconds, texts
from outhaul.kit.fields import Missing, Plan
from outhaul.kit.formats import Day, Email, Format, Moment, Text
from outhaul.kit.values import seconds as moment
from outhaul.kit.values import text
from outhaul.model import Column, Kind

LONGEST_EMAIL = 100
LANGUAGES = "ar br ca cz de en es fr gr it ja kr nl pl ru tr zh".split()

CUSTOM = "custom_fields"
"""The list of a contact that holds its custom fields, in JSON."""


def _of_form(field: str, longest: int | None, pattern: str) -> Text:
    problem = "is not in the form that Splio takes"
    return Text(longest, re.compile(pattern), code=field, problem=problem)


# The longest texts in characters, where the vendor tells one.
STANDARD: dict[str, Format] = {
    "email": Email(LONGEST_EMAIL),
    "customer_key": Text(100),
    "lastname": Text(255),
    "firstname": Text(255),
    "language": _of_form("language", 2, "|".join(LANGUAGES)),
    "cellphone": _of_form("cellphone", 30, r"(00|\+)?\d+"),
    "dateOfCreation": Day("%Y%m%d"),
    "subscriptions": _of_form("subscriptions", None, r"[+-]\d+(,[+-]\d+)*"),
}

# The vendor tells no rule for names; these are safe.
_NAME = re.compile(r"[a-z0-9_]{1,50}")

_TYPES = {
    Kind.INTEGER: "int",
    Kind.NUMBER: "double",
    Kind.DATE: "date",
    Kind.TIMESTAMP: "date",
}
_TAKES = {
    "text": frozenset(Kind),
    "int": frozenset({Kind.INTEGER, Kind.BOOLEAN}),
    "double": frozenset({Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN}),
    "date": frozenset({Kind.DATE, Kind.TIMESTAMP}),
}


class CustomText(Format):
    """A custom field in JSON: its id, and its value as a text."""

    def __init__(self, id: int | None) -> None:
        self._id = id

    def one(self, field: str, value: Any) -> dict[str, Any]:
        if isinstance(value, date):
            return self.of(moment(field, value, " "))
        return self.of(
            str(int(value)) if isinstance(value, bool) else text(field, value)
        )

    def many(self, column: Values) -> Values:
        kinds = set(map(type, column)) - {type(None)}
        if kinds == {bool}:
            return super().many(column)
        is_time = kinds == {datetime} or kinds == {date}
        found = seconds(column, " ") if is_time else texts(column)
        id = self._id
        return [None if each is None else {"id": id, "value": each} for each in found]

    def of(self, value: str) -> dict[str, Any]:
        """The field with this value."""
        return {"id": self._id, "value": value}


def in_file(column: str, heading: str) -> Field:
    """A column of a file; a custom one is written as the layout of the file says."""
    is_key = column == "email"
    if column not in STANDARD:
        return Field(column, heading)
    return Field(column, heading, STANDARD[column], sees_nulls=is_key)


def in_json(column: str, custom: Custom | None) -> Field:
    """A field of a contact that the API takes."""
    if custom is not None:
        written = CustomText(custom.id)
        return Field(column, custom.name, written, CUSTOM, written.of(""))
    if column == "dateOfCreation":
        return Field(column, "creation_date", Moment(" "))
    is_key = column == "email"
    return Field(column, column, STANDARD[column], null="", sees_nulls=is_key)


def plan_fields(
    columns: Sequence[Column],
    known: Sequence[Custom] | None,
    confirmed: Sequence[str] = (),
    without: Sequence[str] = (),
) -> tuple[Plan, dict[str, Custom]]:
    """Sort columns into standard fields, custom ones, and ones to create.

    known: the fields that Splio lists; None where it cannot be asked, so that only
    `confirmed` ones may be used. without: standard columns that this way lacks. Gives
    the custom fields by column, too.
    """
    plan, customs = Plan(), {each.name: each for each in known or ()}
    used: dict[str, Custom] = {}
    for column in columns:
        field = column.field
        if field in without:
            plan.problems.append(f"column '{field}' cannot be sent this way")
        elif field in STANDARD:
            continue
        elif known is None and field in confirmed:
            used[field] = Custom(field, "text")
        elif known is None:
            plan.problems.append(
                f"column '{field}': Splio skips a file with a column that it does not"
                " know. Set 'api_key', so that fields can be checked and created, or"
                " add it to 'confirmed_columns' once it exists"
            )
        elif field in customs:
            used[field] = customs[field]
            if column.kind not in _TAKES.get(customs[field].type, frozenset(Kind)):
                plan.problems.append(
                    f"column '{field}' is {column.data_type}, but the custom field of"
                    f" this name is of type {customs[field].type}"
                )
        elif _NAME.fullmatch(field):
            plan.missing.append(Missing(field, _TYPES.get(column.kind, "text")))
        else:
            plan.problems.append(
                f"column '{field}' cannot be the name of a new custom field: use up to"
                " 50 lower-case letters, digits and '_'"
            )
    plan.ids = {each.name: str(each.id or "") for each in used.values()}
    return plan, used
