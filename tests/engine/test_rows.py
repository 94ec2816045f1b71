"""Rows that are special: refused for ever, poisonous, first of all, in a job."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import pytest

from outhaul.engine.summary import Result, exit_code
from outhaul.model import Change
from tests.engine.store import Answer, Request
from tests.engine.store_service import UNSENDABLE
from tests.engine.world import OPTIONS, World, person


@pytest.fixture
def known(world: World) -> World:
    """A binding that has delivered ten rows."""
    world.build()
    assert world.sync().exit_code == 0
    return world


def pend(world: World, upto: int) -> None:
    """People up to this number are pending."""
    world.people(*range(upto))
    world.rebuild()
    world.store.requests.clear()


# --- rows that cannot be sent


def test_G08_G10_a_row_that_cannot_be_encoded_is_invalid_and_the_others_flow(known):
    known.people(*range(13))
    known.segment["10"] = person("Nan", score=math.nan)
    known.segment["11"] = person("Infinite", score=math.inf)
    known.segment["12"] = person(f"A{UNSENDABLE}")
    known.segment["5"] = person("Fine", score=1.5)
    known.rebuild()
    report = known.sync()
    assert (report.result, report.exit_code) == (Result.REJECTED, 1)
    assert (report.accepted.total(), report.rejected.total()) == (1, 3)
    assert known.rejections("kind, code") == [
        ("invalid", "not_a_number"),
        ("invalid", "not_a_number"),
        ("invalid", "text"),
    ]
    known.assert_converged("10", "11", "12")


def test_C19_a_row_larger_than_a_request_is_invalid_without_a_request(known):
    known.segment["3"] = person("x" * 2_000)
    known.segment["4"] = person("short")
    known.account["bytes_per_request"] = 1_000
    known.rebuild()
    report = known.sync()
    assert known.rejections("kind, code") == [("invalid", "too_large")]
    assert report.accepted.total() == 1
    assert known.store.held["3"] != known.segment["3"]


def test_requests_keep_within_the_limit_of_bytes(known):
    known.account["bytes_per_request"] = 300
    sizes: list[int] = []
    known.store.on_request = lambda request: sizes.append(
        int(request.headers["content-length"])
    )
    pend(known, 40)
    assert known.sync().accepted.total() == 30
    assert max(sizes) <= 300 + len('{"upsert": []}')
    known.assert_converged()


def test_G20_nothing_pending_makes_no_request_and_writes_nothing(known):
    known.rebuild()
    known.store.requests.clear()
    dispatcher = known.dispatcher()
    binding = dispatcher.bind(dispatcher.warehouse.activation("people_out"))
    report = dispatcher.sync_all([binding])[0]
    assert (report.result, report.exit_code) == (Result.NOTHING, 0)
    assert known.store.requests == []
    assert dispatcher.warehouse.writes == 0


def test_G20_an_empty_segment_from_the_start_is_nothing(world):
    world.people()
    world.build()
    assert world.sync().result is Result.NOTHING
    world.assert_converged()


# --- rows that are refused


def test_I08_one_row_of_a_thousand_is_always_rejected_and_999_are_sent_once(world):
    world.people(*range(1_000))
    world.store.rejects = {"500": "bad"}
    for _ in range(3):
        world.rebuild()
        assert world.sync().rejected.total() == 1
        world.retry()
    times = Counter(world.store.sent())
    assert times.pop("500") == 3
    assert set(times.values()) == {1}
    assert len(times) == 999


def test_I08_a_rejected_row_waits_for_its_time(world):
    world.store.rejects = {"5": "bad"}
    world.build()
    world.sync()
    world.rebuild()
    assert world.published == []
    assert world.sync().result is Result.NOTHING
    assert Counter(world.store.sent())["5"] == 1


def test_I09_a_rejected_row_that_was_mended_is_sent_at_the_next_run(world):
    world.store.rejects = {"5": "bad"}
    world.build()
    world.sync()
    world.store.rejects = {}
    world.segment["5"] = person("Mended")
    world.rebuild()
    assert world.sync().accepted.total() == 1
    world.assert_converged()


def test_I10_when_most_rows_are_rejected_it_stops_early(known):
    known.store.rejects = {str(each): "bad" for each in range(10, 2_000, 3)}
    known.store.rejects |= {str(each): "bad" for each in range(11, 2_000, 3)}
    pend(known, 1_000)
    report = known.sync()
    assert report.result is Result.REJECTED
    assert "were rejected" in report.message
    assert 200 <= report.accepted.total() + report.rejected.total() <= 300
    assert report.waiting > 600
    accepted = {k for k in known.store.held if int(k) >= 10}
    known.rebuild()
    assert accepted.isdisjoint(key for _, key, _ in known.published)


# --- rows without an answer


def test_a_poison_row_is_singled_out_and_stays_in_doubt(known):
    known.settings["limit"] = 20
    pend(known, 110)
    known.store.poison = {"77"}
    report = known.sync()
    assert (report.result, report.rejected.total()) == (Result.REJECTED, 1)
    assert report.accepted.total() == 99
    assert known.rejections("code, is_in_doubt") == [("no_answer", True)]
    assert known.lease_is_live()
    known.rebuild()
    assert known.published == []


def test_a_poison_row_in_the_only_request_is_singled_out_too(world):
    world.store.poison = {"7"}
    world.build()
    report = world.sync()
    assert report.rejected.total() == 1
    assert report.accepted.total() == 9
    world.store.poison = set()
    world.retry()
    world.rebuild()
    world.sync()
    world.assert_converged()


def test_a_destination_that_is_down_makes_no_row_a_culprit(known):
    pend(known, 60)
    known.store.poison = {str(each) for each in range(100)}
    report = known.sync()
    assert report.result is Result.INCOMPLETE
    assert known.rejections("seq") == []
    assert report.unknown == 50
    known.store.poison = set()
    known.end_lease()
    known.sync()
    known.assert_converged()


def test_a_poison_row_that_leaves_is_removed_since_it_may_have_arrived(world):
    world.store.poison = {"7"}
    world.store.decide = lambda request: (
        Answer(500) if "7" in request.versions and request.action == "upsert" else None
    )
    world.build()
    world.sync()
    assert "7" in world.store.held
    world.store.poison = set()
    del world.segment["7"]
    world.rebuild()
    assert [(change, key) for change, key, _ in world.published] == [("removed", "7")]
    world.sync()
    world.assert_converged()


# --- first rows


def test_the_first_fifty_rows_of_a_new_binding_come_first(world):
    world.people(*range(300))
    world.build()
    sizes: list[int] = []
    world.store.on_request = lambda request: sizes.append(world.claims()[0])
    assert world.sync().accepted.total() == 300
    assert sizes[0] == 50
    assert max(sizes) == 300
    world.assert_converged()


def test_too_many_refusals_among_the_first_rows_stop_a_new_binding(world):
    world.people(*range(300))
    world.store.rejects = {str(each): "bad" for each in range(0, 300, 4)}
    world.build()
    for stopped in (1, 2):  # running it again does not get past it
        report = world.sync()
        assert report.result is Result.REJECTED
        assert "max_rejected" in report.message
        assert world.claims() == (50 * stopped, 50 * stopped)
        assert report.waiting == 300 - 50 * stopped
    world.settings["max_rejected"] = 0.5
    world.rebuild()
    assert world.sync().waiting == 0
    world.assert_converged(*world.store.rejects)


@pytest.mark.parametrize(("refused", "goes_on"), [(29, True), (30, False)])
def test_as_many_refusals_as_max_rejected_allows_do_not_stop_it(
    world, refused, goes_on
):
    """0.58 of 50 is 29, and a little less in binary fractions."""
    world.people(*range(100))
    world.store.rejects = {str(each): "bad" for each in range(refused)}
    world.settings["max_rejected"] = 0.58
    world.build()
    assert world.sync().waiting == (0 if goes_on else 50)


@pytest.mark.parametrize(("refused", "claimed_first"), [(29, 250), (30, 50)])
def test_a_binding_that_kept_to_max_rejected_is_not_new_any_more(
    world, refused, claimed_first
):
    world.people(*range(50))
    world.store.rejects = {str(each): "bad" for each in range(refused)}
    world.settings["max_rejected"] = 0.58
    world.build()
    world.sync()
    world.people(*range(300))
    world.rebuild()
    claimed: list[int] = []
    world.store.on_request = lambda request: claimed.append(world.claims()[0])
    world.sync()
    assert claimed[0] == claimed_first


def test_first_rows_that_cannot_be_encoded_stop_a_new_binding_too(world):
    world.segment = {str(each): person(UNSENDABLE) for each in range(300)}
    world.build()
    report = world.sync()
    assert (report.rejected.total(), report.waiting) == (50, 250)
    assert world.claims() == (50, 50)
    assert world.store.requests == []


def test_few_refusals_among_the_first_rows_do_not_stop_it(world):
    world.people(*range(300))
    world.store.rejects = {str(each): "bad" for each in range(0, 300, 10)}
    world.build()
    assert world.sync().waiting == 0
    world.assert_converged(*world.store.rejects)


# --- look-ups and jobs


def test_rows_are_looked_up_before_they_are_sent(known):
    known.settings["looks_up"] = True
    known.settings["limit"] = 5
    pend(known, 23)
    known.sync()
    assert known.store.look_ups == 3
    known.assert_converged()


def test_D08_rows_of_a_job_have_their_own_verdicts(known):
    known.store.asynchronous = True
    known.store.rejects = {"10": "bad"}
    pend(known, 20)
    report = known.sync()
    assert (report.accepted.total(), report.rejected.total()) == (9, 1)
    assert known.ledger.run("select positions from shop.outhaul_jobs") == [
        ("[[1, 10]]",)
    ]
    known.assert_converged("10")


def test_D09_a_job_that_was_given_up_is_uploaded_again(known):
    known.store.script.append(Answer(job=["running", "failed"]))
    pend(known, 20)
    assert known.sync().exit_code == 0
    assert len(known.store.requests) == 2
    known.assert_converged()


def test_D09_jobs_that_are_always_given_up_end_the_sync_and_blame_no_row(known):
    known.store.decide = lambda request: Answer(job=["running", "failed"])
    pend(known, 40)
    report = known.sync()
    assert report.result is Result.INCOMPLETE
    assert known.rejections("seq") == []
    assert len(known.store.requests) <= 12
    known.store.decide = lambda request: None
    known.end_lease()
    known.sync()
    known.assert_converged()


def test_D10_a_job_that_never_ends_leaves_its_rows_in_doubt(known):
    known.store.script.append(Answer(job=["running"]))
    pend(known, 20)
    report = known.sync()
    assert (report.result, report.unknown) == (Result.INCOMPLETE, 10)
    assert "has not ended within" in report.message
    assert known.lease_is_live()
    assert len(known.store.requests) == 1
    known.rebuild()
    known.sync()
    known.assert_converged()


def test_D12_a_poll_that_fails_now_and_then_goes_on(known):
    known.store.script.append(Answer(job=["running", "error", "running", "done"]))
    pend(known, 20)
    assert known.sync().exit_code == 0
    assert len(known.store.requests) == 1
    known.assert_converged()


# --- order, room, and each for itself


def test_removals_are_finished_before_the_insertions_start(known):
    known.account["concurrency"] = 4
    known.settings["limit"] = 2
    known.store.asynchronous = True
    known.people(*range(6, 30))
    known.rebuild()
    held: list[set[str]] = []

    def look(request: Request) -> None:
        if request.action == "upsert":
            held.append(set(known.store.held))

    known.store.on_request = look
    known.sync()
    assert held
    assert not any({"0", "1", "2", "3", "4", "5"} & each for each in held)
    known.assert_converged()


def test_rows_that_are_read_and_not_settled_stay_within_bounds(known):
    options = replace(OPTIONS, outstanding_rows=40, page_rows=20, first_claim_rows=100)
    known.settings["limit"] = 10
    known.account["concurrency"] = 8
    pend(known, 400)
    most: list[int] = []

    def look(request: Request) -> None:
        most.append(known.store._at_once * 10)

    known.store.on_request = look
    known.store.decide = lambda request: Answer(pause=0.005)
    assert known.sync(options=options).accepted.total() == 390
    assert max(most) <= 40
    assert known.store.most_at_once > 1
    known.assert_converged()


def test_concurrency_is_kept_and_used(known):
    known.settings["limit"] = 10
    known.account["concurrency"] = 3
    pend(known, 210)
    known.store.decide = lambda request: Answer(pause=0.01)
    known.sync()
    assert known.store.most_at_once == 3


def test_an_activation_that_fails_does_not_stop_the_others(ledger, store):
    worlds = []
    for name in ("broken", "buggy", "fine"):
        ledger.add_diff(name)
        world = World(ledger, store, name)
        world.segment = {f"{name}-{each}": person(name) for each in range(5)}
        world.build()
        worlds.append(world)
    ledger.run("drop table shop.broken")
    fine = worlds[2]

    def wrap(service):
        if service.activation.name == "buggy":
            service.encode = lambda row, found=None: 1 / 0
        return service

    dispatcher = fine.dispatcher(wrap=wrap)
    records = dispatcher.warehouse.activations()
    reports = dispatcher.sync_all([dispatcher.bind(record) for record in records])
    assert [(report.name, report.result) for report in reports] == [
        ("broken", Result.FAILED),
        ("buggy", Result.FAILED),
        ("fine", Result.SUCCEEDED),
    ]
    assert "internal error (ZeroDivisionError)" in reports[1].message
    assert isinstance(reports[1].error, ZeroDivisionError)
    assert exit_code(reports) == 1
    assert store.held == fine.expected()


def test_a_later_stage_waits_for_the_earlier_one(ledger, store):
    for name, service in (("a_followers", "followers"), ("z_records", "records")):
        ledger.add_diff(name)
        world = World(ledger, store, name, service)
        world.segment = {f"{name}-{each}": person(name) for each in range(30)}
        world.settings["limit"] = 10
        world.build()
    dispatcher = world.dispatcher()
    records = dispatcher.warehouse.activations()
    dispatcher.sync_all([dispatcher.bind(record) for record in records])
    stages = [key[0] for key in store.sent()]
    assert stages == ["z"] * 30 + ["a"] * 30


def test_changes_that_are_not_consumed_are_committed_without_a_request(known):
    known.people(*range(5, 12))
    known.rebuild()
    known.store.requests.clear()

    def wrap(service):
        service.consumes = frozenset({Change.INSERTED, Change.UPDATED})
        return service

    report = known.sync(wrap=wrap)
    assert (report.not_consumed[Change.REMOVED], report.exit_code) == (5, 0)
    assert known.store.sent("remove") == []
    assert known.claims() == (7, 7)


def test_a_prepare_that_is_throttled_is_tried_again(known):
    known.store.ready_script.extend([Answer(503), Answer(429)])
    pend(known, 12)
    assert known.sync().exit_code == 0
    known.assert_converged()


def test_a_prepare_that_always_fails_sends_nothing_and_keeps_no_lease(known):
    known.store.ready_script.extend(Answer(503) for _ in range(9))
    pend(known, 12)
    report = known.sync()
    assert report.result is Result.INCOMPLETE
    assert known.store.requests == []
    assert not known.lease_is_live()
