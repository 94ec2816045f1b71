"""Databricks: a catalog for each warehouse, in an emulator or in a real account.

The emulator, in an environment of its own, answers Databricks' driver and has Sail run
the statements. With the variables of `_ACCOUNT` it is a real account instead, where
catalogs named `outhaul_test_…` are made and dropped again; or one catalog that exists
(OUTHAUL_TEST_DATABRICKS_CATALOG), where schemas whose names start with `shop` go.
"""

from __future__ import annotations

import itertools
import uuid
import warnings
from collections.abc import Mapping
from datetime import datetime, timezone
from importlib import import_module
from pathlib import Path
from typing import Any

import databricks.sql
import pytest

from outhaul.connections.databricks import connect_options
from tests.warehouses.base import (
    Rows,
    Values,
    WarehouseUnderTest,
    account_of,
    drop_schemas,
)
from tests.warehouses.emulators import Emulator, free_ports, listens, require

EMULATED = "127.0.0.1"
# Keys of a profile, by the variables that name a real account.
_ACCOUNT = {
    "OUTHAUL_TEST_DATABRICKS_HOST": "host",
    "OUTHAUL_TEST_DATABRICKS_HTTP_PATH": "http_path",
    "OUTHAUL_TEST_DATABRICKS_TOKEN": "token",
    "OUTHAUL_TEST_DATABRICKS_CLIENT_ID": "client_id",
    "OUTHAUL_TEST_DATABRICKS_CLIENT_SECRET": "client_secret",
    "OUTHAUL_TEST_DATABRICKS_CATALOG": "catalog",
}

VALUES: Values = {
    "tinyint": ("cast(1 as tinyint)", "cast(2 as tinyint)"),
    "smallint": ("cast(1 as smallint)", "cast(2 as smallint)"),
    "int": ("1", "null"),
    "bigint": ("9007199254740993", "9007199254740992"),
    "decimal(38,10)": (
        "cast('1234567890123456789012345678.0000000001' as decimal(38, 10))",
        "cast('1234567890123456789012345678.0000000002' as decimal(38, 10))",
    ),
    "float": ("cast(0.1 as float)", "cast(0.2 as float)"),
    "double": ("0.1d + 0.2d", "0.3d"),
    "double infinite": ("double('Infinity')", "double('-Infinity')"),
    "double denormal": ("5e-324d", "0d"),
    "boolean": ("true", "false"),
    "string": ("''", "cast(null as string)"),
    "string in two forms": ("'\u00e9'", "'e\u0301'"),
    "binary": ("unhex('00FF')", "unhex('00FE')"),
    "date": ("date '0001-01-01'", "date '9999-12-31'"),
    "timestamp": (
        "timestamp '2026-10-25 02:30:00+02:00'",
        "timestamp '2026-10-25 02:30:00+01:00'",
    ),
    "timestamp_ntz": (
        "timestamp_ntz '2026-03-29 02:30:00.000001'",
        "timestamp_ntz '2026-03-29 02:30:00.000002'",
    ),
    "array": ("array('a', 'b')", "array('b', 'a')"),
    "map": ("map('a', 1)", "map('a', 2)"),
    "struct": (
        "named_struct('a', 1, 'b', named_struct('c', 'x'))",
        "named_struct('a', 1, 'b', named_struct('c', cast(null as string)))",
    ),
    "array of structs": (
        "array(named_struct('a', 1, 'b', 'x'))",
        "array(named_struct('a', 1, 'b', 'y'))",
    ),
}
# To Sail a NaN is no other NaN's equal, and it cannot keep a variant in a table.
REAL_VALUES: Values = {
    "double nan": ("double('NaN')", "double('Infinity')"),
    "variant": ("parse_json('{\"a\": null}')", "parse_json('{}')"),
}


_GREATEST = "Sail ends with an error of its planner at greatest() of two aggregates"


