"""Runs that all find no ledger make it together, as where each model is a run."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2

from tests.dbt.warehouse_project import DiffProject, on_postgres

RUNS = 3
DIFF = """
{{ config(
    unique_key='id', meta={'outhaul': {'destination': 'crm', 'service': 'contacts'}}
) }}
select * from people
"""


@on_postgres
def test_first_runs_at_once_make_one_ledger(project: DiffProject) -> None:
    """Each is kept from making the schema, and then the tables, until all are there."""
    project.configure_project(vars={"outhaul_schema": "shop_ledger"})
    project.people((1, "Ann", "Rome"))
    names = [f"diff_{number}" for number in range(RUNS)]
    for name in names:
        project.write_model(name, DIFF)
    assert project.dbt("parse").success
    with (
        unwritable(project, "pg_class") as tables,
        unwritable(project, "pg_namespace") as schemas,
    ):
        runs = [start_build(project.folder, name) for name in names]
        try:
            wait_for_all(project, runs)
            schemas.rollback()
            wait_for_all(project, runs)
            tables.rollback()
            told = [run.communicate()[0] for run in runs]
        finally:
            for run in runs:
                run.kill()
    assert [run.returncode for run in runs] == [0] * RUNS, "\n".join(told)
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


def start_build(folder: Path, name: str) -> subprocess.Popen[str]:
    """`dbt build` of one model in a process of its own, which need not parse."""
    dbt = Path(sys.executable).with_name("dbt")
    options = {
        "--select": name,
        "--target-path": folder / f"target_{name}",
        "--partial-parse-file-path": folder / "target" / "partial_parse.msgpack",
    }
    return subprocess.Popen(
        [dbt, "build", *(str(word) for option in options.items() for word in option)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_for_all(project: DiffProject, runs: list[subprocess.Popen[str]]) -> None:
    """Wait until each run waits for a lock, however long that takes here."""
    waiting = (
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
        " and datname = current_database() and backend_type = 'client backend'"
    )
    while project.run_sql(waiting) != [(RUNS,)]:
        for run in runs:
            assert run.poll() is None, run.communicate()[0]
        time.sleep(0.05)
