"""Values as the fields of a contact take them: nearly all of them as texts.

https://help.sap.com/docs/SAP_EMARSYS
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from outhaul.destinations.emarsys.fields import Field
from outhaul.errors import RowRefused
from outhaul.kit import columns, values
from outhaul.kit.service import OneByOne

MOST_DIGITS = 24
_LONGEST = {"shorttext": 60, "longtext": 255}
_OTHERS = ("singlechoice", "multichoice")
_LAST_OF_BASIC_PLANE = 0xFFFF

Choices = Mapping[str, str]
"""Of one field: the id of each choice by its id and by its name without case."""


def render(name: str, field: Field, value: Any, choices: Choices) -> Any:
    """A value that is not null."""
    if field.type == "numeric":
        return _number(name, value)
    if field.type in ("date", "birthdate"):
        return values.day(name, value).isoformat()
    if field.type == "singlechoice":
        return _choice(name, value, choices)
    if field.type == "multichoice":
        found = values.nested(name, value)
        if not isinstance(found, (list, tuple)):
            raise values.unlike(name, value, "list", "a list of choices")
        # An empty list is an error there, and null clears the field.
        return [_choice(name, each, choices) for each in found] or None
    rendered = values.text(name, value, _LONGEST.get(field.type))
    if field.is_system and any(ord(each) > _LAST_OF_BASIC_PLANE for each in rendered):
        raise RowRefused("emoji", f"'{name}' holds an emoji, in a system field")
    return rendered


def render_all(
    name: str, field: Field, column: columns.Values, choices: Choices
) -> columns.Values:
    """See `render`; a null stays one. Raises OneByOne."""
    if field.type in ("date", "birthdate"):
        return columns.iso_days(column)
    if field.type in _OTHERS:
        try:
            return [
                None if value is None else render(name, field, value, choices)
                for value in column
            ]
        except RowRefused:
            raise OneByOne from None
    if field.type == "numeric":
        kinds = set(map(type, column)) - {type(None)}
        if kinds == {bool}:
            return [None if each is None else str(int(each)) for each in column]
        found = columns.texts(column)
        is_number = kinds <= {int, float, Decimal}
        if is_number and max(map(len, filter(None, found)), default=0) <= MOST_DIGITS:
            return found
        raise OneByOne
    found = columns.texts(column, _LONGEST.get(field.type))
    joined = "".join(filter(None, found)) if field.is_system else ""
    if not joined.isascii() and max(map(ord, joined)) > _LAST_OF_BASIC_PLANE:
        raise OneByOne
    return found


def cleared(field: Field) -> str | None:
    """What empties a field: a text is emptied, all others are set to null."""
    is_other = field.type in ("numeric", "date", "birthdate", "multichoice")
    return None if is_other or field.type == "singlechoice" else ""


def _number(field: str, value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if not isinstance(value, (int, float, Decimal)):
        raise RowRefused("number", f"'{field}' is not a number")
    rendered = values.plain(field, value, exact=True)
    digits = sum(each.isdigit() for each in rendered)
    if digits > MOST_DIGITS:
        raise RowRefused(
            "number", f"'{field}' has {digits} digits, and at most {MOST_DIGITS} fit"
        )
    return rendered


def _choice(field: str, value: Any, choices: Choices) -> str:
    wanted = values.caseless(values.text(field, value))
    if wanted not in choices:
        raise RowRefused("choice", f"'{field}' is not one of the choices of that field")
    return choices[wanted]
