"""PostgreSQL's values without what psycopg2 would change; see `outhaul.exact`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from outhaul import exact
from outhaul.connections.base import import_driver

# The shortest texts that give a float exactly, and intervals of one form.
SESSION = (
    "set time zone 'UTC'; set intervalstyle = 'iso_8601'; set extra_float_digits = 3",
)
_RANGES = (3904, 3906, 3908, 3910, 3912, 3926)
# Each element's type with that of its array.
_OIDS = {
    "date": (1082, 1182),
    "timestamp": (1114, 1115),
    "timestamptz": (1184, 1185),
    "time": (1083, 1183),
    "timetz": (1266, 1270),
    "interval": (1186, 1187),
    "float4": (700, 1021),
    "bytea": (17, 1001),
    "uuid": (2950, 2951),
}
# What Python makes of the texts of days and times, by the type's number.
_FROM_TEXT: dict[int, Callable[[str], date]] = {
    1082: date.fromisoformat,
    1114: datetime.fromisoformat,
    1184: datetime.fromisoformat,
}
# The type that the elements of an array have, below all domains.
_BASE_OF_ELEMENTS = """
    with recursive bases as (
        select typelem as base, 0 as depth from pg_catalog.pg_type
        where oid = %s and typcategory = 'A' and typtype = 'b'
        union all
        select typbasetype, depth + 1 from bases
        inner join pg_catalog.pg_type on oid = base
        where typtype = 'd'
    )
    select base from bases order by depth desc limit 1
"""


def prepared(connection: Any) -> Any:
    """A connection of psycopg2, made to give plain Python types, exactly."""
    extensions = import_driver("psycopg2.extensions", "postgres")
    extras = import_driver("psycopg2.extras", "postgres")
    for name, read in _readers().items():
        oid, array = _OIDS[name]
        kind = extensions.new_type((oid,), name.upper(), read)
        extensions.register_type(kind, connection)
        kind = extensions.new_array_type((array,), f"{name.upper()}ARRAY", kind)
        extensions.register_type(kind, connection)
    # A driver that calls Python for each day and time takes a third of a sync's time.
    for oid in _FROM_TEXT:
        connection.string_types[oid] = extensions.UNICODE
    kind = extensions.new_type(_RANGES, "RANGE_TEXT", lambda value, _: value)
    extensions.register_type(kind, connection)
    extras.register_default_json(connection, loads=exact.parse_json)
    extras.register_default_jsonb(connection, loads=exact.parse_json)
    return connection


def _readers() -> dict[str, Callable[[Any, Any], Any]]:
    driver = import_driver("psycopg2", "postgres")
    extensions = driver.extensions

    def read_bytes(value: Any, cursor: Any) -> Any:
        return None if value is None else bytes(driver.BINARY(value, cursor))

    return {
        "date": _unless_far(extensions.PYDATE),
        "timestamp": _unless_far(extensions.PYDATETIME),
        "timestamptz": _unless_far(extensions.PYDATETIMETZ),
        "time": _or_null(exact.clock),
        "timetz": _or_null(exact.clock),
        "interval": _or_null(exact.iso_interval),
        "float4": _or_null(lambda text: exact.single(float(text))),
        "bytea": read_bytes,
        "uuid": lambda value, _: value,
    }


def _or_null(read: Callable[[str], Any]) -> Callable[[Any, Any], Any]:
    return lambda value, _: None if value is None else read(value)


def _unless_far(cast: Any) -> Callable[[Any, Any], Any]:
    """psycopg2's own way, which takes infinity for the end of the years."""

    def read(value: Any, cursor: Any) -> Any:
        if value is not None and value.endswith("infinity"):
            return exact.FAR_DATE
        try:
            return cast(value, cursor)
        except ValueError:  # before Christ, or after 9999
            return exact.FAR_DATE

    return read


def rows_of(cursor: Any) -> list[tuple[Any, ...]]:
    """All rows of a cursor's statement, as `prepared` says, a column at a time."""
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    readers = {
        index: read
        for index, column in enumerate(cursor.description or ())
        if (read := _column_reader(cursor, column.type_code)) is not None
    }
    if not rows or not readers:
        return rows
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for index, read in readers.items():
        columns[index] = read(columns[index])
    return list(zip(*columns, strict=True))


def _column_reader(
    cursor: Any, oid: int
) -> Callable[[Sequence[Any]], list[Any]] | None:
    """What reads a column of texts that the driver leaves as they are, if it does."""
    if oid in _FROM_TEXT:
        return lambda texts: _days_or_times(texts, cursor, oid)
    array = _array_reader(cursor.connection, oid)
    if array is None:
        return None

    def arrays(texts: Sequence[Any]) -> list[Any]:
        with cursor.connection.cursor() as other:
            return [array(text, other) for text in texts]

    return arrays


def _days_or_times(texts: Sequence[str | None], cursor: Any, oid: int) -> list[Any]:
    """The driver's own way is for those that Python does not read."""
    read = _FROM_TEXT[oid]
    try:
        return [None if text is None else read(text) for text in texts]
    except ValueError:  # infinity, other years, or a form that Python 3.10 lacks
        names = {element: name for name, (element, _) in _OIDS.items()}
        read_one = _readers()[names[oid]]
        return [read_one(text, cursor) for text in texts]


def _array_reader(connection: Any, oid: int) -> Any:
    """What reads the text of an array that psycopg2 does not know, or None.

    Arrays of enums and domains are such. A domain's elements are read as those of the
    type that it is based on.
    """
    extensions = import_driver("psycopg2.extensions", "postgres")
    known = {**extensions.string_types, **connection.string_types}
    if oid in known:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_BASE_OF_ELEMENTS, (oid,))
        found = cursor.fetchone()
    if found is None:
        return None
    element = known.get(found[0], extensions.UNICODE)
    return extensions.new_array_type((oid,), "ARRAY", element)
