"""Columns of a Splio contact, what may be in them, and which fields to create.

https://dev-scp.splio.com/docs/datahub-contacts
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from outhaul.errors import RowRefused
from outhaul.kit import values
from outhaul.kit.columns import Values, emails, texts
from outhaul.kit.service import OneByOne
from outhaul.model import Column, Kind

LONGEST_EMAIL = 100

# Longest texts in characters, where the vendor tells one.
STANDARD: dict[str, int | None] = {
    "email": LONGEST_EMAIL,
    "customer_key": 100,
    "lastname": 255,
    "firstname": 255,
    "language": 2,
    "cellphone": 30,
    "dateOfCreation": None,
    "subscriptions": None,
}
LANGUAGES = frozenset("ar br ca cz de en es fr gr it ja kr nl pl ru tr zh".split())

_SUBSCRIPTIONS = re.compile(r"[+-]\d+(,[+-]\d+)*")
_CELLPHONE = re.compile(r"(00|\+)?\d+")
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


class Custom(NamedTuple):
    """A custom field. `id` is None before it is created; `type` is empty where the
    listing does not tell it."""

    name: str
    type: str
    id: int | None = None


@dataclass
class FieldPlan:
    """Custom fields by the column's field, those to create, and what cannot work."""

    custom: dict[str, Custom] = field(default_factory=dict)
    missing: list[Custom] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def notes(self) -> list[str]:
        """What would be created, for `outhaul check`."""
        return [
            f"custom field '{custom.name}' ({custom.type}) will be created"
            for custom in self.missing
        ]


def plan_fields(
    columns: Sequence[Column],
    known: Sequence[Custom] | None,
    confirmed: Sequence[str] = (),
    without: Sequence[str] = (),
) -> FieldPlan:
    """Sort columns into standard fields, custom ones, and ones to create.

    known: the fields that Splio lists; None where it cannot be asked, so that only
    `confirmed` ones may be used. without: standard columns that this way lacks.
    """
    plan = FieldPlan()
    by_name = {each.name: each for each in known or ()}
    for column in columns:
        if column.field in without:
            plan.problems.append(f"column '{column.field}' cannot be sent this way")
        elif column.field in STANDARD:
            continue
        elif known is None:
            _add_confirmed(plan, column, confirmed)
        elif column.field in by_name:
            _add_known(plan, column, by_name[column.field])
        else:
            _add_missing(plan, column)
    return plan


def checked_column(field: str, column: Values) -> Values:
    """The values of a standard field as Splio takes them. Raises OneByOne."""
    if field == "email":
        return emails(column, LONGEST_EMAIL)
    if field == "dateOfCreation":
        return column
    found = texts(column, STANDARD[field])
    if any(_is_wrong(field, text) for text in found if text is not None):
        raise OneByOne
    return found


def checked(field: str, value: Any) -> Any:
    """The value of a standard field as Splio takes it. Raises RowRefused."""
    if field == "email":
        return values.normal_email(value, LONGEST_EMAIL)
    if value is None:
        return None
    if field == "dateOfCreation":
        return value
    text = values.text(field, value, STANDARD[field])
    if _is_wrong(field, text):
        raise RowRefused(field, f"'{field}' is not in the form that Splio takes")
    return text


def _is_wrong(field: str, text: str) -> bool:
    return (
        (field == "language" and text not in LANGUAGES)
        or (field == "cellphone" and not _CELLPHONE.fullmatch(text))
        or (field == "subscriptions" and not _SUBSCRIPTIONS.fullmatch(text))
    )


def _add_confirmed(plan: FieldPlan, column: Column, confirmed: Sequence[str]) -> None:
    if column.field in confirmed:
        plan.custom[column.field] = Custom(column.field, "text")
        return
    plan.problems.append(
        f"column '{column.field}': Splio skips a file with a column that it does not"
        " know. Set 'api_key', so that fields can be checked and created, or add it to"
        " 'confirmed_columns' once it exists"
    )


def _add_known(plan: FieldPlan, column: Column, custom: Custom) -> None:
    if column.kind not in _TAKES.get(custom.type, frozenset(Kind)):
        plan.problems.append(
            f"column '{column.field}' is {column.data_type}, but the custom field of"
            f" this name is of type {custom.type}"
        )
    plan.custom[column.field] = custom


def _add_missing(plan: FieldPlan, column: Column) -> None:
    if not _NAME.fullmatch(column.field):
        plan.problems.append(
            f"column '{column.field}' cannot be the name of a new custom field: use"
            " up to 50 lower-case letters, digits and '_'"
        )
        return
    custom = Custom(column.field, _TYPES.get(column.kind, "text"))
    plan.custom[column.field] = custom
    plan.missing.append(custom)
