"""What a column becomes at Batch: a typed key, and values as that type takes them.

https://doc.batch.com/developer/api/cep/profiles/update
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from outhaul.errors import RowRefused
from outhaul.kit import columns, values
from outhaul.kit.service import OneByOne
from outhaul.model import Column, Kind

LONGEST_ID = 512
LONGEST_NAME = 30
LONGEST_URL = 2_048

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


class Attribute(NamedTuple):
    """Where the values of a field go: a key of the request, and the type of it."""

    field: str
    key: str
    type: str


@dataclass(frozen=True)
class Form:
    """How one of Batch's APIs writes attributes.

    keys: type to the pattern of its key. times: appended to a time, which is in
    UTC. longest_text, most_texts: characters of a text, texts of a list.
    """

    keys: dict[str, str]
    times: str
    longest_text: int
    longest_url: int
    most_texts: int


MEP = Form(
    keys={
        "text": "u.{}",
        "number": "u.{}",
        "boolean": "u.{}",
        "url": "u.{}",
        "date": "date(u.{})",
        "list": "ut.{}",
    },
    times="",
    longest_text=64,
    longest_url=64,
    # Not told; that of the newer API.
    most_texts=25,
)
CEP = Form(
    keys={
        "text": "{}",
        "number": "{}",
        "boolean": "{}",
        "url": "url({})",
        "date": "date({})",
        "list": "{}",
    },
    times="Z",
    longest_text=300,
    longest_url=LONGEST_URL,
    most_texts=25,
)


def plan(columns: Sequence[Column], form: Form) -> tuple[list[Attribute], list[str]]:
    """The attribute of each column, and a sentence for each that cannot be one."""
    attributes: list[Attribute] = []
    problems = []
    named: dict[str, str] = {}
    for column in columns:
        name, kind = column.field, _TYPES.get(column.kind, "text")
        if (url := _URL.fullmatch(name)) is not None:
            name, kind = url[1], "url"
        if name in named:
            problems.append(
                f"'{column.field}' and '{named[name]}' are the same attribute to Batch"
            )
        elif _NAME.fullmatch(name):
            named[name] = column.field
            attributes.append(
                Attribute(column.field, form.keys[kind].format(name), kind)
            )
        else:
            problems.append(
                f"'{column.field}' cannot be the name of an attribute, which has 1 to"
                f" {LONGEST_NAME} lower-case letters, digits and '_'; call it"
                f" '{suggest_name(name)}'"
            )
    return attributes, problems


def suggest_name(name: str) -> str:
    """The closest name that Batch takes: 'Total Spend' gives 'total_spend'."""
    words = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_")
    return words[:LONGEST_NAME] or "attribute"


def custom_id(value: Any, *, lowercase: bool) -> str:
    """The id by which an app knows a user: trimmed, in its own case unless asked."""
    if value is None or (isinstance(value, str) and not value.strip()):
        raise RowRefused("no_id", "the custom user id is empty")
    rendered = values.text("custom_id", value, LONGEST_ID).strip(" ")
    if rendered != rendered.strip():
        # The build compares identities without outer spaces, not without these.
        raise RowRefused("id", "the custom user id begins or ends with a line break")
    if lowercase:
        return values.in_one_spelling("custom_id", values.folded(rendered))
    return rendered


def render(attribute: Attribute, value: Any, form: Form, *, truncate: bool) -> Any:
    """A value for JSON; None deletes the attribute, as do empty texts and lists."""
    field = attribute.field
    if value is None:
        return None
    if attribute.type == "number":
        return values.number(field, value)
    if attribute.type == "boolean":
        return values.boolean(field, value)
    if attribute.type == "date":
        return values.seconds(field, value, end=form.times)
    if attribute.type == "list":
        return _texts(field, value, form)
    if attribute.type == "url":
        return values.text(field, value, form.longest_url) or None
    if truncate:
        return values.text(field, value)[: form.longest_text] or None
    return values.text(field, value, form.longest_text) or None


def custom_ids(column: columns.Values, *, lowercase: bool) -> list[str]:
    """See `custom_id`. Raises OneByOne."""
    found = [
        "" if text is None else text.strip(" ")
        for text in columns.texts(column, LONGEST_ID)
    ]
    if not all(found) or any(text != text.strip() for text in found):
        raise OneByOne
    if lowercase and not "".join(found).isascii():
        raise OneByOne  # see `values.in_one_spelling`
    return [text.lower() for text in found] if lowercase else found


def render_all(
    attribute: Attribute, column: columns.Values, form: Form, *, truncate: bool
) -> columns.Values:
    """See `render`. Raises OneByOne."""
    if attribute.type == "number":
        return columns.numbers(column)
    if attribute.type == "boolean":
        return columns.booleans(column)
    if attribute.type == "date":
        return columns.seconds(column, end=form.times)
    if attribute.type in ("url", "text") and not truncate:
        is_url = attribute.type == "url"
        longest = form.longest_url if is_url else form.longest_text
        return [text or None for text in columns.texts(column, longest)]
    try:
        return [render(attribute, each, form, truncate=truncate) for each in column]
    except RowRefused:
        raise OneByOne from None


def _texts(field: str, value: Any, form: Form) -> Any:
    """A list of texts; the newer API also takes `{"$add": […], "$remove": […]}`."""
    found = values.nested(field, value)
    if isinstance(found, dict) and form is CEP and found.keys() <= {"$add", "$remove"}:
        changes = {key: _texts(field, each, form) for key, each in found.items()}
        return {key: each for key, each in changes.items() if each} or None
    return values.texts(field, found, form.most_texts, form.longest_text) or None
