"""Rows of a service that only appends: sent once, and what is open stays open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from outhaul.engine.summary import Result
from outhaul.errors import StopSync
from outhaul.model import Change, Outcome, Status
from tests.engine.ledger import Killed
from tests.engine.store import Answer
from tests.engine.store_service import Records
from tests.engine.world import World


class Events(Records):
    """Records that must not be sent twice, ten a request."""

    repeatable = False


def bound(service_class):
    """Binds a class in place of the one that the activation names."""

    def bind(service):
        options = replace(service.options, limit=10)
        return service_class(service.account, options, service.activation)

    return bind


events = bound(Events)


def sync(world, wrap=events, **how):
    return world.sync(wrap=wrap, **how)


@pytest.fixture
def pending(world: World) -> World:
    """One event was sent earlier; thirty are pending, in three requests."""
    world.people("earlier")
    world.build()
    assert sync(world).result is Result.SUCCEEDED
    world.people("earlier", *range(30))
    world.rebuild()
    world.store.requests.clear()
    world.store.accepted.clear()
    return world


def kinds(world):
    return world.rejections("kind, is_in_doubt")


UNCONFIRMED = [("unconfirmed", True)] * 10
NOT_SENT = [("not_sent", False)] * 10


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(drop=True, applied=False), id="B05-dropped-not-applied"),
        pytest.param(Answer(drop=True), id="B05-dropped-applied"),
        pytest.param(Answer(408, applied=False), id="C16-408"),
        pytest.param(Answer(500), id="C24-500-applied"),
        pytest.param(Answer(503, applied=False), id="C25-503"),
        pytest.param(Answer(body=b"{]"), id="C03-no-json"),
    ],
)
def test_an_unknown_outcome_is_settled_in_doubt_and_not_tried_again(pending, answer):
    pending.store.script += [Answer(), answer]
    report = sync(pending)
    assert (report.result, report.rejected.total()) == (Result.REJECTED, 10)
    assert len(pending.store.requests) == 3
    assert kinds(pending) == UNCONFIRMED
    assert pending.claims() == (30, 30)


def test_an_unknown_outcome_of_a_service_that_can_repeat_is_tried_again(pending):
    pending.store.script += [Answer(), Answer(drop=True)]
    assert sync(pending, wrap=lambda service: service).result is Result.SUCCEEDED
    assert kinds(pending) == []


def test_D02_rows_that_an_answer_leaves_out_are_unconfirmed(pending):
    pending.store.script += [Answer(), Answer(shape="short")]
    report = sync(pending)
    assert (report.result, kinds(pending)) == (Result.REJECTED, UNCONFIRMED[:1])
    assert len(pending.store.sent()) == 30


def test_a_row_whose_answer_is_silent_keeps_what_the_service_says_of_it(pending):
    class Silent(Events):
        def send(self, items):
            super().send(items)
            return [Outcome(Status.UNKNOWN, "", "no word on it")] * len(items)

    sync(pending, wrap=bound(Silent))
    messages = {message for (message,) in pending.rejections("message")}
    assert messages == {"this row may have arrived: no word on it"}


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(429, {"Retry-After": "2"}, applied=False), id="C21-429"),
        pytest.param(Answer(413, applied=False), id="C18-413"),
        pytest.param(Answer(400, body={}, applied=False), id="C08-400"),
    ],
)
def test_what_was_surely_not_applied_is_sent_again(pending, answer):
    pending.store.script += [Answer(), answer]
    assert sync(pending).result is Result.SUCCEEDED
    assert pending.store.held == pending.expected()
    assert max(pending.store.accepted.values()) == 1


def test_rows_beside_a_refused_one_are_unconfirmed_where_a_part_may_be_there(pending):
    class Partial(Events):
        partly_applies = True

    named = {"errors": [{"key": pending.published[10][1], "code": "bad"}]}
    pending.store.script += [Answer(), Answer(400, body=named, applied="half")]
    report = sync(pending, wrap=bound(Partial))
    assert (report.rejected.total(), len(pending.store.requests)) == (10, 3)
    assert kinds(pending) == [("rejected", False), *UNCONFIRMED[1:]]


def test_C11_a_sync_that_stops_leaves_nothing_claimed_that_was_not_sent(pending):
    pending.store.script += [Answer(), Answer(401, applied=False)]
    report = sync(pending)
    assert (report.result, report.unknown) == (Result.FAILED, 0)
    assert pending.claims() == (20, 20)
    assert kinds(pending) == NOT_SENT
    report = sync(pending)
    assert report.result is Result.SUCCEEDED
    assert len(pending.store.accepted) == 20
    assert max(pending.store.accepted.values()) == 1


def test_C06_a_stop_after_the_body_left_is_unconfirmed(pending):
    class Redirected(Events):
        def send(self, items):
            super().send(items)
            raise StopSync("redirected", outcome_unknown=True)

    assert sync(pending, wrap=bound(Redirected)).result is Result.FAILED
    assert (pending.claims(), kinds(pending)) == ((10, 10), UNCONFIRMED)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_A03_A06_after_a_kill_only_what_was_sent_is_in_doubt(pending, moment):
    calls = []

    class Dying(Events):
        def send(self, items):
            calls.append(items)
            if len(calls) == 2 and moment == "before":
                raise Killed
            outcomes = super().send(items)
            if len(calls) == 2:
                raise Killed
            return outcomes

    with pytest.raises(Killed):
        sync(pending, wrap=bound(Dying))
    assert pending.claims() == (20, 10)
    pending.end_lease()
    report = sync(pending)
    assert (report.result, report.rejected[Change.INSERTED]) == (Result.REJECTED, 10)
    assert (pending.claims(), kinds(pending)) == ((30, 30), UNCONFIRMED)
    assert max(pending.store.accepted.values()) == 1
    assert len(pending.store.accepted) == (20 if moment == "before" else 30)


def test_a_row_that_was_rejected_before_a_kill_is_not_in_doubt(pending):
    pending.store.rejects = {pending.published[0][1]: "bad"}

    class Dying(Events):
        def send(self, items):
            outcomes = super().send(items)
            if len(pending.store.requests) == 2:
                raise Killed
            return outcomes

    with pytest.raises(Killed):
        sync(pending, wrap=bound(Dying))
    pending.end_lease()
    sync(pending)
    assert kinds(pending) == [("rejected", False), *UNCONFIRMED]


def test_D10_a_job_that_never_ends_is_unconfirmed(pending):
    pending.account["poll_timeout_seconds"] = 20.0
    pending.store.script += [Answer(job=["running"])]
    assert sync(pending).result is Result.INCOMPLETE
    assert (pending.claims(), kinds(pending)) == ((30, 30), UNCONFIRMED)
    assert len(pending.store.requests) == 3


def test_A11_a_job_is_taken_up_after_a_kill_and_nothing_is_sent_twice(pending):
    pending.store.asynchronous = True

    class Dying(Events):
        def poll(self, job, items):
            raise Killed

    with pytest.raises(Killed):
        sync(pending, wrap=bound(Dying))
    pending.end_lease()
    assert sync(pending).result is Result.SUCCEEDED
    assert max(pending.store.accepted.values()) == 1
    assert len(pending.store.accepted) == 30
