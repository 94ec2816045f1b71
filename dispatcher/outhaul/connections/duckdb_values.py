"""DuckDB's values without what its driver would change; see `outhaul.exact`.

Values of some types are read as text. Types are trees, so that what holds for a column
holds for an element of a list and a field of a struct.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from outhaul import exact

_Reader = Callable[[Any], Any]

# https://duckdb.org/docs/stable/sql/data_types/overview: type to what reads its text.
_AS_TEXT: dict[str, _Reader] = {
    "DATE": exact.day,
    "FLOAT": float,
    "INTERVAL": exact.spelled_interval,
    "TIME": exact.clock,
    "TIME_NS": exact.clock,
    "TIMESTAMP": exact.moment,
    "TIMESTAMP WITH TIME ZONE": exact.moment,
    "TIMESTAMP_MS": exact.moment,
    "TIMESTAMP_NS": exact.moment,
    "TIMESTAMP_S": exact.moment,
    "TIMESTAMPTZ_NS": exact.moment,
}
_AS_IS: dict[str, _Reader] = {"JSON": exact.parse_json, "UUID": str}


def rows_of(
    connection: Any, sql: str, parameters: Sequence[Any]
) -> list[tuple[Any, ...]]:
    """Run a statement and return its rows."""
    relation = connection.sql(sql, params=list(parameters) or None)
    if relation is None:
        return []
    casts = [_cast(type) for type in relation.types]
    if any(casts):
        columns = [
            f"cast(#{number} as {cast})" if cast else f"#{number}"
            for number, cast in enumerate(casts, 1)
        ]
        rows = relation.project(", ".join(columns)).fetchall()
    else:
        rows = relation.fetchall()
    return _read(rows, [_reader(type) for type in relation.types])


def _read(
    rows: list[tuple[Any, ...]], readers: list[_Reader | None]
) -> list[tuple[Any, ...]]:
    if not any(readers) or not rows:
        return rows
    columns = [
        column if read is None else [None if v is None else read(v) for v in column]
        for column, read in zip(zip(*rows, strict=True), readers, strict=True)
    ]
    return list(zip(*columns, strict=True))


def _cast(type: Any) -> str | None:
    """The type as which a value is read; None: as what it is."""
    if str(type) in _AS_TEXT:
        return "varchar"
    inner = {name: _cast(child) for name, child in _children(type).items()}
    if not any(inner.values()):
        return None
    shown = {name: inner[name] or str(of) for name, of in _children(type).items()}
    if type.id == "struct":
        fields = (f"{_quoted(name)} {of}" for name, of in shown.items())
        return f"struct({', '.join(fields)})"
    if type.id == "map":
        return f"map({shown['key']}, {shown['value']})"
    size = dict(type.children)["size"] if type.id == "array" else ""
    return f"{shown['child']}[{size}]"


def _reader(type: Any) -> _Reader | None:
    """What reads a value that is not null; None: it is the same."""
    name = str(type)
    if name in _AS_TEXT or name in _AS_IS:
        return _AS_TEXT.get(name) or _AS_IS[name]
    inner = {name: _reader(child) for name, child in _children(type).items()}
    if not any(inner.values()):
        return None
    readers = {name: _or_null(read) for name, read in inner.items()}
    if type.id == "struct":
        return lambda value: {name: readers[name](value[name]) for name in value}
    if type.id == "map":
        key, each = readers["key"], readers["value"]
        return lambda value: {key(name): each(found) for name, found in value.items()}
    element = readers["child"]
    return lambda value: [element(each) for each in value]


def _children(type: Any) -> dict[str, Any]:
    """By name; none of what the driver gives in a form of its own."""
    if type.id not in ("struct", "map", "list", "array"):
        return {}
    inner = dict(type.children)
    inner.pop("size", None)
    return {} if type.id == "map" and _children(inner["key"]) else inner


def _or_null(read: _Reader | None) -> _Reader:
    if read is None:
        return lambda value: value
    return lambda value: None if value is None else read(value)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
