"""The test projects on each warehouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.segments.segment_project import SegmentProject
from tests.warehouses.base import Server, WarehouseUnderTest


@pytest.fixture(scope="session")
def new_project(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], SegmentProject]]:
    """Creates a project from a template, on an empty database of this warehouse."""
    opened: list[WarehouseUnderTest] = []

    def create(template: str) -> SegmentProject:
        folder: Path = tmp_path_factory.mktemp("segments")
        warehouse = server.new(folder)
        opened.append(warehouse)
        project = SegmentProject(folder / "project", warehouse)
        project.create(template)
        return project

    yield create
    for warehouse in opened:
        warehouse.close()


@pytest.fixture(scope="session")
def built(new_project: Callable[[str], SegmentProject]) -> SegmentProject:
    """The project of all macros after `dbt build`, which runs its unit tests too."""
    project = new_project("project")
    project.succeed("build")
    return project


@pytest.fixture(autouse=True)
def excluded_here(request: pytest.FixtureRequest) -> None:
    """Skip what cannot run on this warehouse, with the reason."""
    if "server" in request.fixturenames:
        excluded = getattr(request.getfixturevalue("server"), "excluded", {})
        name = getattr(request.node, "originalname", request.node.name)
        if name in excluded:
            pytest.skip(excluded[name])
