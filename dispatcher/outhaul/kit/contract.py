"""What a service takes of a diff's columns: told, and judged without asking anybody.

A service declares its platform's own fields (`own_fields`), the columns that have to be
there (`required`) and what becomes of all others (`others`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from outhaul.config.settings import describe_settings
from outhaul.kit.formats import Email, Format, Id
from outhaul.kit.service import Service
from outhaul.model import Column, Kind

_CHOICES = re.compile(r"\w+(\|\w+)*")
_LONGEST_ID = 255


class TakenField(NamedTuple):
    """A column that a service takes, for people.

    values: which texts are taken, where not all are. null: what one does.
    """

    name: str
    type: str
    is_required: bool
    longest: int | None
    values: str
    null: str


class ColumnProblem(NamedTuple):
    """What is wrong with a column, in a sentence that names it."""

    column: str
    text: str


def taken_fields(service: type[Service], options: Any = None) -> list[TakenField]:
    """The columns that a service knows by name, those first that it needs.

    options: those of a diff; None: whatever they are.
    """
    options_of = {each.name for each in describe_settings(service.Options)}
    null = "as `null_mode` says" if "null_mode" in options_of else service.null
    required = service.required(options)
    found = []
    for name, written in _formats(service, options).items():
        is_needed = name in required
        found.append(
            TakenField(
                name,
                written.word,
                is_needed,
                getattr(written, "longest", None),
                _values(written),
                "refuses the row" if is_needed else null,
            )
        )
    return found


def column_problems(
    service: type[Service], options: Any, columns: Sequence[Column]
) -> Iterator[ColumnProblem]:
    """Columns that are missing, that are not taken, and that are of another type."""
    present = {column.field for column in columns}
    for name, why in service.required(options).items():
        if name not in present:
            yield ColumnProblem(name, f"there is no column '{name}', {why}")
    for text in service.also_missing(options, present):
        yield ColumnProblem("", text)
    formats = _formats(service, options)
    for column in columns:
        written = formats.get(column.field)
        if written is None and not service.others:
            text = f"'{column.field}' is no field of the service: it has"
            yield ColumnProblem(column.field, f"{text} {', '.join(formats)}")
        elif written and column.kind not in {*written.kinds, Kind.OTHER}:
            yield ColumnProblem(
                column.field,
                f"'{column.field}' is {column.data_type}, and {written.word} is needed:"
                " cast it in the select",
            )


def _formats(service: type[Service], options: Any) -> dict[str, Format]:
    """The fields that are known by name, those first that are needed."""
    required: dict[str, Format] = {
        name: Email() if name == "email" else Id(_LONGEST_ID)
        for name in service.required(options)
    }
    return {**required, **service.known_fields()}


def _values(written: Format) -> str:
    pattern = getattr(written, "pattern", None)
    if pattern is None:
        return ""
    is_list = _CHOICES.fullmatch(pattern.pattern)
    return pattern.pattern.replace("|", ", ") if is_list else f"`{pattern.pattern}`"
