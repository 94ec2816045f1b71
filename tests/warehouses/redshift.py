"""Redshift: its adapter, driver and SQL on a PostgreSQL; see `redshift_proxy`."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import PostgresDatabase
from tests.warehouses.base import WarehouseUnderTest
from tests.warehouses.postgres import SHARED_VALUES, PostgresWarehouse
from tests.warehouses.redshift_proxy import redshift_proxy


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
        super().__init__(database)
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

    def create_types(self) -> None:
        """It has none of its own."""

    def model(self, sql: str) -> str:
        return WarehouseUnderTest.model(self, sql)


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


def start(request: pytest.FixtureRequest) -> RedshiftServer:
    return RedshiftServer(request.getfixturevalue("postgres"))
