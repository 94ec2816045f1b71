"""The views over the ledger, and the ledger itself, on both warehouses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.docs.activity_project import ActivityProject
from tests.docs.pages import ROOT, tables

NOW = "(current_timestamp at time zone 'utc')"
EARLIER = f"({NOW} - interval '1 hour')"
LATER = f"({NOW} + interval '1 hour')"
WORDS = {
    "character varying": "text",
    "double precision": "float",
    "real": "float",
    "timestamp without time zone": "timestamp",
    "varchar": "text",
}


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ActivityProject]:
    """A project that was built once, on a warehouse that was empty before."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    if request.param == "postgres":
        database = request.getfixturevalue("postgres").new_database()
        run_sql, output = database.run, database.profile("shop")
    else:
        path = str(folder / "warehouse.duckdb")
        output = {"type": "duckdb", "path": path, "schema": "shop", "threads": 1}

        def run_sql(sql: str) -> list[tuple[Any, ...]]:
            with duckdb.connect(path) as connection:
                return connection.execute(sql).fetchall()

    project = ActivityProject(folder / "project", run_sql)
    project.create(output)
    project.dbt("build")
    yield project


@pytest.fixture
def project(built: ActivityProject) -> ActivityProject:
    built.forget()
    return built


def test_the_tables_have_the_documented_columns(project: ActivityProject) -> None:
    page = tables((ROOT / "docs" / "ledger.md").read_text("utf-8"))
    own = {"d": "people_out"}
    own |= {
        f"d__{name}": f"people_out__{name}" for name in ("acknowledged", "rejected")
    }
    for heading in page:
        if heading in own or heading.startswith("outhaul_"):
            found = [
                (name, WORDS.get(data_type.lower(), data_type.lower()))
                for name, data_type in project.columns(own.get(heading, heading))
                if heading not in own or name.startswith("_outhaul_")
            ]
            assert found == [(row[0].strip("`"), row[1]) for row in page[heading]]


def test_a_sync_that_ended_is_one_row_of_history(project: ActivityProject) -> None:
    start = {"planned_inserted": 3, "seconds": 0, "requests": 0, "accepted_inserted": 0}
    end = start | {"seconds": 7, "requests": 2, "accepted_inserted": 3}
    project.insert(
        "syncs", sync_id="'s'", status="'running'", recorded_at=EARLIER, **start
    )
    project.insert("syncs", sync_id="'s'", status="'succeeded'", recorded_at=NOW, **end)
    columns = "status, planned_inserted, accepted_inserted, requests, seconds"
    assert project.view("sync_history", columns) == [("succeeded", 3, 3, 2, 7)]
    assert project.view("sync_history", "started_at < ended_at") == [(True,)]


@pytest.mark.parametrize(
    ("expires", "fence", "status"),
    [(LATER, 1, "running"), (EARLIER, 1, "unfinished"), (LATER, 2, "unfinished")],
)
def test_a_sync_without_an_end_runs_or_is_unfinished(
    project: ActivityProject, expires: str, fence: int, status: str
) -> None:
    project.change(lease_fence=fence, lease_expires_at=expires)
    project.insert(
        "syncs",
        sync_id="'s'",
        status="'running'",
        recorded_at=EARLIER,
        accepted_inserted=0,
    )
    columns = "status, ended_at, accepted_inserted"
    assert project.view("sync_history", columns) == [(status, None, None)]


def test_the_status_tells_what_is_pending_and_in_doubt(
    project: ActivityProject,
) -> None:
    columns = "rows_pending, rows_in_doubt, rows_guarded, last_sync_status"
    assert project.view("activation_status", columns) == [(3, 0, 0, None)]
    project.insert("claims", claimed_seq=2, committed_seq=0, recorded_at=EARLIER)
    project.insert("claims", claimed_seq=2, committed_seq=1, recorded_at=NOW)
    project.insert("claims", generation=0, claimed_seq=9, committed_seq=9)
    project.insert("syncs", sync_id="'s'", status="'failed'", recorded_at=NOW)
    assert project.view("activation_status", columns) == [(2, 1, 0, "failed")]


def test_an_approval_releases_what_a_guard_holds(project: ActivityProject) -> None:
    columns = "rows_pending, rows_guarded, hold_reason"
    project.change(sendable_seq=1, hold_reason="'too many'")
    project.insert("controls", action="'approve'", generation=0, recorded_at=NOW)
    assert project.view("activation_status", columns) == [(1, 2, "too many")]
    project.insert("controls", action="'approve'", recorded_at=NOW)
    assert project.view("activation_status", columns) == [(3, 0, None)]


def test_the_last_switch_says_whether_an_activation_is_paused(
    project: ActivityProject,
) -> None:
    project.insert("controls", action="'pause'", recorded_at=EARLIER)
    assert project.view("activation_status", "is_paused") == [(True,)]
    project.insert("controls", action="'resume'", recorded_at=NOW)
    assert project.view("activation_status", "is_paused") == [(False,)]


def test_a_rejection_that_was_written_twice_counts_once(
    project: ActivityProject,
) -> None:
    for seq, kind in ((1, "rejected"), (1, "rejected"), (2, "invalid")):
        project.insert(
            "rejections",
            seq=seq,
            kind=f"'{kind}'",
            code="'bad'",
            message=f"'Row {seq}.'",
            recorded_at=EARLIER,
        )
    columns = "code, rejection_count, rejected_count, invalid_count, last_message"
    assert project.view("rejection_reasons", columns) == [("bad", 2, 1, 1, "Row 2.")]
    assert project.view("activation_status", "rows_rejected") == [(2,)]
    adoption = {"control_id": "'c'", "action": "'adopt'", "actor": "'dana'"}
    project.insert("controls", **adoption, recorded_at=NOW)
    assert project.view("activation_status", "rows_rejected") == [(0,)]


def test_the_views_pass_their_own_tests_on_a_ledger_in_use(
    project: ActivityProject,
) -> None:
    project.insert("syncs", sync_id="'s'", status="'some rejected'", recorded_at=NOW)
    project.insert(
        "rejections", seq=1, kind="'missing'", code="'missing'", recorded_at=NOW
    )
    project.dbt("test", "--select", "package:outhaul")
    project.insert("syncs", sync_id="'t'", status="'unheard of'", recorded_at=NOW)
    with pytest.raises(AssertionError):
        project.dbt("test", "--select", "package:outhaul")
