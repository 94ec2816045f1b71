"""How the stand-in of Splio reads a file of contacts.

https://dev-scp.splio.com/docs/datahub-contacts
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

from outhaul.sandbox.splio_rules import custom_problem, field_problem

MOST_LINES = 200_000

_NAME = re.compile(r"[A-Za-z0-9-]+_contacts_(?P<sub>[A-Za-z0-9-]+)_.*\.csv")
_EMAIL = re.compile(r"[^\sA-Z@]+@[^\sA-Z@]+\.[^\sA-Z@.]+")
_COLUMNS = (
    "email",
    "firstname",
    "lastname",
    "language",
    "cellphone",
    "dateOfCreation",
    "subscriptions",
)


def import_file(
    name: str,
    content: bytes,
    fields: Mapping[str, str],
    types: Mapping[str, str],
    sub_sequences: Mapping[str, bool],
    contacts: dict[str, dict[str, Any]],
) -> dict[str, Any]:
    """Work a file into the contacts; returns what its log would tell.

    fields: headings of custom columns to names of fields. types: of these.
    """
    result: dict[str, Any] = {
        "file": name,
        "created": 0,
        "updated": 0,
        "ignored": 0,
        "problem": "",
    }
    match = _NAME.fullmatch(name)
    if match is None or match["sub"] not in sub_sequences:
        return {**result, "problem": "no such scope or sub-sequence"}
    lines = content.decode("utf-8", "replace").split("\n")
    rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=";"))
    if len(lines) - 1 > MOST_LINES or len(rows) != len(lines) - 1:
        return {**result, "problem": "too many lines, or a value over several lines"}
    head, *values = rows
    unknown = [each for each in head if each not in (*_COLUMNS, *fields)]
    if unknown or len(set(head)) != len(head) or "email" not in head:
        return {**result, "problem": f"columns: {unknown or head}"}
    names = [fields.get(each, each) for each in head]
    for row in values:
        contact = dict(zip(names, row, strict=False))
        may_create = sub_sequences[match["sub"]]
        outcome = _import_row(contact, types, may_create, contacts)
        result[outcome] += 1
    return result


def _import_row(
    contact: dict[str, str],
    types: Mapping[str, str],
    may_create: bool,
    contacts: dict[str, dict[str, Any]],
) -> str:
    email = contact["email"]
    has_problem = any(
        custom_problem(types[name], value, in_file=True)
        if name in types
        else field_problem(name, value)
        for name, value in contact.items()
    )
    if has_problem or not _EMAIL.fullmatch(email):
        return "ignored"
    if email in contacts:
        contacts[email] |= contact
        return "updated"
    if not may_create:
        return "ignored"
    contacts[email] = dict(contact)
    return "created"
