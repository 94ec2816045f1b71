"""The test project on each warehouse; its folder is shared, its contents are not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dbt.dispatched import Shop
from tests.dbt.warehouse_project import DiffProject
from tests.engine.store import Store
from tests.keeping import Keeper
from tests.warehouses.base import Server
from tests.warehouses.duckdb import DuckDBWarehouse


@pytest.fixture(scope="session")
def shared_project(
    server: Server, keep: Keeper, tmp_path_factory: pytest.TempPathFactory
) -> DiffProject:
    def start() -> DiffProject:
        folder = tmp_path_factory.mktemp("warehouse")
        return DiffProject(folder / "project", server.new(folder))

    return keep((server, "diffs"), start)


@pytest.fixture
def project(shared_project: DiffProject, request: pytest.FixtureRequest) -> DiffProject:
    """A project with the source table `people` and nothing else in the warehouse."""
    name = getattr(request.node, "originalname", request.node.name)
    if name in shared_project.warehouse.excluded:
        pytest.skip(shared_project.warehouse.excluded[name])
    shared_project.reset()
    return shared_project


@pytest.fixture
def shop(project: DiffProject, store: Store) -> Iterator[Shop]:
    """A project whose people are bound to the store and were never built."""
    project.configure("id", service="records")
    project.select("select cast(id as varchar(20)) as id, name, city from people")
    opened = Shop(project, store)
    yield opened
    opened.ledger.close()


def duckdb_project(folder: Path) -> DiffProject:
    """The same project for tests of what no warehouse has a part in."""
    warehouse = DuckDBWarehouse(folder / "warehouse.duckdb")
    return DiffProject(folder / "project", warehouse)
