"""The test projects on each warehouse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.segments.segment_project import SegmentProject


@pytest.fixture(scope="session", params=["duckdb", "postgres"])
def new_project(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], SegmentProject]:
    """Creates a project from a template, on an empty database of this warehouse."""

    def create(template: str) -> SegmentProject:
        folder: Path = tmp_path_factory.mktemp(request.param)
        if request.param == "postgres":
            database = request.getfixturevalue("postgres").new_database()
            output, run_sql = database.profile("shop"), database.run
        else:
            path = str(folder / "warehouse.duckdb")
            output = {"type": "duckdb", "path": path, "schema": "shop", "threads": 1}

            def run_sql(sql: str) -> list[tuple[Any, ...]]:
                with duckdb.connect(path) as connection:
                    return connection.execute(sql).fetchall()

        project = SegmentProject(folder / "project", output, run_sql)
        project.create(template)
        return project

    return create


@pytest.fixture(scope="session")
def built(new_project: Callable[[str], SegmentProject]) -> SegmentProject:
    """The project of all macros after `dbt build`, which runs its unit tests too."""
    project = new_project("project")
    project.succeed("build")
    return project
