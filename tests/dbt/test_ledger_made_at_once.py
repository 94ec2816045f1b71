"""Runs that all find no ledger make it together, as where each model is a run."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2

from tests.dbt.warehouse_project import DiffProject, on_postgres
from tests.dbt_versions.tcp import port_of
from tests.dbt_versions.versions import installed

DIFF = """
{{ config(
    unique_key='id', meta={'outhaul': {'destination': 'crm', 'service': 'contacts'}}
) }}
select * from people
"""

Run = subprocess.Popen[str]


@on_postgres
def test_first_runs_at_once_make_one_ledger(project: DiffProject) -> None:
    names = write_diffs(project, 2)  # each run takes seconds
    assert project.dbt("parse").success
    parsed = project.folder / "target" / "partial_parse.msgpack"
    dbt = Path(sys.executable).with_name("dbt")
    build_at_once(
        project,
        names,
        lambda build: start(
            project, [dbt, *build, "--partial-parse-file-path", parsed]
        ),
    )


@on_postgres
def test_first_runs_of_dbt_2_at_once_make_one_ledger(
    project: DiffProject, tmp_path: Path
) -> None:
    dbt = installed("2.0", tmp_path)
    names = write_diffs(project, 6)
    socket = Path(project.output["host"]) / f".s.PGSQL.{project.output['port']}"
    with port_of(socket) as port:
        project.write_profile(host="127.0.0.1", port=port, password="unused")
        build_at_once(
            project,
            names,
            lambda build: start(project, [dbt.program, *build], env=dbt.environ),
        )


def write_diffs(project: DiffProject, count: int) -> list[str]:
    """So many diffs of one person, with a ledger in a schema of its own."""
    project.configure_project(vars={"outhaul_schema": "shop_ledger"})
    project.people((1, "Ann", "Rome"))
    names = [f"diff_{number}" for number in range(count)]
    for name in names:
        project.write_model(name, DIFF)
    return names


def build_at_once(
    project: DiffProject, names: list[str], start: Callable[[list[Any]], Run]
) -> None:
    """Build each diff by a run of its own, which `start` starts.

    Each is kept from making the schema, and then the tables, until all are there.
    """
    with (
        unwritable(project, "pg_class") as tables,
        unwritable(project, "pg_namespace") as schemas,
    ):
        runs = [
            start(["build", "--select", name, "--target-path", f"target_{name}"])
            for name in names
        ]
        try:
            wait_for_all(project, runs)
            schemas.rollback()
            wait_for_all(project, runs)
            tables.rollback()
            told = [run.communicate()[0] for run in runs]
        finally:
            for run in runs:
                run.kill()
    assert [run.returncode for run in runs] == [0] * len(names), "\n".join(told)
    registered = project.run_sql(
        "select activation, rows_inserted from shop_ledger.outhaul_activations"
        " order by activation"
    )
    assert registered == [(name, 1) for name in names]


@contextmanager
def unwritable(project: DiffProject, catalog: str) -> Iterator[Any]:
    """Let all who write to a table of the catalog wait until this session ends."""
    place = {name: project.output[name] for name in ("host", "port", "user", "dbname")}
    session = psycopg2.connect(**place)
    try:
        with session.cursor() as cursor:
            cursor.execute(f"lock table pg_catalog.{catalog} in share mode")
        yield session
    finally:
        session.close()


def start(
    project: DiffProject, command: list[Any], env: dict[str, str] | None = None
) -> Run:
    return subprocess.Popen(
        [str(word) for word in command],
        cwd=project.folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_for_all(project: DiffProject, runs: list[Run]) -> None:
    """Wait until each run waits for a lock, however long that takes here."""
    waiting = (
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
        " and datname = current_database() and backend_type = 'client backend'"
    )
    while project.run_sql(waiting) != [(len(runs),)]:
        for run in runs:
            assert run.poll() is None, run.communicate()[0]
        time.sleep(0.05)
