"""What looks like an accident is held, and partial runs change nothing."""

from __future__ import annotations

import pytest

from tests.dbt.warehouse_project import DiffProject, on_duckdb

COUNTS = "hold, rows_removed, sendable_seq, last_seq"


def acknowledge(project: DiffProject, count: int) -> None:
    """Have people with the ids 1 to `count` acknowledged."""
    project.many_people(1, count)
    project.build()
    project.deliver()


@pytest.mark.conformance(lengthy=True)
def test_I01_an_empty_segment_holds_everything(project: DiffProject) -> None:
    project.settle((1, "Ann", "Rome"))
    project.people()
    project.build()
    assert project.activation(COUNTS) == ("all", 1, 0, 1)
    assert project.warned("the segment is empty while the destination holds 1 row")
    # and it passes by itself when the people are back
    project.people((1, "Ann", "Rome"))
    project.build()
    assert project.activation(COUNTS) == (None, 0, 0, 0)


def test_an_empty_segment_that_never_held_anything_is_fine(
    project: DiffProject,
) -> None:
    project.build()
    project.build()
    assert project.activation(COUNTS) == (None, 0, 0, 0)
    assert project.warnings == []


@pytest.mark.conformance(lengthy=True)
def test_I02_removals_of_more_than_a_fifth_are_held_and_the_rest_is_sent(
    project: DiffProject,
) -> None:
    acknowledge(project, 1000)
    project.many_people(211, 1001)
    people = project.table("people")
    project.run_sql(f"update {people} set city = 'new' where id = 500")
    project.build()
    assert project.activation(COUNTS) == ("removals", 210, 2, 212)
    assert project.warned("210 of 1000 rows would be removed, more than max_removed")
    first = project.run_sql(
        f"select _outhaul_change, id from {project.table('people_out')}"
        " where _outhaul_seq <= 2 order by _outhaul_seq"
    )
    assert first == [("inserted", 1001), ("updated", 500)]
    project.many_people(191, 1001)
    project.build()
    assert project.activation(COUNTS) == (None, 190, 191, 191)


def test_I03_thirty_of_ninety_may_leave(project: DiffProject) -> None:
    acknowledge(project, 90)
    project.many_people(31, 90)
    project.build()
    assert project.activation(COUNTS) == (None, 30, 30, 30)


@on_duckdb
@pytest.mark.parametrize(
    ("max_removed", "hold"),
    [(0.29, None), (0.28, "removals")],
)
def test_max_removed_sets_the_share(
    project: DiffProject, max_removed: float, hold: str | None
) -> None:
    """Met exactly it is not exceeded, although 0.29 * 100 is below 29."""
    project.configure(max_removed=max_removed)
    acknowledge(project, 100)
    project.many_people(30, 100)
    project.build()
    assert project.activation("hold, rows_removed") == (hold, 29)


def test_I07_updates_of_more_than_half_are_told(project: DiffProject) -> None:
    acknowledge(project, 100)
    people = project.table("people")
    project.run_sql(f"update {people} set city = 'new' where id <= 51")
    project.build()
    assert project.warned("51 of 100 acknowledged rows are updated, although")
    assert project.activation("hold, sendable_seq") == (None, 51)
    # not where the columns changed: then it is what people meant
    project.select("select *, 'x' as extra from people")
    project.build()
    assert project.activation("rows_updated") == (100,)
    assert not project.warned("acknowledged rows are updated")


def test_I15_a_resync_is_guarded_too(project: DiffProject) -> None:
    acknowledge(project, 1000)
    project.many_people(701, 1000)
    project.control("resync")
    project.build()
    assert project.activation(COUNTS) == ("removals", 700, 300, 1000)


@pytest.mark.conformance(lengthy=True)
@pytest.mark.parametrize("option", ["--empty", "--sample=1 day"])
def test_a_run_that_sees_only_a_part_changes_nothing(
    project: DiffProject, option: str
) -> None:
    project.build(option)
    assert project.rows() == []
    assert not project.exists("people_out__acknowledged")
    project.settle((1, "Ann", "Rome"))
    project.people((2, "Bob", "Oslo"))
    before = project.everything()
    project.build(option)
    assert project.everything() == before
    # the twin without the option
    project.build()
    assert project.rows() == [("removed", 1), ("inserted", 2)]


@on_duckdb
def test_an_empty_run_shows_the_errors_of_the_query(project: DiffProject) -> None:
    project.select("select id, nothing_of_the_kind from people")
    assert "nothing_of_the_kind" in project.failing_build("--empty")


def test_E12_a_full_refresh_keeps_what_is_known(project: DiffProject) -> None:
    project.settle((1, "Ann", "Rome"), (2, "Bob", "Oslo"))
    project.people((1, "Ann", "Rome"))
    project.build("--full-refresh")
    assert project.rows() == [("removed", 2)]
    assert project.activation("generation") == (2,)
