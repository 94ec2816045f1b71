"""Builds and syncs keep out of each other's way; a failing build leaves no trace."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta
from itertools import chain, repeat
from pathlib import Path
from types import SimpleNamespace

import psycopg2
import pytest
from dbt.context import base

from tests.dbt.warehouse_project import DiffProject, on_postgres, only_on

ANN, BOB = (1, "Ann", "Rome"), (2, "Bob", "Oslo")
LEASE = "lease_holder, lease_expires_at"


@pytest.mark.conformance
def test_a_build_during_a_sync_leaves_the_diff_and_the_next_one_catches_up(
    project: DiffProject,
) -> None:
    project.settle(ANN)
    project.hold_lease(minutes=5)
    project.people(ANN, BOB)
    before = project.everything()
    project.build()
    assert project.everything() == before
    assert project.warned('left as it is, because "sync 1" is at work on it until')
    assert project.warned("The next build catches up.")
    project.hold_lease(minutes=5, holder="ended: sync 1")
    project.build()
    assert project.warned("left as it is, because no sync is at work, but a request")
    project.run_sql(
        f"update {project.table('outhaul_activations')}"
        " set lease_holder = null, lease_expires_at = null"
    )
    project.build()
    assert project.rows() == [("inserted", 2)]
    assert project.acknowledged() == [(1, "Ann", None)]


@pytest.mark.conformance(lengthy=True)
def test_F02_a_lease_that_has_ended_is_taken_over(project: DiffProject) -> None:
    project.settle(ANN)
    project.hold_lease(minutes=-1)
    (fence,) = project.activation("lease_fence")
    project.build()
    assert project.activation("lease_fence") == (fence + 1,)
    assert project.activation(LEASE) == (None, None)


@pytest.mark.conformance(lengthy=True)
def test_A14_a_build_that_fails_leaves_everything_as_it_was(
    project: DiffProject,
) -> None:
    project.settle(ANN)
    project.people(ANN, BOB)
    before = project.everything()
    project.select("select id, name, city / 0 as city from people")
    project.failing_build()
    assert project.everything() == before
    project.select("select * from people")
    project.build()
    assert project.rows() == [("inserted", 2)]


def test_A13_A14_a_build_that_fails_at_its_very_end_is_undone_and_can_be_repeated(
    project: DiffProject,
) -> None:
    project.settle(ANN, BOB)
    project.people(BOB)
    project.build()
    project.deliver(committed=0)
    project.people((2, "Bert", "Oslo"))
    before = project.everything()
    project.configure(config={"post_hook": "select nothing_of_the_kind"})
    project.failing_build()
    assert project.everything() == before
    project.configure()
    project.build()
    assert project.rows() == [("removed", 1), ("updated", 2)]


@only_on("duckdb", "postgres")
def test_the_query_of_the_model_runs_once_a_build(project: DiffProject) -> None:
    project.run_sql("create sequence shop.calls")
    project.select("select * from people where (select nextval('shop.calls')) > 0")
    project.configure(max_invalid=1)
    last_value = (
        "select last_value from pg_sequences where sequencename = 'calls'"
        if project.adapter == "postgres"
        else "select last_value from duckdb_sequences() where sequence_name = 'calls'"
    )
    for calls, people in enumerate([[ANN], [ANN, BOB], [BOB, BOB, (2, "x", "y")]], 1):
        project.people(*people)
        project.build()
        assert project.run_sql(last_value) == [(calls,)]
        project.deliver()


@on_postgres
def test_a_resync_that_is_asked_for_during_a_build_is_for_the_next_one(
    project: DiffProject,
) -> None:
    """On DuckDB nobody can ask then, and the clock stands still during a build."""
    project.settle(ANN)
    ask = (
        "insert into shop.outhaul_controls (control_id, activation, action,"
        " recorded_at) values ('c', 'people_out', 'resync',"
        " clock_timestamp() at time zone 'utc');"
    )
    project.configure(config={"sql_header": ask})
    project.build()
    assert project.rows() == []
    project.configure()
    project.build()
    assert project.rows() == [("inserted", 1)]


def test_diffs_are_built_beside_each_other(project: DiffProject) -> None:
    project.write_profile(threads=4)
    names = [f"beside_{number}" for number in range(6)]
    for name in names:
        project.write_model(
            name,
            "{{ config(unique_key='id', meta={'outhaul': {'destination': 'crm',"
            " 'service': 'contacts'}}) }} select * from people",
        )
    project.people(ANN, BOB)
    for generation in (1, 2):
        project.build()
        for name in names:
            found = project.activation("generation, rows_inserted, lease_holder", name)
            assert found == (generation, 2, None)


@on_postgres
def test_F10_builds_at_once_wait_for_each_other(project: DiffProject) -> None:
    """PostgreSQL alone has builds at once: DuckDB's file belongs to one process."""
    project.people(ANN)
    project.build("--empty")  # makes the ledger
    lock = psycopg2.connect(
        host=project.output["host"],
        port=project.output["port"],
        user=project.output["user"],
        dbname=project.output["dbname"],
    )
    with lock.cursor() as cursor:
        cursor.execute(
            f"lock table {project.table('outhaul_activations')}"
            " in share row exclusive mode"
        )
    here = threading.Thread(target=project.build)
    with start_build(project.folder) as there:
        try:
            wait_for_waiting(project, 1, there)
            here.start()
            wait_for_waiting(project, 2, there)
            lock.rollback()
            here.join()
            output, _ = there.communicate()
        finally:
            lock.close()
            there.kill()
    assert there.returncode == 0, output
    found = project.activation("generation, rows_inserted, lease_fence, lease_holder")
    assert found == (2, 1, 2, None)
    assert project.rows("_outhaul_generation, id") == [(2, 1)]


