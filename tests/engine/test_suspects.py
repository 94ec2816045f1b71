"""Rows at fault stand alone in the end, and a destination that is down blames none."""

from __future__ import annotations

import random
from collections import Counter, deque
from dataclasses import replace

import pytest

from outhaul.engine.summary import Result
from outhaul.errors import StopSync
from outhaul.model import Change, Outcome, Status
from tests.engine.store import Answer, Request
from tests.engine.world import OPTIONS, World, person


@pytest.fixture
def known(world: World) -> World:
    """A binding that has delivered ten rows."""
    world.build()
    assert world.sync().exit_code == 0
    return world


def pend(world: World, *ids: int) -> None:
    """These are the people now, and the difference is pending."""
    world.people(*ids)
    world.rebuild()
    world.store.requests.clear()


# --- jobs


def test_a_row_that_a_job_does_not_name_is_found_by_halving(known):
    known.store.asynchronous = True
    known.store.tells_failures = False
    known.store.rejects = {"33": "bad"}
    pend(known, *range(70))
    report = known.sync()
    assert (report.accepted.total(), report.rejected.total()) == (59, 1)
    assert known.rejections("code, is_in_doubt") == [("bad", True)]
    assert len(known.store.requests) <= 1 + 2 * 6
    assert not known.lease_is_live()  # every job has ended
    known.assert_converged("33")


def test_a_row_that_breaks_its_job_is_found_although_each_job_begins_anew(known):
    known.store.decide = lambda request: Answer(
        job=["running", "failed" if "33" in request.keys else "done"]
    )
    pend(known, *range(70))
    report = known.sync()
    assert (report.accepted.total(), report.rejected.total()) == (59, 1)
    assert known.rejections("code, is_in_doubt") == [("no_answer", True)]
    assert Counter(known.store.sent())["33"] >= 5


def test_a_job_of_one_row_that_is_told_of_nothing_ends(known):
    def wrap(service):
        service.poll = lambda job, items: [Outcome(Status.SOME_FAILED)] * len(items)
        return service

    known.store.asynchronous = True
    pend(known, *range(11))
    report = known.sync(wrap=wrap)
    assert (report.result, report.unknown) == (Result.INCOMPLETE, 1)
    assert len(known.store.requests) == 5


def test_looks_at_a_job_become_rare(known):
    known.store.script.append(Answer(job=["running"]))
    known.account |= {"poll_seconds": 1.0, "poll_timeout_seconds": 1_000.0}
    pend(known, *range(20))
    before = known.ledger.now
    assert known.sync(options=replace(OPTIONS, lease_seconds=2_000)).unknown == 10
    assert known.ledger.now - before > 1_000
    assert 20 <= known.store.polls <= 60


# --- removals, which go first


def test_a_removal_without_an_answer_does_not_keep_the_others_waiting(known):
    known.store.poison = {"0"}
    pend(known, *range(1, 30))
    report = known.sync()
    assert (report.accepted[Change.INSERTED], report.rejected[Change.REMOVED]) == (
        20,
        1,
    )
    assert known.rejections("change, code, is_in_doubt") == [
        ("removed", "no_answer", True)
    ]
    assert Counter(known.store.sent())["0"] == 5
    assert known.claims() == (21, 21)
    known.store.poison = set()
    known.retry()
    known.rebuild()
    known.sync()
    known.assert_converged()


def test_who_comes_back_while_his_removal_is_set_aside_is_inserted(known):
    known.store.poison = {"0"}
    pend(known, *range(1, 12))
    known.sync()
    known.store.held.pop("0")  # it was applied all the same
    known.store.poison = set()
    pend(known, *range(12))
    known.sync()
    known.assert_converged()


def test_two_removals_without_an_answer_in_one_request_are_both_found(known):
    known.store.poison = {"1", "8"}
    pend(known, *range(10, 30))
    report = known.sync()
    assert report.accepted[Change.INSERTED] == 20
    assert report.accepted[Change.REMOVED] == 8
    assert report.rejected[Change.REMOVED] == 2


def test_a_destination_that_is_down_blames_no_removal(known):
    known.store.decide = lambda request: Answer(503, applied=False)
    pend(known, *range(1, 30))
    report = known.sync()
    assert report.result is Result.INCOMPLETE
    assert known.rejections("seq") == []
    assert len(known.store.requests) <= 20
    known.store.decide = lambda request: None
    known.end_lease()
    known.sync()
    known.assert_converged()


def test_a_removal_that_nothing_follows_and_nobody_answers_is_in_doubt(known):
    known.store.decide = lambda request: Answer(503)
    pend(known, *range(1, 10))
    report = known.sync()
    assert (report.result, report.unknown) == (Result.INCOMPLETE, 1)
    assert known.rejections("seq") == []


def test_a_removal_of_what_is_gone_is_done(known):
    known.store.known = set()
    del known.store.held["0"]
    pend(known, *range(1, 10))
    report = known.sync()
    assert (report.result, report.exit_code) == (Result.SUCCEEDED, 0)
    assert report.missing == {Change.REMOVED: 1}
    assert known.rejections("seq") == []
    known.rebuild()
    assert known.published == []
    known.store.known = None
    pend(known, *range(10))
    assert known.sync().accepted == {Change.INSERTED: 1}
    known.assert_converged()


