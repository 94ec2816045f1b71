"""What a column becomes at Batch: a typed key, and values as that type takes them.

https://doc.batch.com/developer/api/cep/profiles/update
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from outhaul.kit import values
from outhaul.kit.bodies import Field
from outhaul.kit.fields import Plan
from outhaul.kit.formats import Boolean, Format, Moment, Number, Text, Texts
from outhaul.model import Column, Kind

LONGEST_ID = 512
LONGEST_NAME = 30
LONGEST_URL = 2_048
# Of the newer API; the older one tells none.
MOST_TEXTS = 25

_NAME = re.compile(r"[a-z0-9_]{1,30}")
_URL = re.compile(r"url\((.*)\)")
_TYPES = {
    Kind.INTEGER: "number",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.TIMESTAMP: "date",
    Kind.JSON: "list",
}


@dataclass(frozen=True)
class TextChanges(Texts):
    """A list of texts, or an object of texts to `$add` and texts to `$remove`."""

    def one(self, field: str, value: Any) -> Any:
        found = values.nested(field, value)
        if isinstance(found, dict) and found.keys() <= {"$add", "$remove"}:
            changes = {
                key: super(TextChanges, self).one(field, found[key]) for key in found
            }
            return {key: each for key, each in changes.items() if each} or None
        return super().one(field, value)


@dataclass(frozen=True)
class Form:
    """How one of Batch's APIs writes attributes.

    formats, keys: by type, how values are written and the pattern of the key. An empty
    text or list deletes the attribute, as a null does.
    """

    formats: dict[str, Format]
    keys: dict[str, str]

    @classmethod
    def mep(cls, *, is_cut: bool) -> Form:
        """That of the older API; is_cut: texts that are too long are cut off."""
        text = Text(64, is_cut=is_cut, clears=True)
        formats = _formats(text, 64, Texts(MOST_TEXTS, 64), end="")
        keys = {**dict.fromkeys(formats, "u.{}"), "date": "date(u.{})", "list": "ut.{}"}
        return cls(formats, keys)

    @classmethod
    def cep(cls, *, is_cut: bool) -> Form:
        """That of the newer API."""
        text = Text(300, is_cut=is_cut, clears=True)
        formats = _formats(text, LONGEST_URL, TextChanges(MOST_TEXTS, 300), end="Z")
        keys = {**dict.fromkeys(formats, "{}"), "date": "date({})", "url": "url({})"}
        return cls(formats, keys)


def _formats(text: Text, longest_url: int, texts: Texts, end: str) -> dict[str, Format]:
    """end: appended to a time, which is in UTC."""
    return {
        "text": text,
        "url": Text(longest_url, clears=True),
        "number": Number(),
        "boolean": Boolean(),
        "date": Moment(end=end),
        "list": texts,
    }


def plan_attributes(
    plan: Plan, columns: Sequence[Column], form: Form, group: str = ""
) -> None:
    """Add to a plan the attribute of each column, in the object `group` if any."""
    for column in columns:
        name, kind = column.field, _TYPES.get(column.kind, "text")
        if (url := _URL.fullmatch(name)) is not None:
            name, kind = url[1], "url"
        if not _NAME.fullmatch(name):
            plan.problems.append(
                f"'{column.field}' cannot be the name of an attribute, which has 1 to"
                f" {LONGEST_NAME} lower-case letters, digits and '_'; call it"
                f" '{suggest_name(name)}'"
            )
        elif plan.takes(column, name, "attribute", "Batch"):
            key = form.keys[kind].format(name)
            plan.fields.append(Field(column.field, key, form.formats[kind], group))


def suggest_name(name: str) -> str:
    """The closest name that Batch takes: 'Total Spend' gives 'total_spend'."""
    words = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_")
    return words[:LONGEST_NAME] or "attribute"
