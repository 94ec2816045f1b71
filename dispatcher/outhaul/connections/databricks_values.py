"""Databricks' values as plain Python types."""

from __future__ import annotations

from typing import Any

from outhaul import exact

_NESTED = ("array", "map", "struct")


def rows_of(cursor: Any) -> list[tuple[Any, ...]]:
    """All rows of a cursor's statement."""
    types = [str(column[1]) for column in cursor.description or ()]
    rows = cursor.fetchall()
    if not any(name in (*_NESTED, "variant", "float") for name in types):
        return [tuple(row) for row in rows]
    return [tuple(map(_plain, row, types)) for row in rows]


def _plain(value: Any, type_name: str) -> Any:
    if value is None:
        return None
    if type_name == "variant":
        return exact.parse_json(value)
    if type_name == "float":
        return exact.single(value)
    if type_name == "map":
        return dict(_nested(value))  # without pairs it is an empty one
    return _nested(value) if type_name in _NESTED else value


def _nested(value: Any) -> Any:
    """The same without the pairs of which the driver makes maps."""
    if isinstance(value, dict):
        return {key: _nested(each) for key, each in value.items()}
    if not isinstance(value, list):
        return value
    if value and all(isinstance(each, tuple) for each in value):
        return {key: _nested(each) for key, each in value}
    return [_nested(each) for each in value]
