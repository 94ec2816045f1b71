"""Redshift's values without what its driver would change; see `outhaul.exact`."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from outhaul import exact

SESSION = ("set datestyle to 'ISO'", "set timezone to 'UTC'")
_DATE, _TIMESTAMP, _TIMESTAMPTZ, _REAL = 1082, 1114, 1184, 700
_INTERVAL, _YEAR_TO_MONTH, _DAY_TO_SECOND = 1186, 188, 190
_SUPER, _VARBYTE = 4000, 6551
_TEXT, _BINARY = 0, 1

_Reader = Callable[[bytes, int, int], Any]


def prepared(connection: Any) -> Any:
    """A connection with dates and times as written, and intervals as they are kept.

    The driver would bend those that Python cannot hold to the nearest ones that it can.
    """
    types = connection.redshift_types.copy()
    types[_DATE] = (_TEXT, _of_text(exact.day))
    types[_TIMESTAMP] = types[_TIMESTAMPTZ] = (_TEXT, _of_text(exact.moment))
    types[_REAL] = (_BINARY, _unpacked("!f", exact.single))
    types[_INTERVAL] = (
        _BINARY,
        _unpacked("!qii", lambda micros, days, n: exact.duration(n, days, micros)),
    )
    types[_YEAR_TO_MONTH] = (
        _BINARY,
        _unpacked("!i", lambda months: exact.duration(months, 0, 0)),
    )
    types[_DAY_TO_SECOND] = (
        _BINARY,
        _unpacked("!q", lambda micros: exact.duration(0, 0, micros)),
    )
    connection.redshift_types = types
    return connection


def rows_of(cursor: Any) -> list[tuple[Any, ...]]:
    """All rows; SUPER and VARBYTE as every other warehouse gives them."""
    kinds = [column[1] for column in cursor.description or ()]
    readers: dict[int, Callable[[Any], Any]] = {}
    for index, kind in enumerate(kinds):
        if kind == _SUPER:
            readers[index] = exact.parse_json
        elif kind == _VARBYTE:
            readers[index] = bytes.fromhex
    if not cursor.description:
        return []
    if not readers:
        return [tuple(row) for row in cursor.fetchall()]
    return [
        tuple(
            readers[index](value) if index in readers and value is not None else value
            for index, value in enumerate(row)
        )
        for row in cursor.fetchall()
    ]


def _of_text(read: Callable[[str], Any]) -> _Reader:
    return lambda data, start, length: read(str(data[start : start + length], "utf-8"))


def _unpacked(form: str, read: Callable[..., Any]) -> _Reader:
    return lambda data, start, length: read(*struct.unpack_from(form, data, start))
