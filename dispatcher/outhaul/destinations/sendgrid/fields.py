"""Which column goes into which field of a contact, how it is written, what to create.

https://www.twilio.com/docs/sendgrid/api-reference/custom-fields and, for the limits of
values, https://www.twilio.com/docs/sendgrid/api-reference/contacts
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from outhaul.errors import RowRefused
from outhaul.kit import values
from outhaul.kit.bodies import Field
from outhaul.kit.fields import Missing, Plan
from outhaul.kit.formats import Day, Format, Number, Text
from outhaul.model import Column, Kind

MOST_FIELDS = 500
"""Custom fields of an account; plans may allow fewer."""
LONGEST_TEXT = 1_000
"""Characters in a Text custom field. The vendor tells no number; ours."""
MOST_ALTERNATES = 5


class Alternates(Format):
    """A list of further addresses of a contact."""

    word = "a list of e-mail addresses"

    def one(self, field: str, value: Any) -> list[str]:
        if not isinstance(value, (list, tuple)):
            raise RowRefused("list", f"'{field}' is not a list of e-mail addresses")
        if len(value) > MOST_ALTERNATES:
            raise RowRefused(
                "too_long",
                f"'{field}' has {len(value)} addresses; SendGrid takes"
                f" {MOST_ALTERNATES}",
            )
        return [values.normal_email(address) for address in value]


# The vendor asks for a valid number; this form (E.164) is valid everywhere.
_PHONE = Text(
    pattern=re.compile(r"\+[1-9][0-9]{6,14}"),
    code="phone",
    problem="is not a telephone number such as +33612345678",
)
_TEXT = Text(LONGEST_TEXT)
# Fields that a request may set, with the longest text in characters where the
# vendor tells one. The last five are missing from the request's schema, but
# reads return them and the account lists them as reserved.
WRITABLE: dict[str, Format] = {
    "email": Text(254),
    "first_name": Text(50),
    "last_name": Text(50),
    "address_line_1": Text(100),
    "address_line_2": Text(100),
    "city": Text(60),
    "state_province_region": Text(50),
    "postal_code": _TEXT,
    "country": Text(50),
    "phone_number_id": _PHONE,
    "external_id": Text(254),
    "anonymous_id": Text(254),
    "alternate_emails": Alternates(),
    "phone_number": _TEXT,
    "whatsapp": _TEXT,
    "line": _TEXT,
    "facebook": _TEXT,
    "unique_name": _TEXT,
}
# An empty identifier identifies nobody, and alternate addresses stay as they are.
_NEVER_EMPTY = frozenset(
    {"alternate_emails", "phone_number_id", "external_id", "anonymous_id"}
)
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


class _Custom(NamedTuple):
    """A custom field that the account has."""

    name: str
    type: str
    id: str


def plan_fields(
    columns: Sequence[Column],
    definitions: Mapping[str, Any],
    *,
    date_format: str,
    sanitize: bool,
) -> Plan:
    """Match columns with the fields of the account: reserved ones, then custom ones.

    definitions: the answer of `GET /v3/marketing/field_definitions`. date_format: how
    dates are written. All problems are collected, so that the user sees them at once.
    """
    plan = Plan()
    customs = {
        str(entry["name"]).lower(): _Custom(
            str(entry["name"]), str(entry["field_type"]), str(entry["id"])
        )
        for entry in definitions.get("custom_fields", [])
    }
    listed = {
        str(entry["name"]).lower(): bool(entry.get("read_only"))
        for entry in definitions.get("reserved_fields", [])
    }
    read_only = _READ_ONLY | {name for name, is_fixed in listed.items() if is_fixed}
    formats = {"Text": _TEXT, "Number": Number(), "Date": Day(date_format)}
    for column in columns:
        if column.field.lower() in read_only:
            plan.problems.append(
                f"'{column.field}' is set by SendGrid itself and cannot be written;"
                " leave the column out or give it another name"
            )
        elif column.field.lower() in {*WRITABLE, *listed}:
            _plan_reserved(plan, column)
        elif name := _custom_name(plan, column, sanitize=sanitize):
            _plan_custom(plan, column, name, customs.get(name.lower()), formats)
    if plan.missing and len(customs) + len(plan.missing) > MOST_FIELDS:
        plan.problems.append(
            f"{len(plan.missing)} custom fields would have to be created, and the"
            f" account has {len(customs)} of {MOST_FIELDS}"
        )
    return plan


def _plan_reserved(plan: Plan, column: Column) -> None:
    name = column.field
    is_list = name == "alternate_emails"
    if name != name.lower():
        plan.problems.append(
            f"'{name}' is SendGrid's own field '{name.lower()}'; write it like that"
        )
    elif column.kind not in (_FITS_LIST if is_list else _FITS_TEXT):
        plan.problems.append(
            f"'{name}' takes {'a list' if is_list else 'text'}, and the column is of"
            f" type {column.data_type}; cast it in the select"
        )
    elif name != "email":
        null = None if name in _NEVER_EMPTY else ""
        plan.fields.append(Field(name, name, WRITABLE.get(name, _TEXT), null=null))


def _custom_name(plan: Plan, column: Column, *, sanitize: bool) -> str:
    """What the custom field of a column is called; empty where it has a problem."""
    name = column.field
    if not _NAME.fullmatch(name):
        suggested = suggest_name(name)
        if not sanitize:
            plan.problems.append(
                f"'{name}' cannot be the name of a custom field, which holds letters,"
                f" digits and '_' alone; call it '{suggested}', or set"
                " 'sanitize_names: true'"
            )
            return ""
        name = suggested
    return name if plan.takes(column, name.lower(), "custom field", "SendGrid") else ""


def _plan_custom(
    plan: Plan,
    column: Column,
    name: str,
    custom: _Custom | None,
    formats: Mapping[str, Format],
) -> None:
    wanted = _TYPES.get(column.kind, "Text")
    if custom is None:
        plan.missing.append(Missing(name, wanted))
        return
    if custom.type != wanted:
        plan.problems.append(
            f"the custom field '{custom.name}' holds {custom.type} values, and the"
            f" column '{column.field}' of type {column.data_type} needs {wanted}; a"
            " field's type cannot be changed: cast the column or give it another name"
        )
        return
    plan.ids[custom.name] = custom.id
    null = "" if wanted == "Text" else None
    plan.fields.append(
        Field(column.field, custom.id, formats[wanted], "custom_fields", null)
    )


def suggest_name(name: str) -> str:
    """The closest name that SendGrid takes: 'total spend €' gives 'total_spend'."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9_]+", "_", plain).strip("_") or "field"
    return ("_" + words if words[0].isdigit() else words)[:100]
