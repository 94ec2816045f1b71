"""Limits of the stand-in of SendGrid, and what it checks before it takes a request."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from outhaul.sandbox.messages import Request
from outhaul.sandbox.sendgrid_store import FIELDS, IDENTIFIERS
from outhaul.sandbox.stand_in import Refused

MOST_ROWS = 30_000
MOST_BYTES = 6_000_000
MOST_LOOKUPS = 100
LONGEST_IN_SEARCH = 100
LONGEST_ADDRESS = 254
MOST_FIELDS = 500
MOST_ALTERNATES = 5

READ_ONLY = {
    "email_domains": "Text",
    "last_clicked": "Date",
    "last_opened": "Date",
    "last_emailed": "Date",
    "singlesend_id": "Text",
    "automation_id": "Text",
    "created_at": "Date",
    "updated_at": "Date",
    "contact_id": "Text",
}
# Fields that imports take and the listing of reserved fields leaves out.
UNLISTED = frozenset({"phone_number_id", "external_id", "anonymous_id"})

EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.(?!invalid$)[^\s@.]+", re.IGNORECASE)
PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
FIELD_TYPES = ("Text", "Number", "Date")


def object_of(request: Request) -> dict[str, Any]:
    """The body of a request. Raises Refused where it is not a JSON object."""
    try:
        body = request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused(400, "the body must be a JSON object")
    return body


def is_address(value: Any) -> bool:
    """Whether this can be the address of a contact."""
    return (
        isinstance(value, str)
        and len(value) <= LONGEST_ADDRESS
        and bool(EMAIL.fullmatch(value.strip()))
    )


def asked_in(request: Request, key: str) -> list[str]:
    """What a search asks for; empty texts are left out."""
    wanted = object_of(request).get(key)
    if not isinstance(wanted, list) or not all(isinstance(e, str) for e in wanted):
        raise Refused(400, f"{key} must be a list of texts", key)
    if len(wanted) > MOST_LOOKUPS:
        raise Refused(400, f"at most {MOST_LOOKUPS} {key}", key)
    return [each.strip() for each in wanted if each.strip()]


def reserved_fields() -> list[dict[str, Any]]:
    """The fields that every account has, as their listing shows them."""
    names = [(name, "Text", False) for name in FIELDS if name not in UNLISTED]
    names += [(name, kind, True) for name, kind in READ_ONLY.items()]
    return [
        {"id": f"_rf{number}_{kind[0]}", "name": name, "field_type": kind}
        | ({"read_only": True} if read_only else {})
        for number, (name, kind, read_only) in enumerate(names)
    ]


def check_rows(rows: Sequence[Any], fields: Collection[str]) -> None:
    """What the vendor checks before it queues an import.

    fields: ids of the custom fields.
    """
    bad = [
        row["email"]
        for row in rows
        if isinstance(row, dict)
        and isinstance(row.get("email"), str)
        and not EMAIL.fullmatch(row["email"].strip())
    ]
    if bad:
        raise Refused(400, f"email '{bad[0]}' is not valid", "email")
    for row in rows:
        _check_row(row, fields)
    for key in IDENTIFIERS:
        named = [str(row[key]).strip().lower() for row in rows if row.get(key)]
        if len(set(named)) < len(named):
            raise Refused(400, f"a contact is named twice by its {key}", "contacts")


def _check_row(row: Any, fields: Collection[str]) -> None:
    if not isinstance(row, dict) or not any(row.get(key) for key in IDENTIFIERS):
        raise Refused(400, "a contact needs an identifier", "contacts")
    for name, value in row.items():
        if name == "custom_fields":
            continue
        if name == "alternate_emails":
            if not isinstance(value, list) or len(value) > MOST_ALTERNATES:
                raise Refused(400, "at most 5 alternate emails", name)
            if not all(map(is_address, value)):
                raise Refused(400, "an alternate email is not valid", name)
            continue
        if name not in FIELDS or not isinstance(value, str):
            raise Refused(400, "unknown field or wrong type", name)
        if name == "phone_number_id" and not PHONE.fullmatch(value):
            raise Refused(400, "invalid phone number", name)
        longest = FIELDS[name]
        if longest is not None and len(value) > longest:
            raise Refused(400, f"length should be less than {longest}", name)
    for field_id, value in (row.get("custom_fields") or {}).items():
        if field_id not in fields:
            raise Refused(400, "invalid custom field id", field_id)
        if value is None:
            raise Refused(400, f'custom field "{field_id}" cannot be null')
