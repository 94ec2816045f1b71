"""The test project on each warehouse; its folder is shared, its contents are not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
import pytest

from tests.conftest import PostgresDatabase
from tests.dbt.warehouse_project import DiffProject, RunSql


@pytest.fixture(scope="session", params=["duckdb", "postgres"])
def shared_project(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DiffProject]:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "duckdb":
        yield duckdb_project(folder)
    else:
        database = request.getfixturevalue("postgres").new_database()
        yield from postgres_project(folder, database)


@pytest.fixture
def project(shared_project: DiffProject) -> DiffProject:
    """A project with the source table `people` and nothing else in the warehouse."""
    shared_project.reset()
    return shared_project


def duckdb_project(folder: Path) -> DiffProject:
    path = folder / "warehouse.duckdb"

    def run_sql(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(path)) as connection:
            return connection.execute(sql).fetchall()

    def empty_warehouse() -> None:
        # dbt keeps the file open, so it cannot be deleted
        empty_schemas(run_sql, "select schema_name from duckdb_schemas()")

    output = {"type": "duckdb", "path": str(path), "schema": "shop", "threads": 1}
    return DiffProject(folder / "project", output, run_sql, empty_warehouse)


def postgres_project(folder: Path, database: PostgresDatabase) -> Iterator[DiffProject]:
    connection = psycopg2.connect(
        host=database.host,
        port=database.port,
        user=database.user,
        dbname=database.dbname,
    )
    connection.autocommit = True

    def run_sql(sql: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def empty_warehouse() -> None:
        empty_schemas(run_sql, "select nspname from pg_namespace")

    yield DiffProject(
        folder / "project", database.profile("shop"), run_sql, empty_warehouse
    )
    connection.close()


def empty_schemas(run_sql: RunSql, schemas: str) -> None:
    """Drop the schemas of the tests, all of whose names start with `shop`."""
    for (name,) in run_sql(schemas):
        if name.startswith("shop"):
            run_sql(f"drop schema {name} cascade")
    run_sql("create schema shop")
