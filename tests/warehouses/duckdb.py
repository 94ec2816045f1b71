"""DuckDB: a file for each warehouse."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.warehouses.base import PlainWarehouse, Rows, drop_schemas
from tests.warehouses.postgres import SHARED_VALUES


class DuckDBWarehouse(PlainWarehouse):
    dialect = "duckdb"
    now = "(current_timestamp at time zone 'utc')"
    is_transactional = True
    values = SHARED_VALUES | {
        "tinyint": ("1::tinyint", "2::tinyint"),
        "hugeint": ("2::hugeint ^ 100", "1::hugeint"),
        "ubigint": ("18446744073709551615::ubigint", "0::ubigint"),
        "blob": ("'\\x00\\xFF'::blob", "'\\x00\\xFE'::blob"),
        "bit": ("'101'::bit", "'100'::bit"),
        "timestamp_ns": (
            "'2026-01-01 00:00:00.000000001'::timestamp_ns",
            "'2026-01-01 00:00:00.000000002'::timestamp_ns",
        ),
        "list": ("['a', 'b']", "['b', 'a']"),
        "list of decimals": (
            "[1.10::decimal(10,2)]::decimal(10,2)[]",
            "[1.11::decimal(10,2)]::decimal(10,2)[]",
        ),
        "array": ("[1, 2]::integer[2]", "[2, 1]::integer[2]"),
        "struct": (
            "{'a, b': 1, 'c d': {'e': 'x'}}",
            "{'a, b': 1, 'c d': {'e': null::varchar}}",
        ),
        "map": ("map {'a': 1}", "map {'a': 2}"),
        "interval of 30 days": ("interval '1 month'", "interval '30 days'"),
        "list of intervals": ("[interval '1 month']", "[interval '30 days']"),
        "text without case": ("'Ann' collate nocase", "'ANN' collate nocase"),
        "json": ("'{\"a\": 1}'::json", "'{\"a\": 2}'::json"),
        "union": ("union_value(n := 1)", "union_value(n := 2)"),
    }
    equal_values = (
        ("0.0::float8", "-0.0::float8"),
        ("1.1::decimal(3,1)", "1.10::decimal(4,2)"),
    )

    name = "duckdb"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.output = {
            "type": "duckdb",
            "path": str(path),
            "schema": "shop",
            "threads": 1,
        }

    def run_own(self, sql: str) -> Rows:
        with duckdb.connect(str(self.path)) as connection:
            return connection.execute(sql).fetchall()

    def numbers(self, count: int) -> str:
        return f"select range as n from range(1, {count} + 1)"

    def create_types(self) -> None:
        self.run_own("create type shop.mood as enum ('sad', 'ok')")

    def tables(self, schema: str) -> set[str]:
        found = self.run_own(
            "select table_name from information_schema.tables"
            f" where table_schema = '{schema}'"
        )
        return {name.lower() for (name,) in found}

    def empty(self) -> None:
        # dbt keeps the file open, so it cannot be deleted
        drop_schemas(self, "select schema_name from duckdb_schemas()")


class DuckDBServer:
    def new(self, folder: Path) -> DuckDBWarehouse:
        return DuckDBWarehouse(folder / "warehouse.duckdb")

    def close(self) -> None:
        """There is no server."""


def start(request: pytest.FixtureRequest) -> DuckDBServer:
    return DuckDBServer()
