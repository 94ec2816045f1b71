"""How the warehouses differ in the few statements that the dispatcher makes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from outhaul.model import Kind

_WHOLE_NUMBERS = frozenset(
    ("tinyint", "smallint", "integer", "int", "bigint", "hugeint", "byteint", "long")
    + ("int2", "int4", "int8", "int64")
)
_NUMBERS = ("decimal", "numeric", "number", "bignumeric", "float", "double", "real")
_TEXTS = ("char", "text", "string", "uuid", "enum", "name", "citext")
_NESTED = ("json", "jsonb", "variant", "object", "array", "struct", "map", "super")
_WHOLE_NUMBER_OF_SNOWFLAKE = re.compile(r"number\(\d+, *0\)")
_PLAIN_NAME = re.compile(r"[A-Za-z_][\w$]*", re.ASCII)


def _selected_rows(columns: Mapping[str, str], count: int, text: str = "text") -> str:
    types = {"text": text}
    row = ", ".join(
        f"cast(? as {types.get(type, type)}) as {name}"
        for name, type in columns.items()
    )
    return " union all ".join([f"select {row}"] * count)


@dataclass(frozen=True)
class Dialect:
    """The SQL of one kind of warehouse.

    now: the warehouse's clock as a timestamp without zone, in UTC.
    after: that instant a number of seconds (an integer) from now.
    since: the seconds from an expression's instant to now.
    stored: how a name is stored that dbt writes, which may be without quotes.
    lock_rows: appended to a subquery whose locked rows are passed over, not waited for.
    escape: what stands before a quote in a quoted identifier, and before itself.
    rows: a query of so many rows of parameters, in columns of these names and
        types (bigint, boolean, text).
    parameters: how many values one statement may have.
    """

    quote: str
    now: str
    after: Callable[[int], str]
    since: Callable[[str], str]
    stored: Callable[[str], str] = str
    lock_rows: str = ""
    escape: str = ""
    rows: Callable[[Mapping[str, str], int], str] = _selected_rows
    parameters: int = 10_000

    def identifier(self, name: str) -> str:
        """A quoted identifier."""
        escape = self.escape or self.quote
        for special in filter(None, (self.escape, self.quote)):
            name = name.replace(special, escape + special)
        return self.quote + name + self.quote

    def relation(self, *parts: str | None) -> str:
        """A qualified name of the parts that are there, as they are stored."""
        return ".".join(self.identifier(part) for part in parts if part)

    def dbt_relation(self, *parts: str | None) -> str:
        """The same of the names that dbt's files have."""
        return self.relation(*(part and self.stored(part) for part in parts))


_POSTGRES_NOW = "(clock_timestamp() at time zone 'utc')"
_DUCKDB_NOW = "(now() at time zone 'utc')"
# A TIMESTAMP is a moment there; the ledger's instants are DATETIMEs in UTC.
_BIGQUERY_NOW = "datetime(current_timestamp())"


def _bigquery_rows(columns: Mapping[str, str], count: int) -> str:
    """One array: hundreds of subqueries are too much to plan."""
    types = {"bigint": "int64", "boolean": "bool", "text": "string"}
    names = ", ".join(f"{name} {types[type]}" for name, type in columns.items())
    row = f"({', '.join('?' * len(columns))})"
    rows = ", ".join([row] * count)
    return f"select * from unnest(array<struct<{names}>>[{rows}])"  # noqa: S608


def _upper_case(name: str) -> str:
    """Snowflake stores names so that are written without quotes, as dbt does there."""
    return name.upper() if _PLAIN_NAME.fullmatch(name) else name


_DIALECTS = {
    "postgres": Dialect(
        quote='"',
        now=_POSTGRES_NOW,
        after=lambda seconds: f"({_POSTGRES_NOW} + interval '{seconds} seconds')",
        since=lambda instant: f"extract(epoch from ({_POSTGRES_NOW} - {instant}))",
        # A build holds its row until it commits: a sync is busy, and does not wait.
        lock_rows=" for update skip locked",
    ),
    "duckdb": Dialect(
        quote='"',
        now=_DUCKDB_NOW,
        after=lambda seconds: f"({_DUCKDB_NOW} + interval '{seconds} seconds')",
        since=lambda instant: f"extract(epoch from ({_DUCKDB_NOW} - {instant}))",
    ),
    "snowflake": Dialect(
        quote='"',
        now="sysdate()",
        after=lambda seconds: f"dateadd('second', {seconds}, sysdate())",
        since=lambda instant: f"datediff('millisecond', {instant}, sysdate()) / 1000",
        stored=_upper_case,
    ),
    "redshift": Dialect(
        quote='"',
        # The beginning of the transaction, so of the statement; getdate() knows no
        # fractions of a second.
        now="sysdate",
        after=lambda seconds: f"dateadd(second, {seconds}, sysdate)",
        since=lambda instant: f"datediff(millisecond, {instant}, sysdate) / 1000.0",
        # "text" has 256 bytes there
        rows=lambda columns, count: _selected_rows(columns, count, "varchar(65535)"),
    ),
    "databricks": Dialect(
        quote="`",
        # A moment: in a session in UTC, as ours are, it reads like a clock in UTC.
        now="current_timestamp()",
        after=lambda n: f"timestampadd(second, {n}, current_timestamp())",
        rows=lambda columns, count: _selected_rows(columns, count, "string"),
        # https://docs.databricks.com/dev-tools/python-sql-connector.html
        parameters=255,
        since=lambda instant: (
            f"(unix_micros(current_timestamp()) - unix_micros({instant})) / 1000000.0"
        ),
    ),
    "bigquery": Dialect(
        quote="`",
        now=_BIGQUERY_NOW,
        after=lambda seconds: (
            f"datetime_add({_BIGQUERY_NOW}, interval {seconds} second)"
        ),
        since=lambda instant: (
            f"datetime_diff({_BIGQUERY_NOW}, {instant}, microsecond) / 1000000"
        ),
        escape="\\",
        # Each statement takes a second, and reads more of the table than it returns.
        rows=_bigquery_rows,
    ),
}


def dialect_of(adapter_type: str) -> Dialect:
    """The dialect of a dbt adapter; DuckDB's, the most standard, for others."""
    return _DIALECTS.get(adapter_type, _DIALECTS["duckdb"])


def kind_of(data_type: str) -> Kind:
    """The kind of a column from the warehouse's own word for its type.

    >>> kind_of("numeric(10,2)"), kind_of("character varying(20)"), kind_of("int[]")
    (<Kind.NUMBER: 'number'>, <Kind.TEXT: 'text'>, <Kind.JSON: 'json'>)
    """
    name = data_type.lower().strip()
    if name.endswith("[]") or name.startswith(_NESTED):
        return Kind.JSON
    if _WHOLE_NUMBER_OF_SNOWFLAKE.fullmatch(name):
        return Kind.INTEGER
    name = name.split("(")[0].split("<")[0].strip()
    first = name.split(" ")[0]
    if first.startswith("bool"):
        return Kind.BOOLEAN
    if first.startswith(("timestamp", "datetime")):
        return Kind.TIMESTAMP
    if first == "date":
        return Kind.DATE
    if first.lstrip("u") in _WHOLE_NUMBERS:
        return Kind.INTEGER
    if first.startswith(_NUMBERS):
        return Kind.NUMBER
    if any(text in first for text in _TEXTS):
        return Kind.TEXT
    return Kind.OTHER
