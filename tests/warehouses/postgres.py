"""PostgreSQL: a database for each warehouse; 18, or an older one by its number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.conftest import PostgresDatabase
from tests.warehouses.base import PlainWarehouse, Rows, Values, drop_schemas
from tests.warehouses.postgres_versions.server import InstalledServer

SHARED_VALUES: Values = {
    "smallint": ("1::smallint", "2::smallint"),
    "integer": ("1", "null"),
    "bigint": ("9007199254740993::bigint", "9007199254740992::bigint"),
    "numeric(38,10)": (
        "1234567890123456789012345678.0000000001::numeric(38,10)",
        "1234567890123456789012345678.0000000002::numeric(38,10)",
    ),
    "real": ("0.1::real", "0.2::real"),
    "double precision": ("0.1::float8 + 0.2::float8", "0.3::float8"),
    "double nan": ("'NaN'::float8", "'Infinity'::float8"),
    "double infinite": ("'Infinity'::float8", "'-Infinity'::float8"),
    "double large": ("1e308::float8", "-1e308::float8"),
    "double denormal": ("5e-324::float8", "0::float8"),
    "boolean": ("true", "false"),
    "text": ("''", "null::text"),
    "text of a null marker": ("'_dbt_utils_surrogate_key_null_'", "null::text"),
    "text in two forms": ("'\u00e9'", "'e\u0301'"),
    "varchar(5)": ("'a'::varchar(5)", "'a '::varchar(5)"),
    "date": ("date '0001-01-01'", "date '9999-12-31'"),
    "time": ("time '00:00:00'", "time '00:00:00.000001'"),
    "timestamp": (
        "timestamp '2026-03-29 02:30:00.000001'",
        "timestamp '2026-03-29 02:30:00.000002'",
    ),
    "timestamptz": (
        "timestamptz '2026-10-25 02:30:00+02'",
        "timestamptz '2026-10-25 02:30:00+01'",
    ),
    "interval": ("interval '1 month'", "interval '1 day'"),
    "uuid": (
        "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid",
        "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12'::uuid",
    ),
    "enum": ("'sad'::shop.mood", "'ok'::shop.mood"),
}


class PostgresWarehouse(PlainWarehouse):
    dialect = "postgres"
    now = "(current_timestamp at time zone 'utc')"
    is_transactional = True
    values = SHARED_VALUES | {
        "numeric": ("1.1::numeric", "'NaN'::numeric"),
        "character(5)": ("'a'::char(5)", "'b'::char(5)"),
        "bytea": ("'\\x00ff'::bytea", "'\\x00fe'::bytea"),
        "timetz": ("timetz '01:00+01'", "timetz '01:00+02'"),
        "json": ('\'{"a": 1, "b": [1]}\'::json', '\'{"a": 1, "b": [2]}\'::json'),
        "jsonb": ("'{\"a\": null}'::jsonb", "'{}'::jsonb"),
        "json[]": ("array['{\"a\": 1}'::json]", "array['{\"a\": 2}'::json]"),
        "integer[]": ("array[1, null]", "array[null, 1]"),
        "text[][]": ("array[['a'], ['b']]", "array[['a', 'b']]"),
        "numeric(10,2)[]": (
            "array[1.10]::numeric(10,2)[]",
            "array[1.11]::numeric(10,2)[]",
        ),
        "inet": ("'10.0.0.1'::inet", "'10.0.0.2'::inet"),
        "bit(3)": ("b'101'::bit(3)", "b'100'::bit(3)"),
        "int4range": ("int4range(1, 5)", "int4range(1, 6)"),
        "money": ("'1.00'::money", "'2.00'::money"),
        "point": ("point(1, 2)", "point(2, 1)"),
        "point[]": ("array[point(1, 2)]", "array[point(2, 1)]"),
        "box": ("box '((0,0),(1,4))'", "box '((0,0),(2,2))'"),
        "tsvector": ("'a b'::tsvector", "'a c'::tsvector"),
        "jsonpath": ("'$.a'::jsonpath", "'$.b'::jsonpath"),
        "interval of 30 days": ("interval '1 month'", "interval '30 days'"),
        "interval[]": ("array[interval '1 month']", "array[interval '30 days']"),
        "domain over json": ("'[1]'::shop.document", "'[2]'::shop.document"),
        "composite of json": (
            "row(1, '[1]')::shop.page",
            "row(1, '[2]')::shop.page",
        ),
        "domain over interval": ("'1 month'::shop.span", "'30 days'::shop.span"),
        "composite": ("row(1, 'a')::shop.pair", "row(1, null)::shop.pair"),
        "domain": ("'x'::shop.short_text", "'y'::shop.short_text"),
    }
    equal_values = (
        ("0.0::float8", "'-0.0'::float8"),
        ("1.1::numeric", "1.10::numeric"),
        ('\'{"a": 1, "b": 2}\'::jsonb', '\'{"b":2,  "a":1}\'::jsonb'),
        ('\'{"a": 1, "b": 2}\'::json', '\'{"b":2,  "a":1}\'::json'),
        ('array[\'{"a": 1, "b": 2}\'::json]', 'array[\'{"b": 2, "a": 1}\'::json]'),
    )

    def __init__(self, database: PostgresDatabase, name: str = "postgres") -> None:
        self.name = name
        self.output = database.profile("shop")
        self._connection: Any = psycopg2.connect(
            host=database.host,
            port=database.port,
            user=database.user,
            dbname=database.dbname,
        )
        self._connection.autocommit = True

    def run_own(self, sql: str) -> Rows:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def numbers(self, count: int) -> str:
        return f"select n from generate_series(1, {count}) as numbers (n)"

    def create_types(self) -> None:
        self.run_own("create type shop.mood as enum ('sad', 'ok')")
        self.run_own("create type shop.pair as (a integer, b text)")
        self.run_own("create domain shop.short_text as varchar(5)")
        self.run_own("create domain shop.document as json")
        self.run_own("create domain shop.span as interval")
        self.run_own("create type shop.page as (a integer, b shop.document)")
        try:
            self.run_own("select '<a/>'::xml")
        except psycopg2.errors.FeatureNotSupported:
            return  # a server that was built without libxml
        self.values = {**self.values, "xml": ("'<a/>'::xml", "'<b/>'::xml")}

    def tables(self, schema: str) -> set[str]:
        found = self.run_own(
            "select table_name from information_schema.tables"
            f" where table_schema = '{schema}'"
        )
        return {name.lower() for (name,) in found}

    def empty(self) -> None:
        drop_schemas(self, "select nspname from pg_namespace")

    def close(self) -> None:
        self._connection.close()


class PostgresServer:
    def __init__(
        self, database: PostgresDatabase, own: InstalledServer | None = None
    ) -> None:
        self._database = database
        self._own = own

    def new(self, folder: Path) -> PostgresWarehouse:
        name = self._own.name if self._own else "postgres"
        return PostgresWarehouse(self._database.new_database(), name)

    def close(self) -> None:
        """Other tests go on with the newest version, whose fixture stops it."""
        if self._own is not None:
            self._own.close()


def start(request: pytest.FixtureRequest) -> PostgresServer:
    if request.param == "postgres":
        return PostgresServer(request.getfixturevalue("postgres"))
    installed = InstalledServer(request.param)
    return PostgresServer(installed.database, installed)
