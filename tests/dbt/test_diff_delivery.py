"""What became of the published rows decides what the next build sends."""

from __future__ import annotations

import pytest

from tests.dbt.warehouse_project import NOW, DiffProject

ANN, BOB = (1, "Ann", "Rome"), (2, "Bob", "Oslo")
CHANGED = "_outhaul_change, id, _outhaul_changed_columns"


def test_a_first_build_inserts_all_and_the_next_one_nothing(
    project: DiffProject,
) -> None:
    project.settle(ANN, BOB)
    assert project.rows("_outhaul_seq, id, name, city") == [(1, *ANN), (2, *BOB)]
    project.build()
    assert project.rows() == []
    assert project.acknowledged() == [(1, "Ann", None), (2, "Bob", None)]
    counts = "rows_in_segment, rows_acknowledged, last_seq, sendable_seq, hold"
    assert project.activation(counts) == (2, 2, 0, 0, None)


@pytest.mark.conformance(lengthy=True)
def test_each_change_has_its_rows_and_removals_come_first(
    project: DiffProject,
) -> None:
    project.settle(ANN, BOB)
    project.people((2, "Bert", "Oslo"), (3, "Cat", "Bonn"))
    project.build()
    columns = "_outhaul_seq, _outhaul_change, _outhaul_changed_columns, id, name, city"
    assert project.rows(columns) == [
        (1, "removed", None, *ANN),
        (2, "inserted", None, 3, "Cat", "Bonn"),
        (3, "updated", '["name"]', 2, "Bert", "Oslo"),
    ]
    counts = "rows_removed, rows_inserted, rows_updated, last_seq, sendable_seq"
    assert project.activation(counts) == (1, 1, 1, 3, 3)


def test_what_was_never_claimed_is_computed_anew(project: DiffProject) -> None:
    project.people(ANN, BOB)
    project.build()
    project.people((1, "Anna", "Rome"))
    project.build()
    assert project.rows("_outhaul_change, id, name") == [("inserted", 1, "Anna")]


def test_a_change_and_back_that_was_acknowledged_is_sent_both_times(
    project: DiffProject,
) -> None:
    project.settle(ANN)
    project.settle((1, "Anna", "Rome"))
    project.people(ANN)
    project.build()
    assert project.rows(CHANGED) == [("updated", 1, '["name"]')]


def test_a_change_and_back_that_was_never_sent_is_no_change(
    project: DiffProject,
) -> None:
    project.settle(ANN)
    project.people((1, "Anna", "Rome"))
    project.build()
    project.people(ANN)
    project.build()
    assert project.rows() == []


def test_rows_are_sent_again_when_they_were_acknowledged_long_ago(
    project: DiffProject,
) -> None:
    project.configure(refresh_after="30 days")
    people = [(number, f"name {number}", "Rome") for number in range(1, 41)]
    project.settle(*people)
    project.build()
    sent = []
    for days in (29, 31, 34, 38):
        project.run_sql(
            f"update {project.table('people_out__acknowledged')} set"
            f" _outhaul_acknowledged_at = {NOW} - interval '{days}' day"
        )
        project.build()
        sent.append(len(project.rows()))
    none, few, more, everybody = sent
    assert (none, everybody) == (0, 40)
    assert 0 < few < more < 40  # a hash of the key puts each row off
    assert set(project.rows("_outhaul_change, _outhaul_changed_columns")) == {
        ("updated", "[]")
    }
    project.people((1, "Ann", "Rome"), *people[2:])
    project.build()
    assert ("removed", 2, None) in project.rows(CHANGED)
    assert ("updated", 1, '["name"]') in project.rows(CHANGED)
    project.deliver()
    project.build()
    assert project.rows() == []


def test_F08_a_change_in_doubt_and_back_is_sent_again(project: DiffProject) -> None:
    project.settle(ANN)
    project.people((1, "Anna", "Rome"))
    project.build()
    project.deliver(committed=0)
    project.people(ANN)
    project.build()
    assert project.rows(CHANGED) == [("updated", 1, '["name"]')]
    project.deliver()
    project.build()
    assert project.rows() == []


