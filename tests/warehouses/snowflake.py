"""Snowflake: a database for each warehouse, in an emulator or in a real account.

The emulator is fakesnow, in an environment of its own, which `make test` installs.
With the variables of `_ACCOUNT` it is a real account instead, where databases named
`outhaul_test_…` are made and dropped again.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector

from tests.warehouses.base import Rows, Values, WarehouseUnderTest, account_of
from tests.warehouses.emulators import Emulator, free_ports, listens, require

EMULATED = "emulator"

# Keys of a profile, by the variables that name a real account.
_ACCOUNT = {
    "OUTHAUL_TEST_SNOWFLAKE_ACCOUNT": "account",
    "OUTHAUL_TEST_SNOWFLAKE_USER": "user",
    "OUTHAUL_TEST_SNOWFLAKE_PASSWORD": "password",
    "OUTHAUL_TEST_SNOWFLAKE_PRIVATE_KEY_PATH": "private_key_path",
    "OUTHAUL_TEST_SNOWFLAKE_AUTHENTICATOR": "authenticator",
    "OUTHAUL_TEST_SNOWFLAKE_TOKEN": "token",
    "OUTHAUL_TEST_SNOWFLAKE_ROLE": "role",
    "OUTHAUL_TEST_SNOWFLAKE_WAREHOUSE": "warehouse",
}

VALUES: Values = {
    "number": ("1", "null"),
    "number(38,10)": (
        "cast('1234567890123456789012345678.0000000001' as number(38, 10))",
        "cast('1234567890123456789012345678.0000000002' as number(38, 10))",
    ),
    "float": (
        "cast(0.1 as float) + cast(0.2 as float)",
        "cast(0.3 as float)",
    ),
    "float nan": ("cast('NaN' as float)", "cast('inf' as float)"),
    "boolean": ("true", "false"),
    "text": ("''", "cast(null as varchar)"),
    "text in two forms": ("'\u00e9'", "'e\u0301'"),
    "varchar(5)": ("cast('a' as varchar(5))", "cast('a ' as varchar(5))"),
    "binary": ("to_binary('00FF', 'HEX')", "to_binary('00FE', 'HEX')"),
    "date": ("date '0001-01-01'", "date '9999-12-31'"),
    "time": ("time '00:00:00'", "time '00:00:00.000001'"),
    "timestamp_ntz": (
        "'2026-03-29 02:30:00.000001'::timestamp_ntz",
        "'2026-03-29 02:30:00.000002'::timestamp_ntz",
    ),
    "timestamp_tz": (
        "'2026-10-25 02:30:00 +0200'::timestamp_tz",
        "'2026-10-25 02:30:00 +0100'::timestamp_tz",
    ),
    "timestamp_ltz": (
        "'2026-10-25 02:30:00 +0200'::timestamp_ltz",
        "'2026-10-25 02:30:00 +0100'::timestamp_ltz",
    ),
    "variant": ("parse_json('{\"a\": null}')", "parse_json('{}')"),
    "variant null": ("parse_json('null')", "cast(null as variant)"),
    "object": (
        "object_construct('a', 1, 'b', array_construct(1))",
        "object_construct('a', 1, 'b', array_construct(2))",
    ),
    "array": ("array_construct('a', 'b')", "array_construct('b', 'a')"),
}
# The emulator's integers have 64 bits, and its objects keep the order of their keys.
REAL_VALUES: Values = {
    "number(38,0)": (
        "cast(12345678901234567890123456789012345678 as number(38, 0))",
        "cast(12345678901234567890123456789012345677 as number(38, 0))",
    ),
}
REAL_EQUAL_VALUES = (
    ('parse_json(\'{"a": 1, "b": 2}\')', 'parse_json(\'{"b":2,  "a":1}\')'),
)


_FORGOTTEN = {
    "test_a_build_reads_and_writes_as_much_as_the_page_says": (
        "the emulator forgets the length of a text that was cast, so that each build"
        " makes the state anew"
    ),
}
_SUMS = "the emulator adds exact numbers as floats"


class SnowflakeWarehouse(WarehouseUnderTest):
    name = "snowflake"
    dialect = "snowflake"
    now = "sysdate()"
    is_transactional = False
    values = VALUES
    equal_values = (
        ("cast(0.0 as float)", "cast(-0.0 as float)"),
        ("cast(1.1 as number(3, 1))", "cast(1.10 as number(4, 2))"),
    )
    excluded = {
        "test_E18_a_retyped_column_is_sent_again_only_where_the_cast_may_fail": (
            "integer and bigint are one type on Snowflake; test_diff_snowflake.py has"
            " the types that differ there"
        ),
        "test_A13_A14_a_build_that_fails_at_its_very_end_is_undone"
        "_and_can_be_repeated": (
            "what a build has published counts there, whatever its post-hooks do"
        ),
    }

    def __init__(self, profile: dict[str, Any]) -> None:
        if profile["account"] == EMULATED:
            self.excluded = {**self.excluded, **_FORGOTTEN}
        else:
            self.values = VALUES | REAL_VALUES
            self.equal_values = (*self.equal_values, *REAL_EQUAL_VALUES)
        database = f"outhaul_test_{uuid.uuid4().hex[:8]}"
        self.output = {**profile, "database": database, "schema": "shop", "threads": 1}
        keys = {key: value for key, value in profile.items() if key != "type"}
        if "private_key_path" in keys:
            keys["private_key_file"] = keys.pop("private_key_path")
        self._connection = snowflake.connector.connect(
            **keys, login_timeout=60, network_timeout=300
        )
        self.run_own(f"create database {database}")
        self.run_own(f"use database {database}")

    def run_own(self, sql: str) -> Rows:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()]

    def numbers(self, count: int) -> str:
        return (
            "select row_number() over (order by null) as n"
            f" from table(generator(rowcount => {count}))"
        )

    def tables(self, schema: str) -> set[str]:
        found = self.run_own(
            "select table_name from information_schema.tables"
            f" where table_schema = '{schema.upper()}'"
        )
        return {name.lower() for (name,) in found}

    def empty(self) -> None:
        for (name,) in self.run_own(
            "select schema_name from information_schema.schemata"
        ):
            if name.startswith("SHOP"):
                self.run_own(f"drop schema {name} cascade")
        self.run_own("create schema shop")

    def close(self) -> None:
        if self.output["account"] != EMULATED:  # which has no such statement
            self.run_own(f"drop database if exists {self.output['database']}")
        self._connection.close()


class SnowflakeServer:
    """A real account, which needs no starting."""

    def __init__(self, profile: dict[str, Any]) -> None:
        self.profile = profile

    def new(self, folder: Path) -> SnowflakeWarehouse:
        return SnowflakeWarehouse(self.profile)

    def close(self) -> None:
        """Each warehouse drops its own database."""


class SnowflakeEmulator(SnowflakeServer):
    """fakesnow in a process of its own, which ends with these tests."""

    excluded = {
        "test_picked_values_and_labels": (
            "the emulator keeps the quotes of a text that is cast from a variant"
        ),
        "test_first_and_last_purchase_number_and_total_of_every_buyer": _SUMS,
        "test_customers_with_calculated_fields": _SUMS,
    }

    def __init__(self, folder: Path) -> None:
        (port,) = free_ports(1)
        super().__init__(
            {
                "type": "snowflake",
                "account": EMULATED,
                "user": "tester",
                "password": "secret",
                "host": "127.0.0.1",
                "port": port,
                "protocol": "http",
                "role": "tester",
                "warehouse": "small",
                "connect_retries": 0,
            }
        )
        self._emulator = Emulator(
            "snowflake", [str(port)], folder, lambda: listens(port), {}
        )

    def close(self) -> None:
        self._emulator.close()


def start(request: pytest.FixtureRequest) -> SnowflakeServer:
    account = account_of(_ACCOUNT)
    if account:
        return SnowflakeServer({"type": "snowflake", **account})
    require("snowflake")
    return SnowflakeEmulator(
        request.getfixturevalue("tmp_path_factory").mktemp("snowflake")
    )
