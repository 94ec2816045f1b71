"""Redshift: its adapter, driver and SQL on a PostgreSQL; see `redshift_proxy`.

With the variables of `_ACCOUNT` it is a real Redshift instead, where databases named
`outhaul_test_…` are made and dropped again.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
import redshift_connector

from outhaul.connections.redshift import connect_options
from tests.conftest import PostgresDatabase
from tests.warehouses.base import Rows, WarehouseUnderTest, account_of
from tests.warehouses.postgres import SHARED_VALUES, PostgresWarehouse
from tests.warehouses.redshift_proxy import redshift_proxy

# Keys of a profile, by the variables that name a real Redshift.
_ACCOUNT = {
    "OUTHAUL_TEST_REDSHIFT_HOST": "host",
    "OUTHAUL_TEST_REDSHIFT_PORT": "port",
    "OUTHAUL_TEST_REDSHIFT_USER": "user",
    "OUTHAUL_TEST_REDSHIFT_PASSWORD": "password",
    "OUTHAUL_TEST_REDSHIFT_DBNAME": "dbname",
}


class RedshiftWarehouse(PostgresWarehouse):
    """Tests look at it from behind, as a PostgreSQL; dbt and models come in front."""

    dialect = "redshift"
    is_transactional = False
    values = {
        name: value
        for name, value in SHARED_VALUES.items()
        if name not in ("uuid", "enum", "interval", "double denormal")
    }
    equal_values = (
        ("0.0::float8", "'-0.0'::float8"),
        ("1.1::numeric(3,1)", "1.10::numeric(4,2)"),
    )

    excluded = {
        "test_A13_A14_a_build_that_fails_at_its_very_end_is_undone_and_can_be_repeated"
        "": "its post-hook runs after what was built is published",
    }

    def __init__(self, database: PostgresDatabase, port: int) -> None:
        super().__init__(database, "redshift")
        self.output = {
            "type": "redshift",
            "host": "127.0.0.1",
            "port": port,
            "user": database.user,
            "password": "a password",
            "dbname": database.dbname,
            "sslmode": "disable",
            "schema": "shop",
            "threads": 1,
        }

    def numbers(self, count: int) -> str:
        digits = " union all ".join(f"select {digit} as d" for digit in range(10))
        places = range(len(str(count)))
        joined = " cross join ".join(f"({digits}) as p{place}" for place in places)
        number = " + ".join(f"p{place}.d * {10**place}" for place in places)
        counted = f"select 1 + {number} as n from {joined}"
        return f"select n from ({counted}) as counted where n <= {count}"

    def create_types(self) -> None:
        """It has none of its own."""

    def model(self, sql: str) -> str:
        return WarehouseUnderTest.model(self, sql)


class RealRedshiftWarehouse(RedshiftWarehouse):
    """A database of its own; tests look at it through Redshift's driver too."""

    name = "redshift"
    now = "sysdate"

    def __init__(self, profile: Mapping[str, Any]) -> None:
        self._profile = profile
        self._database = f"outhaul_test_{uuid.uuid4().hex[:8]}"
        self._run_beside(f"create database {self._database}")
        self.output = {
            "type": "redshift",
            **profile,
            "dbname": self._database,
            "schema": "shop",
            "threads": 1,
        }
        self._connection = _connected(self.output)

    def run(self, sql: str) -> Rows:
        return WarehouseUnderTest.run(self, sql)

    def run_own(self, sql: str) -> Rows:
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(sql)
            rows = cursor.fetchall() if cursor.description else ()
            return [tuple(row) for row in rows]

    def close(self) -> None:
        self._connection.close()
        self._run_beside(f"drop database {self._database}")

    def _run_beside(self, sql: str) -> None:
        """Run a statement in the database that exists."""
        with closing(_connected(self._profile)) as connection:
            connection.cursor().execute(sql)


def _connected(profile: Mapping[str, Any]) -> Any:
    connection = redshift_connector.connect(**connect_options(profile))
    connection.autocommit = True
    return connection


class RealRedshift:
    """A Redshift that needs no starting."""

    def __init__(self, profile: Mapping[str, Any]) -> None:
        self._profile = {**profile, "port": int(profile.get("port", 5439))}

    def new(self, folder: Path) -> RealRedshiftWarehouse:
        return RealRedshiftWarehouse(self._profile)

    def close(self) -> None:
        """Each warehouse drops its own database."""


class RedshiftServer:
    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        self._proxies = ExitStack()

    def new(self, folder: Path) -> RedshiftWarehouse:
        database = self._database.new_database()
        port = self._proxies.enter_context(redshift_proxy(database))
        return RedshiftWarehouse(database, port)

    def close(self) -> None:
        self._proxies.close()


def start(request: pytest.FixtureRequest) -> RedshiftServer | RealRedshift:
    account = account_of(_ACCOUNT)
    if account:
        return RealRedshift(account)
    return RedshiftServer(request.getfixturevalue("postgres"))
