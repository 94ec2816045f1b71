"""A store, a ledger whose tables a real build made, and a world of both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.dbt.conftest import duckdb_project
from tests.dbt.warehouse_project import DiffProject
from tests.engine.ledger import Ledger
from tests.engine.store import Store
from tests.engine.world import World

SELECT = (
    "select cast(id as varchar) as id, name, city,"
    " cast(null as double precision) as score"
)


@pytest.fixture(scope="session")
def real_project(tmp_path_factory: pytest.TempPathFactory) -> DiffProject:
    """A dbt project on DuckDB, bound to the store; its folder is shared."""
    return duckdb_project(tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="session")
def tables(real_project: DiffProject) -> list[str]:
    """The statements that create what a real build created."""
    real_project.reset()
    real_project.configure("id")
    real_project.select(f"{SELECT} from people")
    real_project.build()
    found = real_project.run_sql(
        "select sql from duckdb_tables() where schema_name = 'shop'"
        " and table_name <> 'people'"
    )
    views = real_project.run_sql(
        "select replace(sql, current_database() || '.shop.', 'shop.')"
        " from duckdb_views() where schema_name = 'shop'"
    )
    return [sql for (sql,) in [*found, *views]]


@pytest.fixture
def ledger(tables: list[str]) -> Iterator[Ledger]:
    opened = Ledger(tables)
    yield opened
    opened.close()


@pytest.fixture
def world(ledger: Ledger, store: Store) -> World:
    """An activation of ten people that was never synced."""
    ledger.add_diff("people_out")
    world = World(ledger, store)
    world.people(*range(10))
    return world