def test_nothing_is_gone_at_an_address_that_knows_nothing(known):
    def wrong_address(service):
        send = service.send

        def unknown(items):
            if items[0].row.change is Change.REMOVED:
                return [Outcome(Status.MISSING, "http_404")] * len(items)
            raise StopSync("404")

        service.send = unknown if known.store.script else send
        return service

    known.store.script.append(Answer())
    pend(known, *range(1, 12))
    report = known.sync(wrap=wrong_address)
    assert (report.result, report.missing.total()) == (Result.FAILED, 0)
    assert (report.unknown, known.claims()[1]) == (1, 0)
    known.store.script.clear()
    known.end_lease()
    known.sync(wrap=wrong_address)
    known.assert_converged()


# --- look-ups


def test_a_row_whose_look_up_gets_no_answer_does_not_stop_the_others(known):
    known.settings["looks_up"] = True
    known.store.unfindable = {"15"}
    pend(known, *range(1, 30))
    report = known.sync()
    assert (report.accepted.total(), report.rejected.total()) == (20, 1)
    assert known.rejections("code, is_in_doubt") == [("no_answer", False)]
    known.assert_converged("15")


def test_a_row_that_is_always_looked_up_again_is_refused_in_the_end(known):
    def wrap(service):
        send = service.send

        def ask_again(items):
            return [
                Outcome(Status.AGAIN) if item.row.values["id"] == "12" else outcome
                for item, outcome in zip(items, send(items), strict=True)
            ]

        service.send = ask_again
        return service

    known.settings["looks_up"] = True
    pend(known, *range(20))
    report = known.sync(wrap=wrap)
    assert (report.accepted.total(), report.rejected.total()) == (9, 1)
    assert known.rejections("code") == [("not_applied",)]
    assert known.store.look_ups == 1 + 3


# --- requests that are refused after a part of them was applied


def applies_in_part(service):
    service.partly_applies = True
    return service


@pytest.mark.parametrize("may", [True, False])
def test_rows_that_a_refused_request_may_have_brought_are_removed_when_they_leave(
    known, may
):
    known.store.decide = lambda request: Answer(409, body={}, applied=may)
    pend(known, *range(20))
    report = known.sync(wrap=applies_in_part if may else lambda service: service)
    assert report.rejected.total() == 10
    assert {doubt for (doubt,) in known.rejections("is_in_doubt")} == {may}
    assert not known.lease_is_live()
    known.store.decide = lambda request: None
    pend(known, *range(10))
    assert len(known.published) == (10 if may else 0)
    known.sync()
    known.assert_converged()


def test_a_row_that_was_refused_alone_is_not_in_doubt(known):
    known.store.decide = lambda request: Answer(422, body={}, applied=False)
    pend(known, *range(11))
    known.sync(wrap=applies_in_part)
    assert known.rejections("is_in_doubt") == [(False,)]


def test_a_row_that_the_refusal_names_is_not_in_doubt_and_the_others_are_sent(known):
    named = {"errors": [{"key": "12", "code": "bad"}]}
    known.store.script.append(Answer(400, body=named, applied=False))
    pend(known, *range(20))
    assert known.sync(wrap=applies_in_part).accepted.total() == 9
    assert known.rejections("code, is_in_doubt") == [("bad", False)]
    known.assert_converged("12")


# --- the budget of repetitions


def test_a_destination_that_fails_now_and_then_makes_no_row_a_culprit(known):
    chance = random.Random(7)
    known.settings["limit"] = 1
    pend(known, *range(310))

    def fate(request: Request) -> Answer | None:
        return Answer(503, applied=False) if chance.random() < 0.3 else None

    known.store.decide = fate
    report = known.sync()
    assert report.result is Result.INCOMPLETE
    assert "requests were repeated already" in report.message
    times = Counter(known.store.sent())
    repeated = sum(times.values()) - len(times)
    assert 20 <= repeated <= 20 + sum(times.values()) // 10
    assert known.rejections("seq") == []
    known.store.decide = lambda request: None
    known.end_lease()
    assert known.sync().exit_code == 0
    known.assert_converged()


def test_what_worked_before_a_destination_went_down_blames_no_row(known):
    known.settings["limit"] = 5
    known.account["concurrency"] = 4
    pend(known, *range(60))
    known.store.decide = lambda request: (
        Answer(503, applied=False) if len(known.store.requests) > 5 else None
    )
    report = known.sync()
    assert report.result is Result.INCOMPLETE
    assert known.rejections("seq") == []


# --- pauses


LONG = {"Retry-After": "3600"}
KINDS = ["ready_script", "look_up_script", "script", "poll_script"]


def scripted(world: World, kind: str) -> deque[Answer]:
    """Ten rows are pending that are looked up and become a job; answers of a kind."""
    world.settings["looks_up"] = True
    world.store.asynchronous = True
    pend(world, *range(20))
    script: deque[Answer] = getattr(world.store, kind)
    return script


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("at", KINDS)
def test_a_pause_of_an_hour_ends_the_sync_whoever_asks_for_it(known, at, status):
    scripted(known, at).append(Answer(status, LONG, applied=False))
    before = known.ledger.now
    report = known.sync()
    assert (report.result, report.exit_code) == (Result.INCOMPLETE, 1)
    assert "asks for a pause of 3600 s" in report.message
    assert known.ledger.now - before < 10
    known.end_lease()
    assert known.sync().exit_code == 0
    known.assert_converged()


@pytest.mark.parametrize("at", KINDS)
def test_a_pause_of_ten_minutes_is_kept_and_the_lease_with_it(known, at):
    known.account["poll_timeout_seconds"] = 1_800.0
    scripted(known, at).append(Answer(503, {"Retry-After": "600"}, applied=False))
    before = known.ledger.now
    assert known.sync().exit_code == 0
    assert 600 <= known.ledger.now - before < 700
    known.segment["3"] = person("New")
    known.rebuild()
    known.sync()
    known.assert_converged()