class DatabricksWarehouse(WarehouseUnderTest):
    name = "databricks"
    dialect = "databricks"
    now = "current_timestamp()"
    is_transactional = False
    values = VALUES
    config_of_odd_names = {"tblproperties": {"delta.columnMapping.mode": "name"}}
    equal_values = (
        ("0.0d", "-0.0d"),
        ("cast(1.1 as decimal(3, 1))", "cast(1.10 as decimal(4, 2))"),
        ("map('a', 1, 'b', 2)", "map('b', 2, 'a', 1)"),
    )
    excluded = {
        "test_A13_A14_a_build_that_fails_at_its_very_end_is_undone"
        "_and_can_be_repeated": (
            "its post-hook runs after what was built is published"
        ),
    }

    def __init__(self, profile: Mapping[str, Any], own_catalog: bool = False) -> None:
        if profile["host"] != EMULATED:
            self.values = VALUES | REAL_VALUES
        self._owns_catalog = own_catalog
        self.output = {
            "type": "databricks",
            **profile,
            "schema": "shop",
            "threads": 1,
        }
        options = connect_options({**profile, "schema": None})
        if own_catalog:
            options["catalog"] = None
        self._connection = databricks.sql.connect(**options)
        self.run_own("set time zone 'UTC'")
        if own_catalog:
            self.run_own(f"create catalog {profile['catalog']}")
            self.run_own(f"use catalog {profile['catalog']}")

    def run_own(self, sql: str) -> Rows:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            return [tuple(map(_plain, row)) for row in cursor.fetchall()]

    def type(self, name: str) -> str:
        return "string" if name == "varchar" else name

    def numbers(self, count: int) -> str:
        return f"select id as n from range(1, {count} + 1)"

    def tables(self, schema: str) -> set[str]:
        found = self.run_own(
            "select table_name from information_schema.tables"
            f" where table_schema = '{schema.lower()}'"
        )
        return {name.lower() for (name,) in found}

    def empty(self) -> None:
        drop_schemas(self, "select schema_name from information_schema.schemata")

    def close(self) -> None:
        if self._owns_catalog:
            self.run_own(f"drop catalog {self.output['catalog']} cascade")
        else:
            self.empty()
            self.run_own("drop schema shop")
        self._connection.close()


def _plain(value: Any) -> Any:
    """A moment as a clock in UTC shows it, as tests write them."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(timezone.utc).replace(tzinfo=None)
    return value


class DatabricksAccount:
    """A real account, which needs no starting."""

    def __init__(self, profile: Mapping[str, Any]) -> None:
        self._profile = {"auth_type": "oauth", **profile}
        if profile.get("token"):
            del self._profile["auth_type"]

    def new(self, folder: Path) -> DatabricksWarehouse:
        if self._profile.get("catalog"):
            return DatabricksWarehouse(self._profile)
        catalog = f"outhaul_test_{uuid.uuid4().hex[:8]}"
        return DatabricksWarehouse({**self._profile, "catalog": catalog}, True)

    def close(self) -> None:
        """Each warehouse drops what it made."""


class DatabricksEmulator:
    """Sail behind Databricks' protocol, in a process that ends with these tests."""

    excluded = {
        "test_the_share_of_faulty_rows_decides": _GREATEST,
        "test_the_faulty_keys_can_be_kept": _GREATEST,
    }

    def __init__(self, folder: Path) -> None:
        (self._port,) = free_ports(1)
        self._numbers = itertools.count(1)
        self._emulator = Emulator(
            "databricks",
            [str(self._port), str(folder)],
            folder,
            lambda: listens(self._port),
            {},
        )

    def new(self, folder: Path) -> DatabricksWarehouse:
        return DatabricksWarehouse(self.profile())

    def profile(self) -> dict[str, Any]:
        """What logs in to a warehouse of its own."""
        path = f"/sql/1.0/warehouses/{next(self._numbers)}"
        return {
            "host": EMULATED,
            "http_path": path,
            "token": "a-token",
            "catalog": "main",
            "connection_parameters": {
                "_connection_uri": f"http://{EMULATED}:{self._port}{path}",
                "_retry_stop_after_attempts_count": 1,
                "enable_telemetry": False,
            },
        }

    def close(self) -> None:
        self._emulator.close()


def start(request: pytest.FixtureRequest) -> DatabricksAccount | DatabricksEmulator:
    with warnings.catch_warnings():
        # the adapter's own models warn while it is imported
        warnings.simplefilter("ignore")
        import_module("dbt.adapters.databricks")
    account = account_of(_ACCOUNT)
    if account:
        return DatabricksAccount(account)
    require("databricks")
    factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    return DatabricksEmulator(factory.mktemp("databricks"))
