"""Values on their way to BigQuery and back.

https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from outhaul import exact
from outhaul.connections.base import import_driver

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
    readers = [reader_of(field, exact.canonical_interval) for field in result.schema]
    # The driver would make floats of numbers in JSON, and days of hours.
    result._schema = [_as_text(field) for field in result.schema]
    for page in result.pages:
        for row in page:
            yield tuple(
                row[index] if read is None else read(row[index])
                for index, read in enumerate(readers)
            )


def _as_text(field: Any) -> Any:
    """The field with JSON and intervals as the texts that the REST API gives."""
    shown = field.to_api_repr()
    if field.field_type in ("JSON", "INTERVAL"):
        shown["type"] = "STRING"
    if field.fields:
        shown["fields"] = [_as_text(inner).to_api_repr() for inner in field.fields]
    return type(field).from_api_repr(shown)


def _of_parts(value: Any) -> str:
    return exact.duration(value.months, value.days, value.nanoseconds // 1000)


def reader_of(
    field: Any, interval: Callable[[Any], Any] = _of_parts
) -> Callable[[Any], Any] | None:
    """What turns a value of Arrow into a plain one; None: it is the same.

    interval: what reads an interval, of which Arrow gives the parts.
    """
    read = _reader_of_one(field, interval)
    if read is None:
        return None
    if field.mode != "REPEATED":
        return lambda value: None if value is None else read(value)
    return lambda values: (
        None
        if values is None
        else [None if value is None else read(value) for value in values]
    )


def _reader_of_one(
    field: Any, interval: Callable[[Any], Any]
) -> Callable[[Any], Any] | None:
    if field.field_type == "JSON":
        return exact.parse_json
    if field.field_type == "INTERVAL":
        return interval
    if field.field_type in ("RECORD", "STRUCT"):
        readers = {inner.name: reader_of(inner, interval) for inner in field.fields}
        if any(readers.values()):
            return lambda value: {
                name: reader(value[name]) if reader else value[name]
                for name, reader in readers.items()
            }
    return None
