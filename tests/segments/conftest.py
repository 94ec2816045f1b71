"""The test project on each warehouse, built once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.segments.segment_project import SegmentProject


@pytest.fixture(scope="session", params=["duckdb", "postgres"])
def empty_project(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> SegmentProject:
    """The project on a warehouse in which nothing is built."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    if request.param == "postgres":
        database = request.getfixturevalue("postgres").new_database()
        project = SegmentProject(
            folder / "project", database.profile("shop"), database.run
        )
    else:
        path = str(folder / "warehouse.duckdb")
        output = {"type": "duckdb", "path": path, "schema": "shop", "threads": 1}

        def run_sql(sql: str) -> list[tuple[Any, ...]]:
            with duckdb.connect(path) as connection:
                return connection.execute(sql).fetchall()

        project = SegmentProject(folder / "project", output, run_sql)
    project.create()
    return project


@pytest.fixture(scope="session")
def built(empty_project: SegmentProject) -> Iterator[SegmentProject]:
    """The project after `dbt build`, which runs its data tests and unit tests too."""
    empty_project.succeed("build")
    yield empty_project
