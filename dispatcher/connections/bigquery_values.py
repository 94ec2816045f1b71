"""Values on their way to BigQuery and back.

https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from dispatcher.connections.base import import_driver, parse_json

_INTEGERS = range(-(2**63), 2**63)


def bound(value: Any) -> Any:
    """A value as a positional parameter; None is a null text, which null tests take."""
    bigquery = import_driver("google.cloud.bigquery", "bigquery")
    return bigquery.ScalarQueryParameter(None, _type_of(value), value)


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "BOOL"
    if isinstance(value, int):
        return "INT64" if value in _INTEGERS else "BIGNUMERIC"
    if isinstance(value, datetime):
        return "DATETIME" if value.tzinfo is None else "TIMESTAMP"
    types: tuple[tuple[type, str], ...] = (
        (float, "FLOAT64"),
        (Decimal, "BIGNUMERIC"),
        (date, "DATE"),
        (time, "TIME"),
        (bytes, "BYTES"),
    )
    for python_type, name in types:
        if isinstance(value, python_type):
            return name
    return "STRING"


def rows_of(result: Any, storage_client: Any = None) -> Iterator[tuple[Any, ...]]:
    """The rows of a `RowIterator`, a page or an Arrow batch at a time.

    storage_client: of the Storage API, which large results are read through.
    """
    if storage_client is not None:
        readers = [reader_of(field) for field in result.schema]
        for batch in result.to_arrow_iterable(bqstorage_client=storage_client):
            columns = [
                values if reader is None else [reader(value) for value in values]
                for values, reader in zip(
                    (column.to_pylist() for column in batch.columns),
                    readers,
                    strict=True,
                )
            ]
            yield from zip(*columns, strict=True)
        return
    width = range(len(result.schema))
    for page in result.pages:
        for row in page:
            yield tuple(_plain(row[index]) for index in width)


def _plain(value: Any) -> Any:
    """A value of the REST API; an interval, which Python has no type for, as text."""
    if type(value).__name__ == "relativedelta":
        return _interval_text(
            value.years * 12 + value.months,
            value.days,
            ((value.hours * 60 + value.minutes) * 60 + value.seconds) * 1_000_000
            + value.microseconds,
        )
    return value


def reader_of(field: Any) -> Callable[[Any], Any] | None:
    """What turns a value of Arrow into that of the REST API; None: it is the same."""
    read = _reader_of_one(field)
    if read is None:
        return None
    if field.mode != "REPEATED":
        return lambda value: None if value is None else read(value)
    return lambda values: (
        None
        if values is None
        else [None if value is None else read(value) for value in values]
    )


def _reader_of_one(field: Any) -> Callable[[Any], Any] | None:
    if field.field_type == "JSON":
        return parse_json
    if field.field_type == "INTERVAL":
        return lambda value: _interval_text(
            value.months, value.days, value.nanoseconds // 1000
        )
    if field.field_type in ("RECORD", "STRUCT"):
        readers = {inner.name: reader_of(inner) for inner in field.fields}
        if any(readers.values()):
            return lambda value: {
                name: reader(value[name]) if reader else value[name]
                for name, reader in readers.items()
            }
    return None


def _interval_text(months: int, days: int, microseconds: int) -> str:
    """An interval as BigQuery writes it: `1-2 3 4:5:6.000007`."""
    sign = "-" if months < 0 else ""
    years, months = divmod(abs(months), 12)
    time_sign = "-" if microseconds < 0 else ""
    seconds, micros = divmod(abs(microseconds), 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{micros:06d}" if micros else ""
    return (
        f"{sign}{years}-{months} {days} "
        f"{time_sign}{hours}:{minutes}:{seconds}{fraction}"
    )