def test_a_row_in_doubt_is_sent_again_until_it_is_committed(
    project: DiffProject,
) -> None:
    project.people(ANN, BOB)
    project.build()
    project.deliver(claimed=2, committed=1)
    for _ in range(2):
        project.build()
        assert project.rows() == [("inserted", 2)]
        assert project.acknowledged() == [(1, "Ann", None), (2, "Bob", "inserted")]
        project.deliver(claimed=1, committed=0)
    project.build()
    project.deliver()
    project.build()
    assert project.rows() == []


def test_a_change_while_a_row_is_in_doubt_sends_the_newest_version(
    project: DiffProject,
) -> None:
    project.people(ANN)
    project.build()
    project.deliver(claimed=1, committed=0)
    project.people((1, "Anna", "Rome"))
    project.build()
    assert project.rows("_outhaul_change, id, name") == [("inserted", 1, "Anna")]


@pytest.mark.conformance(lengthy=True)
def test_F09_F06_a_leaver_whose_insertion_is_in_doubt_is_removed(
    project: DiffProject,
) -> None:
    project.people(ANN, BOB)
    project.build()
    project.deliver(claimed=1, committed=0)
    project.people((3, "Cat", "Bonn"))
    project.build()
    # one was claimed and may have arrived; the other was never sent
    assert [change for change, _ in project.rows()] == ["removed", "inserted"]


def test_a_leaver_that_was_never_claimed_is_nothing(project: DiffProject) -> None:
    project.people(ANN, BOB)
    project.build()
    project.people(BOB)
    project.build()
    assert project.rows() == [("inserted", 2)]


@pytest.mark.conformance(lengthy=True)
def test_F07_a_key_that_reenters_while_its_removal_is_in_doubt_is_inserted(
    project: DiffProject,
) -> None:
    project.settle(ANN, BOB)
    project.people(BOB)
    project.build()
    project.deliver(committed=0)
    project.people(ANN, BOB)
    project.build()
    assert project.rows() == [("inserted", 1)]
    assert project.acknowledged() == [(1, "Ann", "removed"), (2, "Bob", None)]
    project.deliver()
    project.build()
    assert project.rows() == []


def test_a_removal_in_doubt_is_sent_again(project: DiffProject) -> None:
    project.settle(ANN, BOB)
    project.people(BOB)
    project.build()
    project.deliver(committed=0)
    project.build()
    assert project.rows("_outhaul_change, id, name") == [("removed", 1, "Ann")]
    project.deliver()
    project.build()
    assert project.rows() == []
    assert project.acknowledged() == [(2, "Bob", None)]


@pytest.mark.conformance(lengthy=True)
def test_I08_a_rejected_row_is_held_and_does_not_stop_the_others(
    project: DiffProject,
) -> None:
    project.people(ANN, BOB)
    project.build()
    project.deliver(rejected={2: "rejected"})
    project.people(ANN, BOB, (3, "Cat", "Bonn"))
    project.build()
    assert project.rows() == [("inserted", 3)]
    [(reason, id)] = project.held()
    assert id == 2
    assert reason.startswith("rejected: bad, again after 20")
    assert project.activation("rows_held, last_seq") == (1, 1)
    assert project.rejected() == [(2, "inserted", "rejected", 1)]


def test_a_rejected_row_comes_back_when_its_time_has_come(
    project: DiffProject,
) -> None:
    project.people(ANN)
    project.build()
    project.deliver(rejected={1: "rejected"}, minutes_ago=61)
    project.build()
    assert project.rows() == [("inserted", 1)]
    assert project.held() == []


def test_I08_attempts_are_counted_and_the_waits_grow(project: DiffProject) -> None:
    project.people(ANN)
    project.build()
    waits = []
    for attempt in range(1, 4):
        project.deliver(rejected={1: "rejected"}, minutes_ago=100_000)
        project.build()
        assert project.rejected() == [(1, "inserted", "rejected", attempt)]
        [(again, then)] = project.rejected("_outhaul_retry_at, _outhaul_rejected_at")
        waits.append((again - then).total_seconds() / 60)
    assert waits == [60, 240, 1440]


