"""Which column goes into which field of a contact, how it is written, what to create.

https://dev.emarsys.com/docs/core-api-reference/fields and, for the limits of values,
https://help.sap.com/docs/SAP_EMARSYS
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

from outhaul.errors import RowRefused
from outhaul.kit import columns as together
from outhaul.kit import values
from outhaul.kit.bodies import Field
from outhaul.kit.columns import Values
from outhaul.kit.fields import Missing, Plan
from outhaul.kit.formats import Day, Format, Text
from outhaul.kit.service import OneByOne
from outhaul.kit.values import caseless
from outhaul.model import Column, Kind

EMAIL_ID = "3"
OPT_IN_ID = "31"
LONGEST_NAME = 200

# The system fields, which the list of fields shows by names of the account's
# language.
SYSTEM = {
    "first_name": "1",
    "last_name": "2",
    "email": EMAIL_ID,
    "birth_date": "4",
    "gender": "5",
    "title": "9",
    "address": "10",
    "city": "11",
    "state": "12",
    "zip": "13",
    "country": "14",
    "phone": "15",
    "opt_in": OPT_IN_ID,
    "mobile": "37",
    "salutation": "46",
    "registration_date": "48",
}
_SYSTEM_IDS = frozenset(SYSTEM.values()) | {"0"}

MOST_DIGITS = 24
_LAST_OF_BASIC_PLANE = 0xFFFF
_CHOICES = frozenset({"singlechoice", "multichoice"})
# Those of them whose choices are listed.
_SYSTEM_CHOICES = frozenset({"gender", "title", "country", "salutation"})

_FITS: dict[str, frozenset[Kind]] = {
    "numeric": frozenset({Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN}),
    "date": frozenset({Kind.DATE, Kind.TIMESTAMP}),
    "birthdate": frozenset({Kind.DATE, Kind.TIMESTAMP}),
    "singlechoice": frozenset({Kind.TEXT, Kind.INTEGER, Kind.OTHER}),
    "multichoice": frozenset({Kind.JSON, Kind.OTHER}),
}
_NEW_TYPES = {
    Kind.INTEGER: "numeric",
    Kind.NUMBER: "numeric",
    Kind.BOOLEAN: "numeric",
    Kind.DATE: "date",
    Kind.TIMESTAMP: "shorttext",
    Kind.JSON: "largetext",
}


class Digits(Format):
    """A number as a text of at most 24 digits."""

    def one(self, field: str, value: Any) -> str:
        if isinstance(value, bool):
            return "1" if value else "0"
        if not isinstance(value, (int, float, Decimal)):
            raise RowRefused("number", f"'{field}' is not a number")
        rendered = values.plain(field, value, exact=True)
        digits = sum(each.isdigit() for each in rendered)
        if digits > MOST_DIGITS:
            raise RowRefused(
                "number",
                f"'{field}' has {digits} digits, and at most {MOST_DIGITS} fit",
            )
        return rendered

    def many(self, column: Values) -> Values:
        kinds = set(map(type, column)) - {type(None)}
        if kinds == {bool}:
            return super().many(column)
        found = together.texts(column)
        is_number = kinds <= {int, float, Decimal}
        if is_number and max(map(len, filter(None, found)), default=0) <= MOST_DIGITS:
            return found
        raise OneByOne


class SystemText(Text):
    """A text of a system field, which holds no emoji."""

    def one(self, field: str, value: Any) -> str | None:
        text = super().one(field, value)
        if any(ord(each) > _LAST_OF_BASIC_PLANE for each in text or ""):
            raise RowRefused("emoji", f"'{field}' holds an emoji, in a system field")
        return text

    def many(self, column: Values) -> Values:
        found = super().many(column)
        joined = "".join(filter(None, found))
        if not joined.isascii() and max(map(ord, joined)) > _LAST_OF_BASIC_PLANE:
            raise OneByOne
        return found


@dataclass(frozen=True)
class Choice(Format):
    """One choice of a field or several; the id of each by its id and by its name."""

    has_several: bool = False
    ids: Mapping[str, str] | None = None

    def one(self, field: str, value: Any) -> Any:
        if not self.has_several:
            return self._id(field, value)
        found = values.nested(field, value)
        if not isinstance(found, (list, tuple)):
            raise values.unlike(field, value, "list", "a list of choices")
        # An empty list is an error there, and null clears the field.
        return [self._id(field, each) for each in found] or orjson.Fragment(b"null")

    def _id(self, field: str, value: Any) -> str:
        wanted = caseless(values.text(field, value))
        found = (self.ids or {}).get(wanted)
        if found is None:
            raise RowRefused(
                "choice", f"'{field}' is not one of the choices of that field"
            )
        return found


_FORMATS: dict[str, Format] = {
    "numeric": Digits(),
    "date": Day(),
    "birthdate": Day(),
    "singlechoice": Choice(),
    "multichoice": Choice(has_several=True),
}
_LONGEST = {"shorttext": 60, "longtext": 255}


def plan_fields(
    columns: Sequence[Column], listed: Sequence[Mapping[str, Any]], new_text_type: str
) -> Plan:
    """Match columns with the fields of the account: by id, by name, as system field.

    listed: the fields of the account as the API lists them. All problems are
    collected, so that the user sees them at once.
    """
    plan = Plan()
    by_id = {str(each["id"]): each for each in listed}
    # The key, which no other column may write.
    plan.takes(Column("email", "", Kind.TEXT, ""), EMAIL_ID, "field", "Emarsys")
    for column in columns:
        if column.field == "email":
            continue
        found = _find(column.field, by_id, listed)
        if len(found) > 1:
            plan.problems.append(
                f"Emarsys has {len(found)} fields called '{column.field}'; name the one"
                f" you mean by its id, one of {', '.join(found)}, under 'fields'"
            )
        elif found:
            _plan_known(plan, column, found[0], by_id.get(found[0]) or {})
        else:
            _plan_new(plan, column, _NEW_TYPES.get(column.kind, new_text_type))
    return plan


def has_listed_choices(name: str) -> bool:
    """Whether a name or id means a system field of which choices are asked for."""
    wanted = caseless(name)
    return any(wanted in (each, SYSTEM[each]) for each in _SYSTEM_CHOICES)


def _find(
    name: str,
    by_id: Mapping[str, Mapping[str, Any]],
    listed: Sequence[Mapping[str, Any]],
) -> list[str]:
    """The ids that a name may mean: the id itself, a name of the account, ours."""
    if name in by_id:
        return [name]
    wanted = caseless(name)
    found = [
        str(each["id"])
        for each in listed
        if wanted
        in [caseless(str(each.get(key) or "")) for key in ("name", "string_id")]
    ]
    return found or [SYSTEM[wanted]] if wanted in SYSTEM else found


def _plan_known(plan: Plan, column: Column, id: str, entry: Mapping[str, Any]) -> None:
    name = str(entry.get("name") or column.field)
    kind = str(entry.get("application_type") or "").lower()
    # Consent is 1 or 2, however the account's list calls that.
    kind = "singlechoice" if id == OPT_IN_ID else kind
    if not plan.takes(column, id, "field", "Emarsys"):
        return
    if column.kind not in _FITS.get(kind, frozenset(Kind)):
        plan.problems.append(
            f"the field '{name}' is of type {kind}, and the column '{column.field}' of"
            f" type {column.data_type} does not fit it; a field's type cannot be"
            " changed: cast the column or give it another name"
        )
        return
    text = SystemText if id in _SYSTEM_IDS else Text
    format = _FORMATS.get(kind) or text(_LONGEST.get(kind))
    # A text is emptied, all others are set to null.
    null = None if kind in _FORMATS else ""
    plan.fields.append(Field(column.field, id, format, null=null))
    plan.ids[name] = id


def _plan_new(plan: Plan, column: Column, kind: str) -> None:
    if not plan.takes(column, column.field.lower(), "field", "Emarsys"):
        return
    if len(column.field) > LONGEST_NAME or column.field.isdigit():
        plan.problems.append(
            f"'{column.field}' is neither the id of a field nor a name that a new one"
            f" can have, of up to {LONGEST_NAME} characters"
        )
        return
    plan.missing.append(Missing(column.field, kind))
