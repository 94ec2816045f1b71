"""Snowflake's values as plain Python types."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timezone
from typing import Any

from outhaul import exact

_JSON_TYPES = ("VARIANT", "OBJECT", "ARRAY", "MAP")
_PLACES = ("GEOGRAPHY", "GEOMETRY")  # whose form the session may choose
# A null within an array is written `undefined`, which is no JSON.
_TEXT_OR_UNDEFINED = re.compile(r'"(?:[^"\\]|\\.)*"|\bundefined\b', re.DOTALL)


def rows_of(cursor: Any) -> list[tuple[Any, ...]]:
    """All rows of a cursor's statement."""
    readers = [
        (index, reader)
        for index, column in enumerate(cursor.description or ())
        if (reader := _reader(column[1])) is not None
    ]
    rows = cursor.fetchall()
    if not readers:
        return [tuple(row) for row in rows]
    return [_read(row, readers) for row in rows]


def written_rows(cursor: Any) -> int:
    """How many rows a statement wrote; DDL answers with one row of text."""
    names = [str(column[0]).lower() for column in cursor.description or ()]
    is_dml = bool(names) and names[0].startswith("number of ")
    return int(cursor.rowcount or 0) if is_dml else 0


def _read(
    row: tuple[Any, ...], readers: list[tuple[int, Callable[[Any], Any]]]
) -> tuple[Any, ...]:
    values = list(row)
    for index, reader in readers:
        if values[index] is not None:
            values[index] = reader(values[index])
    return tuple(values)


def _reader(type_code: int) -> Callable[[Any], Any] | None:
    """What makes a value of this type plain; None where it is already."""
    from snowflake.connector.constants import FIELD_ID_TO_NAME

    name = FIELD_ID_TO_NAME.get(type_code)
    if name in _JSON_TYPES:
        return _semi_structured
    if name in _PLACES:
        return _json_or_text
    if name in ("TIMESTAMP_TZ", "TIMESTAMP_LTZ"):
        return lambda moment: moment.astimezone(timezone.utc)
    if name == "BINARY":
        return bytes
    return None


def _semi_structured(value: Any) -> Any:
    """What the driver gives as text; of structured types it makes lists and dicts."""
    if not isinstance(value, str):
        return value
    if "undefined" in value:
        value = _TEXT_OR_UNDEFINED.sub(
            lambda token: "null" if token[0] == "undefined" else token[0], value
        )
    return exact.parse_json(value)


def _json_or_text(value: Any) -> Any:
    found = _semi_structured(value)
    return value if found is exact.NOT_JSON else found
