"""The values of many rows at once: what `values.py` does, a column at a time.

Each function takes the values of one column, in the order of the rows, and gives what
`values.py` gives for each of them. It decides by looks at the column as a whole, such
as the set of its types, which costs a fraction. Where a value would be refused, it
raises `OneByOne`: the rows are then encoded one by one, which tells what is wrong with
which. A null stays None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timezone
from decimal import Decimal
from functools import partial
from itertools import repeat
from operator import attrgetter
from typing import Any

import orjson

from outhaul.errors import RowRefused
from outhaul.kit import values
from outhaul.kit.service import OneByOne

Values = Sequence[Any]

_NULL = type(None)
_UTC = timezone.utc
_UTC_SUFFIX = len("+00:00")
_LARGEST_INTEGER = 2**53
# Fewer than the exponent of a double allows, so that none is near its limit.
_LARGEST_DIGITS = 300
# Numbers of fewer characters are below 2^53, and their exponent is near no limit.
_SHORT = 16
_SECONDS = re.compile("%Y-%m-%d([^%]?)%H:%M:%S([^%]*)")
_TIMES = orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z
_zone = attrgetter("tzinfo")


def records(
    fields: Sequence[str], columns: Sequence[Values], *, nulls: bool = True
) -> list[dict[str, Any]]:
    """A mapping for each row; without `nulls`, a field that is null is left out."""
    # Without a line of Python for each row, which takes a third less.
    rows: list[dict[str, Any]] = list(
        map(dict, map(zip, repeat(fields), zip(*columns, strict=True)))
    )
    if not nulls:
        for field, column in zip(fields, columns, strict=True):
            if _has_nulls(column):
                for row, value in zip(rows, column, strict=True):
                    if value is None:
                        del row[field]
    return rows


def as_json(found: Iterable[Any], option: int = 0) -> list[bytes]:
    """Each as a JSON document, with times in UTC as `for_json` leaves them."""
    dumps, option = orjson.dumps, option | _TIMES
    try:
        return list(map(dumps, found, repeat(None), repeat(option)))
    except orjson.JSONEncodeError:  # an integer of more than 64 bits
        raise OneByOne from None


def texts(column: Values, longest: int | None = None) -> Values:
    """See `values.text`."""
    kinds = _kinds(column)
    if kinds <= {str}:
        return _checked(column, longest)
    if kinds == {int} and _within(column, 2**63):
        found: Values = _each(column, str)
    elif kinds == {Decimal} or kinds == {float}:
        found = _decimals(column, kinds)
    elif kinds == {date}:
        found = _each(column, date.isoformat)
    elif kinds == {datetime}:
        found = _in_utc(column, "T", "auto", "Z")
    else:
        return _singly(column, partial(values.text, longest=longest))
    if longest is not None and max(map(len, filter(None, found))) > longest:
        raise OneByOne
    return found


def numbers(column: Values) -> Values:
    """See `values.number`."""
    kinds = _kinds(column)
    if kinds == {int}:
        if _within(column, _LARGEST_INTEGER):
            return column
        raise OneByOne
    if kinds == {float}:
        return _fragments(_decimals(column, kinds))
    if kinds == {Decimal}:
        found = _decimals(column, kinds)
        if max(map(len, filter(None, found))) < _SHORT:
            return _fragments(found)
    return _singly(column, values.number)


def for_json(column: Values) -> Values:
    """See `values.as_json`."""
    kinds = _kinds(column)
    if kinds <= {bool} or kinds == {int}:
        return column
    if kinds == {Decimal} or kinds == {float}:
        return _fragments(_decimals(column, kinds))
    if kinds == {datetime}:
        _zone_of(column)  # what is in UTC, orjson writes as we do, and days too
    if kinds == {datetime} or kinds == {date}:
        return column
    if kinds == {str}:
        return _checked(column, None)
    return _singly(column, values.as_json)


def booleans(column: Values) -> Values:
    """See `values.boolean`."""
    if _kinds(column) <= {bool}:
        return column
    raise OneByOne


def emails(column: Values, longest: int = values.LONGEST_EMAIL) -> list[str]:
    """See `values.normal_email`; a null is refused."""
    if set(map(type, column)) != {str}:
        raise OneByOne
    joined = "\n".join(column)
    if not joined.isascii():
        return _singly(column, lambda _, value: values.normal_email(value, longest))
    found = list(column)
    if joined.lower() != joined or not values.are_emails(found):
        found = [value.strip(" ").lower() for value in column]
        if not values.are_emails(found):
            raise OneByOne
    _checked(found, longest)
    return found


def iso_days(column: Values) -> Values:
    """See `values.day`; in the form of ISO 8601."""
    return _each(_days(column), date.isoformat)


def days(column: Values, render: Callable[[date], str]) -> Values:
    """See `values.day`; each day is rendered, equal ones once."""
    column = _days(column)
    rendered: dict[date | None, str | None] = {
        day: render(day) for day in set(column) if day is not None
    }
    rendered[None] = None
    return [rendered[day] for day in column]


def seconds(column: Values, between: str = "T", end: str = "") -> Values:
    """See `values.seconds`."""
    kinds = _kinds(column)
    if kinds == {datetime}:
        return _in_utc(column, between, "seconds", end)
    midnight = f"{between}00:00:00{end}"
    if kinds <= {date}:
        return _each(column, lambda day: day.isoformat() + midnight)
    raise OneByOne


def is_to_the_second(notation: str) -> re.Match[str] | None:
    """Whether `seconds` can write in a notation of strftime: `between` and `end`."""
    return _SECONDS.fullmatch(notation)


def _days(column: Values) -> Values:
    kinds = _kinds(column)
    if kinds == {datetime}:
        _zone_of(column)
        return _each(column, datetime.date)
    return column if kinds <= {date} else _singly(column, values.day)


def _kinds(column: Values) -> set[type]:
    kinds = set(map(type, column))
    kinds.discard(_NULL)
    return kinds


def _has_nulls(column: Values) -> bool:
    """By their types: to compare each with None takes a decimal half a microsecond."""
    return _NULL in set(map(type, column))


def _within(column: Values, limit: int) -> bool:
    present = [value for value in column if value is not None]
    return bool(-limit <= min(present) and max(present) <= limit)


def _each(column: Values, render: Callable[[Any], Any]) -> list[Any]:
    if not _has_nulls(column):
        return list(map(render, column))
    return [None if value is None else render(value) for value in column]


def _singly(column: Values, render: Callable[[str, Any], Any]) -> list[Any]:
    """For types that are rare: a look at each value."""
    try:
        return _each(column, partial(render, ""))
    except RowRefused:
        raise OneByOne from None


def _checked(column: Values, longest: int | None) -> Values:
    """Texts that hold what may be sent."""
    present = list(filter(None, column))
    joined = "".join(present)
    if "\x00" in joined or not values.is_unicode(joined):
        raise OneByOne
    if longest is not None and present and max(map(len, present)) > longest:
        raise OneByOne
    return column


def _decimals(column: Values, kinds: set[type]) -> list[Any]:
    """Plain decimal texts, exact, of floats or of decimals."""
    shown = _each(column, repr if kinds == {float} else str)
    joined = "\n".join(filter(None, shown))
    # An exponent, not a number, infinite, or below zero and nearly there.
    is_odd = any(mark in joined for mark in ("E", "e", "N", "n", "I", "-0"))
    if is_odd or max(map(len, filter(None, shown))) > _LARGEST_DIGITS:
        return _singly(column, partial(values.plain, exact=True))
    if joined.count(".") == len(shown):
        return list(map(str.rstrip, map(str.rstrip, shown, repeat("0")), repeat(".")))
    return [
        text.rstrip("0").rstrip(".") if text is not None and "." in text else text
        for text in shown
    ]


def _fragments(found: Values) -> list[Any]:
    return _each(found, orjson.Fragment)


def _zone_of(column: Values) -> timezone | None:
    """The zone that all times have: none, which counts as UTC, or UTC."""
    zones: set[timezone | None] = set(map(_zone, filter(None, column)))
    if len(zones) == 1 and zones <= {None, _UTC}:
        return next(iter(zones))
    raise OneByOne


def _in_utc(column: Values, between: str, precision: str, end: str) -> list[Any]:
    cut = None if _zone_of(column) is None else -_UTC_SUFFIX
    return [
        None if moment is None else moment.isoformat(between, precision)[:cut] + end
        for moment in column
    ]