@only_on("redshift")
@pytest.mark.conformance
def test_a_build_that_outlives_its_lease_publishes_nothing(
    project: DiffProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only after half of its time does it ask again whether the lease is its own."""
    modules = base.get_context_modules()

    def build_lasts(minutes: int) -> None:
        begun = datetime.now()
        times = chain([begun], repeat(begun + timedelta(minutes=minutes)))
        clock = SimpleNamespace(datetime=SimpleNamespace(now=lambda: next(times)))
        lasting = {**modules, "datetime": clock}
        monkeypatch.setattr(base, "get_context_modules", lambda: lasting)

    project.settle(ANN)
    for minutes, questions in [(29, 0), (31, 1), (-1, 1)]:
        build_lasts(minutes)
        project.build()
        assert sum("lease_count" in sql for sql in project.statements) == questions
    activations = project.table("outhaul_activations")
    another_begins = f"update {activations} set lease_fence = lease_fence + 1;"
    project.configure(config={"sql_header": another_begins})
    project.people(ANN, BOB)
    before = project.rows("*"), project.activation("generation")
    build_lasts(31)
    message = project.failing_build()
    assert "this build took longer than its lease, and another has begun" in message
    assert (project.rows("*"), project.activation("generation")) == before


def start_build(folder: Path) -> subprocess.Popen[str]:
    """`dbt build` in a process of its own."""
    command = [sys.executable, "-m", "dbt.cli.main", "build", "--no-partial-parse"]
    return subprocess.Popen(
        [*command, "--target-path", str(folder / "target_there")],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_for_waiting(
    project: DiffProject, count: int, build: subprocess.Popen[str]
) -> None:
    """Wait until so many sessions wait for a lock, however long that takes here."""
    waiting = (
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
        " and datname = current_database() and backend_type = 'client backend'"
    )
    while project.run_sql(waiting) != [(count,)]:
        assert build.poll() is None, f"{count} builds should wait for the lock"
        time.sleep(0.05)