def test_I08_a_refused_row_that_left_and_came_back_is_counted_anew(
    project: DiffProject,
) -> None:
    project.people(ANN, BOB)
    project.build()
    project.deliver(rejected={1: "rejected"}, minutes_ago=100_000)
    project.settle(BOB)
    assert project.rejected() == []
    project.people(ANN, BOB)
    project.build()
    project.deliver(rejected={1: "rejected"})
    project.build()
    assert project.rejected() == [(1, "inserted", "rejected", 1)]


def test_a_refused_version_that_comes_back_after_another_was_accepted_is_sent(
    project: DiffProject,
) -> None:
    project.people(ANN)
    project.build()
    project.deliver(rejected={1: "rejected"})
    project.settle((1, "Anna", "Rome"))
    project.people(ANN)
    project.build()
    assert (project.rows(), project.held()) == ([("updated", 1)], [])


def test_what_is_missing_is_tried_again_sooner(project: DiffProject) -> None:
    project.people(ANN)
    project.build()
    project.deliver(rejected={1: "missing"}, minutes_ago=9)
    project.build()
    assert project.rows() == []
    assert project.held()[0][0].startswith("missing: bad, again after ")
    project.run_sql(
        f"update {project.table('people_out__rejected')} set _outhaul_retry_at ="
        " _outhaul_retry_at - interval '2' minute"
    )
    project.build()
    assert project.rows() == [("inserted", 1)]


def test_retry_releases_what_was_rejected_before_it(project: DiffProject) -> None:
    project.people(ANN)
    project.build()
    project.deliver(rejected={1: "rejected"}, minutes_ago=1)
    project.build()
    assert project.rows() == []
    project.control("retry")
    project.build()
    assert project.rows() == [("inserted", 1)]
    project.deliver(rejected={1: "rejected"})
    project.build()
    assert project.rows() == []
    assert project.rejected() == [(1, "inserted", "rejected", 2)]


def test_adopt_counts_what_was_refused_before_it_as_delivered(
    project: DiffProject,
) -> None:
    project.people((1, "Ann", "Oslo"), (2, "Bob", "Rome"))
    project.build()
    project.deliver(rejected={1: "rejected"}, minutes_ago=1)
    project.control("adopt")
    project.build()
    assert (project.rows(), project.held(), project.rejected()) == ([], [], [])
    assert [row[0] for row in project.acknowledged()] == [1, 2]
    project.people((1, "Ann", "Rome"), (2, "Bob", "Oslo"))
    project.build()
    project.deliver(rejected={1: "rejected"})  # of a build that nobody adopted
    project.build()
    assert project.rejected() == [(1, "updated", "rejected", 1)]


def test_I09_a_rejected_row_that_was_mended_is_sent_at_once(
    project: DiffProject,
) -> None:
    project.people(ANN)
    project.build()
    project.deliver(rejected={1: "rejected"})
    project.people((1, "Anna", "Rome"))
    project.build()
    assert project.rows("_outhaul_change, id, name") == [("inserted", 1, "Anna")]
    project.deliver()
    project.build()
    assert project.rejected() == []
    assert project.rows() == []


def test_a_rejected_row_that_changes_and_fails_again_counts_from_one(
    project: DiffProject,
) -> None:
    project.people(ANN)
    project.build()
    project.deliver(rejected={1: "rejected"}, minutes_ago=90)
    project.people((1, "Anna", "Rome"))
    project.build()
    project.deliver(rejected={1: "invalid"})
    project.build()
    assert project.rejected() == [(1, "inserted", "invalid", 1)]


def test_a_rejected_update_leaves_what_was_acknowledged(project: DiffProject) -> None:
    project.settle(ANN)
    project.people((1, "Anna", "Rome"))
    project.build()
    project.deliver(rejected={1: "rejected"})
    project.build()
    assert project.acknowledged() == [(1, "Ann", None)]
    assert [id for _, id in project.held()] == [1]
    # back to what the destination holds: neither a change nor a rejection is left
    project.people(ANN)
    project.build()
    assert (project.rows(), project.held(), project.rejected()) == ([], [], [])


