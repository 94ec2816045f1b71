"""The test projects on each warehouse."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.keeping import Keeper
from tests.segments.segment_project import SegmentProject
from tests.warehouses.base import Server


@pytest.fixture(scope="session")
def new_project(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], SegmentProject]:
    """Creates a project from a template, on an empty database of this warehouse."""

    def create(template: str) -> SegmentProject:
        folder = tmp_path_factory.mktemp("segments")
        project = SegmentProject(folder / "project", server.new(folder))
        project.create(template)
        return project

    return create


@pytest.fixture(scope="session")
def built(
    server: Server, keep: Keeper, new_project: Callable[[str], SegmentProject]
) -> SegmentProject:
    """The project of all macros after `dbt build`, which runs its unit tests too."""

    def start() -> SegmentProject:
        project = new_project("project")
        project.succeed("build")
        return project

    return keep((server, "segments"), start)


@pytest.fixture(autouse=True)
def excluded_here(request: pytest.FixtureRequest) -> None:
    """Skip what cannot run on this warehouse, with the reason."""
    if "server" in request.fixturenames:
        excluded = getattr(request.getfixturevalue("server"), "excluded", {})
        name = getattr(request.node, "originalname", request.node.name)
        if name in excluded:
            pytest.skip(excluded[name])
