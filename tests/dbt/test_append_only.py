"""Append-only diffs: each row is sent once, and not again of the build's own accord."""

from __future__ import annotations

import pytest

ANN, BOB, CARL = (1, "ann", "Paris"), (2, "bob", "Rome"), (3, "carl", "Oslo")
UNCONFIRMED = 'unconfirmed: it may have arrived; "outhaul retry" sends it again'


@pytest.fixture
def events(project):
    project.configure(append_only=True)
    return project


def test_only_new_rows_are_sent(events):
    events.settle(ANN, BOB)
    events.people(ANN, BOB, CARL)
    events.build()
    assert events.rows() == [("inserted", 3)]


def test_changed_rows_and_rows_that_left_are_not_sent(events):
    events.settle(ANN, BOB)
    events.people((1, "ann", "Lyon"), CARL)
    events.build()
    assert events.rows() == [("inserted", 3)]
    assert events.held() == []


def test_a_row_that_comes_back_is_not_sent_again(events):
    events.settle(ANN, BOB)
    events.people(BOB)
    events.build()
    events.people(ANN, BOB)
    events.build()
    assert events.rows() == []


def test_an_empty_segment_holds_nothing(events):
    events.settle(ANN, BOB)
    events.people()
    events.build()
    assert events.activation("hold, sendable_seq, last_seq") == (None, 0, 0)
    assert not events.warned("segment is empty")


def test_a_diff_that_is_not_append_only_sends_changes_and_leavers(project):
    project.settle(ANN, BOB)
    project.people((1, "ann", "Lyon"), CARL)
    project.build()
    assert project.rows() == [("removed", 2), ("inserted", 3), ("updated", 1)]


@pytest.mark.conformance(lengthy=True)
def test_A03_rows_in_doubt_after_a_crash_are_held_and_shown(events):
    events.people(ANN, BOB, CARL)
    events.build()
    first = next(id for id in (1, 2, 3) if events.position(id) == 1)
    events.deliver(claimed=2, committed=1)
    events.build()
    second, third = events.held(), events.rows()
    assert [reason for reason, _ in second] == [UNCONFIRMED]
    assert len(third) == 1
    assert {first, second[0][1], third[0][1]} == {1, 2, 3}
    assert events.activation("rows_held") == (1,)
    in_doubt = [row[2] for row in events.acknowledged() if row[0] == second[0][1]]
    assert in_doubt == ["inserted"]
    events.deliver()
    events.build()
    assert (events.rows(), events.held()) == ([], second)


@pytest.mark.conformance
def test_rows_in_doubt_are_released_by_retry(events):
    events.people(ANN)
    events.build()
    events.deliver(claimed=1, committed=0)
    events.build()
    assert events.rows() == []
    events.control("retry")
    events.build()
    assert events.rows() == [("inserted", 1)]
    events.build()
    assert events.rows() == [("inserted", 1)]
    events.deliver()
    events.build()
    assert (events.rows(), events.held()) == ([], [])


def test_a_retry_does_not_release_what_came_in_doubt_after_it(events):
    events.people(ANN)
    events.build()
    events.control("retry")
    events.deliver(claimed=1, committed=0)
    events.build()
    assert (events.rows(), events.held()) == ([], [(UNCONFIRMED, 1)])


def test_an_unconfirmed_row_is_held_until_retry_and_others_come_back_in_time(events):
    events.people(ANN, BOB)
    events.build()
    events.deliver(rejected={1: "unconfirmed"}, is_in_doubt=True, minutes_ago=100_000)
    events.build()
    assert (events.rows(), events.held()) == ([], [(UNCONFIRMED, 1)])
    assert events.rejected("id, _outhaul_kind, _outhaul_retry_at") == [
        (1, "unconfirmed", None)
    ]
    events.control("retry")
    events.build()
    assert events.rows() == [("inserted", 1)]


def test_a_row_that_was_not_sent_comes_back_with_the_next_build(events):
    events.people(ANN, BOB)
    events.build()
    events.deliver(rejected={1: "not_sent"})
    events.build()
    assert events.rows() == [("inserted", 1)]


def test_a_rejected_row_waits_as_in_any_diff(events):
    events.people(ANN, BOB)
    events.build()
    events.deliver(rejected={1: "rejected"})
    events.build()
    assert events.rows() == []
    assert events.held()[0][0].startswith("rejected: bad, again after")


def test_A13_folding_twice_gives_the_same(events):
    events.people(ANN, BOB)
    events.build()
    events.deliver(claimed=2, committed=1)
    events.build()
    held, acknowledged = events.held(), events.acknowledged()
    events.build()
    assert (events.held(), events.acknowledged()) == (held, acknowledged)


def test_a_resync_sends_everything_again(events):
    events.settle(ANN, BOB)
    events.control("resync")
    events.build()
    assert events.rows() == [("inserted", 1), ("inserted", 2)]
    events.build()
    assert events.rows() == [("inserted", 1), ("inserted", 2)]


def test_a_new_column_does_not_send_old_rows_again(events):
    events.settle(ANN, BOB)
    events.select("select *, city || '!' as motto from people")
    events.people(ANN, BOB, CARL)
    events.build()
    assert events.rows() == [("inserted", 3)]


def test_append_only_must_be_true_or_false(project):
    project.configure(append_only="yes")
    project.people(ANN)
    message = project.failing_build()
    assert "'meta.outhaul.append_only' must be true or false" in message
    project.configure(append_only=False)
    project.build()
