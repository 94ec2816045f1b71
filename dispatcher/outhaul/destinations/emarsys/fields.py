"""Which column goes into which field of a contact, and which fields to create.

https://dev.emarsys.com/docs/core-api-reference/fields
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

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

CHOICES = frozenset({"singlechoice", "multichoice"})
# Those of them whose choices are listed.
_SYSTEM_CHOICES = frozenset({"gender", "title", "country", "salutation"})
TEXTS = frozenset({"shorttext", "longtext", "largetext"})

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


class Field(NamedTuple):
    """A field of a contact; id is empty while it does not exist yet."""

    name: str
    type: str
    id: str = ""

    @property
    def is_system(self) -> bool:
        """Whether every account has it."""
        return self.id in _SYSTEM_IDS


@dataclass
class FieldPlan:
    """Where columns go, by field of the diff; `email`, the key, is not among them."""

    fields: dict[str, Field] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def missing(self) -> list[Field]:
        """Those that the account lacks."""
        return [each for each in self.fields.values() if not each.id]


def plan_fields(
    columns: Sequence[Column], listed: Sequence[Mapping[str, Any]], new_text_type: str
) -> FieldPlan:
    """Match columns with the fields of the account: by id, by name, as system field.

    listed: the fields of the account as the API lists them. All problems are
    collected, so that the user sees them at once.
    """
    plan = FieldPlan()
    by_id = {str(each["id"]): each for each in listed}
    taken: dict[str, str] = {EMAIL_ID: "email"}
    if "email" not in {column.field for column in columns}:
        plan.problems.append(
            "there is no column 'email', by which Emarsys recognises a contact"
        )
    for column in columns:
        if column.field == "email":
            continue
        found = _find(column.field, by_id, listed)
        if len(found) > 1:
            plan.problems.append(
                f"Emarsys has {len(found)} fields called '{column.field}'; name the one"
                f" you mean by its id, one of {', '.join(found)}, under 'fields'"
            )
            continue
        chosen = (
            _field(by_id.get(found[0]), found[0], column)
            if found
            else Field(column.field, _NEW_TYPES.get(column.kind, new_text_type))
        )
        problem = _problem(column, chosen, taken)
        if problem:
            plan.problems.append(problem)
        else:
            taken[chosen.id or chosen.name.lower()] = column.field
            plan.fields[column.field] = chosen
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


def _field(entry: Mapping[str, Any] | None, id: str, column: Column) -> Field:
    entry = entry or {}
    kind = str(entry.get("application_type") or "").lower()
    # Consent is 1 or 2, however the account's list calls that.
    kind = "singlechoice" if id == OPT_IN_ID else kind
    return Field(str(entry.get("name") or column.field), kind, id)


def _problem(column: Column, chosen: Field, taken: Mapping[str, str]) -> str:
    key = chosen.id or chosen.name.lower()
    if key in taken:
        return f"'{column.field}' and '{taken[key]}' are the same field to Emarsys"
    if not chosen.id and (len(column.field) > LONGEST_NAME or column.field.isdigit()):
        return (
            f"'{column.field}' is neither the id of a field nor a name that a new one"
            f" can have, of up to {LONGEST_NAME} characters"
        )
    fits = _FITS.get(chosen.type)
    if fits is not None and column.kind not in fits:
        return (
            f"the field '{chosen.name}' is of type {chosen.type}, and the column"
            f" '{column.field}' of type {column.data_type} does not fit it; a field's"
            " type cannot be changed: cast the column or give it another name"
        )
    return ""
