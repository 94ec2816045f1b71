"""The contract suite, over every warehouse by its driver, and some by dbt's adapter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from outhaul.config.project import load_project
from outhaul.connections import Connection, connect
from outhaul.connections.adapters import adapter_of
from outhaul.connections.duckdb import DuckDBConnection
from outhaul.connections.postgres import PostgresConnection
from outhaul.connections.redshift import RedshiftConnection
from outhaul.errors import WarehouseError, WarehouseUnreachable
from tests.connections.cases import CASES
from tests.connections.contract import CHECKS, Setup, make_ready
from tests.warehouses.base import Server
from tests.warehouses.choice import only_on
from tests.warehouses.duckdb import DuckDBWarehouse
from tests.warehouses.redshift import RealRedshiftWarehouse


def natively(output: Mapping[str, Any]) -> Connection:
    adapter = adapter_of(output["type"])
    assert adapter.connection is not None
    assert adapter.opens_natively(output)
    return adapter.connection(output)


@pytest.fixture(scope="module")
def setup(server: Server, tmp_path_factory: Any) -> Iterator[Setup]:
    """One connection for all checks of a warehouse."""
    warehouse = server.new(tmp_path_factory.mktemp("warehouse"))
    case = CASES[warehouse.adapter]
    if isinstance(warehouse, RealRedshiftWarehouse):  # some is PostgreSQL's behind it
        case = replace(case, elsewhere=(), backend="")
    make_ready(warehouse, case)
    setup = Setup(case, warehouse, natively)
    yield setup
    setup.connection.close()
    warehouse.close()


@pytest.fixture(scope="module")
def setup_through_dbt(server: Server, tmp_path_factory: Any) -> Iterator[Setup]:
    folder: Path = tmp_path_factory.mktemp("project")
    folder.joinpath("dbt_project.yml").write_text("name: shop\nprofile: shop\n")

    def through_dbt(output: Mapping[str, Any]) -> Connection:
        profile = {"shop": {"target": "dev", "outputs": {"dev": dict(output)}}}
        folder.joinpath("profiles.yml").write_text(yaml.safe_dump(profile))
        project = load_project(folder, folder, environ={})
        return connect(project, through_dbt=True)

    warehouse = server.new(tmp_path_factory.mktemp("warehouse"))
    case = CASES[warehouse.adapter]
    make_ready(warehouse, case)
    setup = Setup(case, warehouse, through_dbt, reopens=False)
    yield setup
    setup.connection.close()
    warehouse.close()


def named(check: Any) -> str:
    return str(check.__name__).removeprefix("check_that_")


@only_on(*CASES)
@pytest.mark.conformance
@pytest.mark.parametrize("check", CHECKS, ids=named)
def test_the_contract_holds(check, setup):
    check(setup)


@only_on("duckdb", "postgres", "snowflake")
@pytest.mark.conformance
@pytest.mark.parametrize("check", CHECKS, ids=named)
def test_the_contract_holds_through_dbts_adapter(check, setup_through_dbt):
    # An adapter that is made looks for the module of each caller, again and again: in
    # a thread there are few callers, and pytest's are many.
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(check, setup_through_dbt).result()


@pytest.mark.parametrize(
    ("opened", "place"),
    [(PostgresConnection, "PostgreSQL"), (RedshiftConnection, "Redshift")],
)
def test_a_server_that_is_away_is_tried_as_often_as_the_profile_says(opened, place):
    waits: list[float] = []
    profile = {"host": "127.0.0.1", "port": 1, "user": "u", "dbname": "d"}
    profile |= {"password": "hunter2", "retries": 2}
    connection = opened(profile, sleep=waits.append)
    with pytest.raises(WarehouseUnreachable) as caught:
        connection.query("select 1")
    assert f"cannot connect to {place} at 127.0.0.1, port 1" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert waits == [1, 4]


class Miscounts(DuckDBConnection):
    def _write(self, session, sql, parameters):
        return super()._write(session, sql, parameters) or 1


class KeepsTransactionsOpen(DuckDBConnection):
    keeps_session = True

    def _prepare(self, session):
        super()._prepare(session)
        session.execute("begin")


class KeepsTheProfilesZone(DuckDBConnection):
    def _prepare(self, session):
        super()._prepare(session)
        session.execute("set TimeZone = 'Asia/Tokyo'")


class ReadsAsTheDriverDoes(DuckDBConnection):
    def _read(self, session, sql, parameters):
        return session.execute(sql, list(parameters) or None).fetchall()


class WritesValuesIntoTheText(DuckDBConnection):
    def _run(self, sql, parameters, work):
        for value in parameters:
            sql = sql.replace("?", f"'{value}'" if value is not None else "null", 1)
        return super()._run(sql, (), work)


class RepeatsWhatWasSaid(DuckDBConnection):
    def _failure(self, error, sql, parameters, lost):
        return WarehouseError(str(error))


class ChainsErrors(DuckDBConnection):
    def _failure(self, error, sql, parameters, lost):
        failure = super()._failure(error, sql, parameters, lost)
        failure.__context__ = error
        return failure


class OpensOnce(DuckDBConnection):
    def _open(self):
        if hasattr(self, "opened"):
            raise WarehouseError("it was closed")
        self.opened = True
        return super()._open()


@pytest.fixture(scope="module")
def duckdb_warehouse(tmp_path_factory: Any) -> DuckDBWarehouse:
    warehouse = DuckDBWarehouse(tmp_path_factory.mktemp("warehouse") / "held.duckdb")
    make_ready(warehouse, CASES["duckdb"])
    return warehouse


@pytest.mark.parametrize(
    ("broken", "promise"),
    [
        (Miscounts, "rows_come_back_and_written_rows_are_counted"),
        (KeepsTransactionsOpen, "every_statement_is_committed_by_itself"),
        (KeepsTheProfilesZone, "the_session_is_in_utc"),
        (ReadsAsTheDriverDoes, "values_come_back_as_plain_python_types"),
        (WritesValuesIntoTheText, "values_are_bound"),
        (RepeatsWhatWasSaid, "a_missing_relation_is_told_apart"),
        (RepeatsWhatWasSaid, "errors_hold_no_data_of_rows"),
        (ChainsErrors, "errors_hold_no_data_of_rows"),
        (OpensOnce, "it_may_be_closed_twice_and_opens_again"),
    ],
)
def test_a_connection_that_breaks_a_promise_breaks_the_contract(
    broken, promise, duckdb_warehouse
):
    setup = Setup(CASES["duckdb"], duckdb_warehouse, broken)
    [check] = [check for check in CHECKS if named(check) == promise]
    with pytest.raises((AssertionError, WarehouseError, duckdb.Error)):
        check(setup)
    setup.connection.close()
