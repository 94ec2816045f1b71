"""A project with a diff and models that count, built on each warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.dbt_runs import run_dbt
from tests.docs.activity_project import ActivityProject

PEOPLE = """
select 1 as person_id, 'FR' as country union all
select 2, 'FR' union all
select 3, '<b>&"x"' union all
select 4, '日本' union all
select 5, 'مصر' union all
select 6, null union all
select 7, 'ann@example.com'
"""
MODELS = {
    "people": (PEOPLE, None),
    "older": ("select * from {{ ref('people') }} where person_id <= 4", None),
    "newer": ("select * from {{ ref('people') }} where person_id >= 3", None),
    "by_country": (
        "{{ outhaul.breakdown(ref('people'), 'country', top=5) }}",
        "breakdown",
    ),
    "in_common": (
        "{{ outhaul.overlap([ref('older'), ref('newer')], key='person_id') }}",
        "overlap",
    ),
    "in_sets": (
        "{{ outhaul.combinations([ref('older'), ref('newer')], key='person_id') }}",
        "combinations",
    ),
    "history": (
        "-- depends_on: {{ ref('people_out') }}\n{{ outhaul.segment_history() }}",
        "history",
    ),
    "not_a_breakdown": ("select 1 as place", "breakdown"),
    "unknown_kind": ("select 1 as place", "pie"),
}


class ReportProject(ActivityProject):
    """The project of the activity views, with models that count beside its diff."""

    def add_models(self) -> None:
        described = []
        for name, (sql, kind) in MODELS.items():
            (self.folder / "models" / f"{name}.sql").write_text(sql)
            meta = {"outhaul": {"report": kind}} if kind else {}
            config = {"materialized": "table", "meta": meta}
            described.append({"name": name, "config": config})
        (self.folder / "models" / "counts.yml").write_text(
            yaml.safe_dump({"models": described})
        )

    def build(self) -> None:
        """Build all, and leave dbt's manifest behind."""
        result = run_dbt(self.folder, "build", writes_artifacts=True)
        assert result.success, result.exception or result.result


@pytest.fixture(scope="session", params=["duckdb", "postgres"])
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ReportProject]:
    """A project that was built once, on a warehouse that was empty before."""
    folder: Path = tmp_path_factory.mktemp(f"report-{request.param}")
    if request.param == "postgres":
        database = request.getfixturevalue("postgres").new_database()
        run_sql, output = database.run, database.profile("shop")
    else:
        path = str(folder / "warehouse.duckdb")
        output = {"type": "duckdb", "path": path, "schema": "shop", "threads": 1}

        def run_sql(sql: str) -> list[tuple[Any, ...]]:
            with duckdb.connect(path) as connection:
                return connection.execute(sql).fetchall()

    project = ReportProject(folder / "project", run_sql)
    project.create(output)
    project.add_models()
    project.build()
    yield project


@pytest.fixture
def project(built: ReportProject) -> ReportProject:
    """Nothing of it was sent yet."""
    built.forget()
    return built
