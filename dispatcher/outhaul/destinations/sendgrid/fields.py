"""Which column goes into which field of a contact, and which fields to create.

https://www.twilio.com/docs/sendgrid/api-reference/custom-fields
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from outhaul.model import Column, Kind

MOST_FIELDS = 500
"""Custom fields of an account; plans may allow fewer."""

# Fields that a request may set, with the longest text in characters, where the
# vendor tells one. The last five are missing from the request's schema, but
# reads return them and the account lists them as reserved.
WRITABLE: dict[str, int | None] = {
    "email": 254,
    "first_name": 50,
    "last_name": 50,
    "address_line_1": 100,
    "address_line_2": 100,
    "city": 60,
    "state_province_region": 50,
    "postal_code": None,
    "country": 50,
    "phone_number_id": None,
    "external_id": 254,
    "anonymous_id": 254,
    "alternate_emails": None,
    "phone_number": None,
    "whatsapp": None,
    "line": None,
    "facebook": None,
    "unique_name": None,
}

# Should the account's own answer ever leave one out.
_READ_ONLY = frozenset(
    "automation_id contact_id created_at email_domains id last_clicked last_emailed"
    " last_opened list_ids segment_ids singlesend_id updated_at".split()
)

_TYPES = {
    Kind.INTEGER: "Number",
    Kind.NUMBER: "Number",
    Kind.DATE: "Date",
    Kind.TIMESTAMP: "Date",
}
# An id or a postcode is often an integer; any other type in one is a mix-up.
_FITS_TEXT = frozenset({Kind.TEXT, Kind.INTEGER, Kind.OTHER})
_FITS_LIST = frozenset({Kind.JSON, Kind.OTHER})

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


class Custom(NamedTuple):
    """A custom field; id is empty while it does not exist yet."""

    name: str
    type: str
    id: str = ""


@dataclass
class FieldPlan:
    """Where columns go, by field: reserved ones by name, all others as custom."""

    reserved: list[str] = field(default_factory=list)
    custom: dict[str, Custom] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def missing(self) -> list[Custom]:
        """The custom fields that the account lacks."""
        return [custom for custom in self.custom.values() if not custom.id]


def plan_fields(
    columns: Sequence[Column], definitions: Mapping[str, Any], *, sanitize: bool
) -> FieldPlan:
    """Match columns with the fields of the account.

    definitions: the answer of `GET /v3/marketing/field_definitions`.
    All problems are collected, so that the user sees them at once.
    """
    plan = FieldPlan()
    existing = {
        str(entry["name"]).lower(): Custom(
            str(entry["name"]), str(entry["field_type"]), str(entry["id"])
        )
        for entry in definitions.get("custom_fields", [])
    }
    read_only = _READ_ONLY | {
        str(entry["name"]).lower()
        for entry in definitions.get("reserved_fields", [])
        if entry.get("read_only")
    }
    reserved = set(WRITABLE) | {
        str(entry["name"]).lower() for entry in definitions.get("reserved_fields", [])
    }
    taken: dict[str, str] = {}
    for column in columns:
        if column.field.lower() in read_only:
            plan.problems.append(
                f"'{column.field}' is set by SendGrid itself and cannot be written;"
                " leave the column out or give it another name"
            )
        elif column.field.lower() in reserved:
            _plan_reserved(plan, column)
        else:
            _plan_custom(plan, column, existing, taken, sanitize=sanitize)
    if "email" not in plan.reserved:
        plan.problems.insert(
            0, "there is no column 'email', by which SendGrid recognises a contact"
        )
    total = len(existing) + len(plan.missing)
    if plan.missing and total > MOST_FIELDS:
        plan.problems.append(
            f"{len(plan.missing)} custom fields would have to be created, and the"
            f" account has {len(existing)} of {MOST_FIELDS}"
        )
    return plan


def _plan_reserved(plan: FieldPlan, column: Column) -> None:
    name = column.field
    if name != name.lower():
        plan.problems.append(
            f"'{name}' is SendGrid's own field '{name.lower()}'; write it like that"
        )
        return
    fits = _FITS_LIST if name == "alternate_emails" else _FITS_TEXT
    if column.kind not in fits:
        wanted = "a list" if name == "alternate_emails" else "text"
        plan.problems.append(
            f"'{name}' takes {wanted}, and the column is of type {column.data_type};"
            " cast it in the select"
        )
        return
    plan.reserved.append(name)


def _plan_custom(
    plan: FieldPlan,
    column: Column,
    existing: Mapping[str, Custom],
    taken: dict[str, str],
    *,
    sanitize: bool,
) -> None:
    name = column.field
    if not _NAME.fullmatch(name):
        suggested = suggest_name(name)
        if not sanitize:
            plan.problems.append(
                f"'{name}' cannot be the name of a custom field, which holds letters,"
                f" digits and '_' alone; call it '{suggested}', or set"
                " 'sanitize_names: true'"
            )
            return
        name = suggested
    if name.lower() in taken:
        plan.problems.append(
            f"'{column.field}' and '{taken[name.lower()]}' are the same custom field"
            " to SendGrid"
        )
        return
    taken[name.lower()] = column.field
    wanted = _TYPES.get(column.kind, "Text")
    found = existing.get(name.lower(), Custom(name, wanted))
    if found.type != wanted:
        plan.problems.append(
            f"the custom field '{found.name}' holds {found.type} values, and the column"
            f" '{column.field}' of type {column.data_type} needs {wanted}; a field's"
            " type cannot be changed: cast the column or give it another name"
        )
        return
    plan.custom[column.field] = found


def suggest_name(name: str) -> str:
    """The closest name that SendGrid takes: 'total spend €' gives 'total_spend'."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9_]+", "_", plain).strip("_") or "field"
    return ("_" + words if words[0].isdigit() else words)[:100]