def test_a_rejected_removal_is_held_and_the_member_stays_known(
    project: DiffProject,
) -> None:
    project.settle(ANN, BOB)
    project.people(BOB)
    project.build()
    project.deliver(rejected={1: "rejected"})
    project.build()
    assert project.rows() == []
    assert [id for _, id in project.held()] == [1]
    assert project.acknowledged() == [(1, "Ann", None), (2, "Bob", None)]
    project.control("retry")
    project.build()
    assert project.rows() == [("removed", 1)]


def test_a_rejected_removal_of_a_row_that_is_back_is_forgotten(
    project: DiffProject,
) -> None:
    project.settle(ANN, BOB)
    project.people(BOB)
    project.build()
    project.deliver(rejected={1: "rejected"})
    project.people(ANN, BOB)
    project.build()
    assert (project.rows(), project.held(), project.rejected()) == ([], [], [])


@pytest.mark.conformance(lengthy=True)
def test_a_rejected_row_in_doubt_is_held_while_it_stays_and_removed_when_it_leaves(
    project: DiffProject,
) -> None:
    project.people(ANN, BOB)
    project.build()
    project.deliver(rejected={1: "rejected"}, is_in_doubt=True)
    project.build()
    assert project.rows() == []
    assert [id for _, id in project.held()] == [1]
    project.people(BOB)
    project.build()
    assert project.rows() == [("removed", 1)]


def test_a_rejected_row_that_left_is_forgotten(project: DiffProject) -> None:
    project.people(ANN, BOB)
    project.build()
    project.deliver(rejected={1: "rejected"})
    project.people(BOB)
    project.build()
    assert (project.rows(), project.held(), project.rejected()) == ([], [], [])


@pytest.mark.parametrize("committed", [0, 2])
def test_a_rejection_beyond_the_committed_position_counts(
    project: DiffProject, committed: int
) -> None:
    project.people(ANN, BOB)
    project.build()
    position = project.position(2)
    project.deliver(committed=committed, rejected={2: "rejected"})
    project.build()
    assert position <= 2
    assert [id for _, id in project.held()] == [2]
    assert project.rows() == ([("inserted", 1)] if committed == 0 else [])


@pytest.mark.conformance(lengthy=True)
def test_resync_sends_everything_again_once_and_removes_leavers(
    project: DiffProject,
) -> None:
    project.settle(ANN, BOB)
    project.build()
    project.control("resync")
    project.people(BOB, (3, "Cat", "Bonn"))
    project.build()
    assert project.rows() == [("removed", 1), ("inserted", 2), ("inserted", 3)]
    project.deliver()
    project.build()
    assert project.rows() == []


def test_what_a_sync_claimed_and_in_the_end_did_not_send_is_not_in_doubt(
    project: DiffProject,
) -> None:
    """Under the last lease: a crash before it counts as far as that one began."""
    project.people(ANN, BOB, (3, "Cat", "Bonn"))
    project.build()
    claims = project.table("outhaul_claims")
    for fence, claimed, committed, sent in ((1, 2, 0, "null"), (2, 3, 1, 2)):
        project.run_sql(
            f"insert into {claims} values ('people_out', 1, {fence}, {claimed},"
            f" {committed}, {sent}, {NOW})"
        )
    project.run_sql(
        f"insert into {claims} values ('people_out', 1, 2, 3, 1, null, {NOW})"
    )
    project.build()
    assert project.acknowledged() == [(1, "Ann", None), (2, "Bob", "inserted")]
    assert project.rows() == [("inserted", 2), ("inserted", 3)]


def test_claims_of_another_generation_do_not_count(project: DiffProject) -> None:
    project.people(ANN)
    project.build()
    project.build()
    project.run_sql(
        f"insert into {project.table('outhaul_claims')}"
        f" select activation, 1, 1, 1, 1, null, recorded_at from"
        f" (select activation, built_at as recorded_at from"
        f" {project.table('outhaul_activations')}) as activations"
    )
    project.build()
    assert project.rows() == [("inserted", 1)]
    assert project.acknowledged() == []
