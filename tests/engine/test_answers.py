"""What becomes of rows for each way in which a request can be answered, or not."""

from __future__ import annotations

import email.utils
import socket
import time
from dataclasses import replace

import pytest

from outhaul.engine.summary import Result
from outhaul.model import Change
from tests.engine.store import Answer
from tests.engine.world import OPTIONS, World, person
from tests.http.raw_server import read_request, serving


@pytest.fixture
def settled(world: World) -> World:
    """Ten people are in the store; ten more are pending, in one request."""
    world.build()
    assert world.sync().exit_code == 0
    world.people(*range(20))
    world.rebuild()
    world.store.requests.clear()
    return world


# --- transport


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(drop=True, applied=False), id="B05-reset-not-applied"),
        pytest.param(Answer(drop=True), id="B05-reset-after-applying"),
        pytest.param(Answer(cut="length"), id="B06-length-too-long"),
        pytest.param(Answer(cut="chunked"), id="B07-chunks-without-end"),
        pytest.param(Answer(408, applied=False), id="C16-408"),
        pytest.param(Answer(425, applied=False), id="C16-425"),
        pytest.param(Answer(500, applied=False), id="C24-500-not-applied"),
        pytest.param(Answer(500), id="C24-500-applied"),
        pytest.param(Answer(503, applied=False), id="C25-503"),
        pytest.param(Answer(502), id="C24-502-applied"),
        pytest.param(Answer(500, applied="half"), id="D06-half-applied-then-500"),
        pytest.param(Answer(body=b"{]"), id="C03-no-json"),
        pytest.param(Answer(shape="foreign"), id="D03-foreign-key"),
        pytest.param(Answer(shape="long"), id="D03-more-results-than-rows"),
    ],
)
def test_an_unknown_outcome_is_tried_again_and_ends_well(settled, answer):
    settled.store.script.append(answer)
    report = settled.sync()
    assert (report.result, report.unknown) == (Result.SUCCEEDED, 0)
    assert report.accepted[Change.INSERTED] == 10
    assert [len(request.keys) for request in settled.store.requests] == [10, 10]
    settled.assert_converged()


def test_A05_half_a_body_is_an_unknown_outcome(world):
    address = world.store.url.removeprefix("http://").split(":")
    seen: list[int] = []

    def script(connection: socket.socket) -> None:
        seen.append(1)
        if len(seen) == 2:  # the first one asked whether the store is there
            connection.recv(1_000)
            return
        with socket.create_connection((address[0], int(address[1]))) as onward:
            onward.sendall(read_request(connection))
            connection.sendall(onward.recv(65_536))

    world.segment["5"] = person("x" * 500_000)
    world.build()
    with serving(script) as server:
        world.account["base_url"] = server.url
        report = world.sync()
    assert (report.exit_code, len(seen)) == (0, 3)
    world.assert_converged()


def test_B16_a_late_request_does_not_overtake_a_newer_version(settled):
    settled.store.clock = settled.ledger.clock
    settled.segment["3"] = person("Old")
    settled.rebuild()
    settled.store.script.append(Answer(drop=True, late=20))
    assert settled.sync().exit_code == 0
    settled.segment["3"] = person("New")
    assert not settled.build()  # the lease outlives the late request
    record = settled.dispatcher().warehouse.activation(settled.name)
    assert "no sync is at work, but a request" in record.at_work()
    settled.rebuild()
    assert settled.sync().exit_code == 0
    settled.ledger.advance(100)
    settled.store.flush_late()
    assert settled.store.held["3"]["name"] == "New"
    settled.assert_converged()


def test_B16_twin_without_a_doubt_the_next_build_can_follow_at_once(settled):
    assert settled.sync().exit_code == 0
    settled.segment["3"] = person("New")
    assert settled.build()
    assert settled.sync().exit_code == 0
    settled.assert_converged()


def test_a_doubt_of_long_ago_does_not_keep_the_lease(settled):
    settled.store.script.append(Answer(drop=True))
    settled.store.script.append(Answer(429, {"Retry-After": "500"}, applied=False))
    report = settled.sync(options=replace(OPTIONS, lease_seconds=300))
    assert report.exit_code == 0
    assert not settled.lease_is_live()


# --- refusals


def test_C08_one_bad_row_of_a_hundred_is_found_by_halving(settled):
    settled.people(*range(110))
    settled.rebuild()
    settled.store.decide = lambda request: (
        Answer(400, body={}, applied=False) if "77" in request.keys else None
    )
    report = settled.sync()
    assert (report.result, report.rejected.total()) == (Result.REJECTED, 1)
    assert report.accepted.total() == 99
    assert len(settled.store.requests) <= 1 + 2 * 7
    assert settled.rejections("kind, code") == [("rejected", "refused")]
    settled.assert_converged("77")


def test_C08_rows_that_the_answer_names_are_dropped_at_once(settled):
    named = {"errors": [{"key": "12", "code": "bad"}, {"key": "17", "code": "worse"}]}
    settled.store.script.append(Answer(400, body=named, applied=False))
    report = settled.sync()
    assert len(settled.store.requests) == 2
    assert settled.rejections("code") == [("bad",), ("worse",)]
    assert report.accepted.total() == 8
    settled.assert_converged("12", "17")


def test_no_sound_row_is_refused_where_too_many_requests_had_to_be_halved(settled):
    """A bad row in seven, in an order that halving cannot make use of."""
    settled.people(*range(1_000))
    settled.rebuild()
    bad = {str(key) for key in range(10, 1_000, 7)}
    settled.store.decide = lambda request: (
        Answer(400, body={}, applied=False) if bad & set(request.keys) else None
    )
    report = settled.sync()
    assert report.result is Result.INCOMPLETE
    assert "400 requests were halved already" in report.message
    assert 0 < report.waiting < 990
    assert report.rejected.total() <= len(bad)
    assert set(settled.store.held).isdisjoint(bad)
    assert settled.sync().result is Result.REJECTED  # the rest: nothing was lost
    settled.assert_converged(*bad)


def test_C09_all_rows_bad_ends_early_and_leaves_the_rest_alone(settled):
    settled.people(*range(1_000))
    settled.rebuild()
    settled.store.decide = lambda request: Answer(400, body={}, applied=False)
    report = settled.sync()
    assert report.result is Result.REJECTED
    assert "rows were rejected" in report.message
    assert 200 <= report.rejected.total() <= 300
    assert report.waiting + report.rejected.total() == 990
    assert len(settled.store.requests) <= 600


def test_C10_a_token_that_ran_out_is_renewed_once(settled):
    settled.account["renews"] = True
    settled.store.tokens = {"Bearer of nothing"}
    report = settled.sync()
    assert (report.result, settled.store.renewals) == (Result.SUCCEEDED, 1)
    settled.store.tokens = None
    settled.assert_converged()


def test_C11_refused_credentials_end_the_sync_and_blame_no_row(settled):
    settled.store.tokens = {"Bearer of nothing"}
    report = settled.sync()
    assert (report.result, report.exit_code) == (Result.FAILED, 1)
    assert "401" in report.message
    assert report.unknown == 0
    assert settled.rejections("seq") == []
    settled.store.tokens = None
    assert not settled.lease_is_live()
    assert settled.sync().exit_code == 0
    settled.assert_converged()


@pytest.mark.parametrize("status", [403, 404, 410, 405, 501])
def test_C14_a_wrong_address_or_missing_right_ends_the_sync(settled, status):
    settled.store.script.append(Answer(status, applied=False))
    report = settled.sync()
    assert (report.result, report.requests) == (Result.FAILED, 2)  # one asked first
    assert settled.rejections("seq") == []
    assert settled.sync().exit_code == 0
    settled.assert_converged()


def test_C06_a_redirect_ends_the_sync_with_its_rows_in_doubt(settled):
    settled.store.script.append(Answer(302, {"Location": "/login"}))
    report = settled.sync()
    assert (report.result, report.unknown) == (Result.FAILED, 10)
    assert settled.lease_is_live()
    settled.end_lease()
    assert settled.sync().exit_code == 0
    settled.assert_converged()


def test_C18_a_request_too_large_is_halved_and_the_size_is_learnt(settled):
    settled.people(*range(510))
    settled.rebuild()
    settled.settings["limit"] = 500
    settled.rebuild()
    settled.store.decide = lambda request: (
        Answer(413, applied=False) if len(request.keys) > 130 else None
    )
    report = settled.sync()
    assert report.accepted.total() == 500
    sizes = [len(request.keys) for request in settled.store.requests]
    assert sum(size > 130 for size in sizes) <= 4
    settled.assert_converged()


def test_C19_a_row_too_large_alone_is_rejected_and_the_others_flow(settled):
    settled.store.decide = lambda request: (
        Answer(413, applied=False) if "15" in request.keys else None
    )
    report = settled.sync()
    assert settled.rejections("code") == [("too_large",)]
    assert report.accepted.total() == 9
    settled.assert_converged("15")


# --- throttling


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        ("2", 2, 4),
        ("date", 100, 140),
        ("-1", 0, 40),
        ("99999999", 0, 40),
        ("abc", 0, 40),
    ],
)
def test_C21_a_told_wait_is_kept_and_an_absurd_one_is_not(settled, value, least, most):
    if value == "date":
        value = email.utils.formatdate(time.time() + 120, usegmt=True)
    settled.store.script.append(Answer(429, {"Retry-After": value}, applied=False))
    before = settled.ledger.now
    assert settled.sync().exit_code == 0
    assert least <= settled.ledger.now - before <= most
    assert len(settled.store.requests) == 2
    settled.assert_converged()


def test_C21_a_wait_of_hours_ends_the_sync(settled):
    settled.store.script.append(Answer(429, {"Retry-After": "7200"}, applied=False))
    report = settled.sync()
    assert (report.result, report.unknown, report.waiting) == (
        Result.INCOMPLETE,
        0,
        10,
    )
    assert "7200 s" in report.message
    assert not settled.lease_is_live()
    assert settled.sync().exit_code == 0
    settled.assert_converged()


def test_C22_throttled_for_ever_ends_after_a_bounded_number_of_requests(settled):
    settled.store.decide = lambda request: Answer(429, applied=False)
    report = settled.sync()
    assert (report.result, report.exit_code) == (Result.INCOMPLETE, 1)
    assert len(settled.store.requests) <= 21
    assert "asked for 21 pauses in a row and took nothing" in report.message
    assert (report.unknown, settled.rejections("seq")) == (0, [])
    settled.store.decide = lambda request: None
    assert settled.sync().exit_code == 0
    settled.assert_converged()


def test_C25_a_destination_that_is_down_costs_few_requests(settled):
    settled.store.decide = lambda request: Answer(503, applied=False)
    report = settled.sync()
    assert report.result is Result.INCOMPLETE
    assert len(settled.store.requests) <= 20
    assert settled.rejections("seq") == []
    settled.store.decide = lambda request: None
    settled.end_lease()
    assert settled.sync().exit_code == 0
    settled.assert_converged()


# --- results per row


def test_D01_each_row_has_its_own_verdict(settled):
    settled.store.rejects = {"11": "bad", "14": "bad"}
    report = settled.sync()
    assert (report.accepted.total(), report.rejected.total()) == (8, 2)
    assert report.exit_code == 1
    settled.assert_converged("11", "14")


def test_D02_a_row_that_the_answer_leaves_out_is_sent_again_alone(settled):
    settled.store.script.append(Answer(shape="short"))
    assert settled.sync().exit_code == 0
    assert [len(request.keys) for request in settled.store.requests] == [10, 1]
    settled.assert_converged()


def test_D04_results_in_another_order_are_matched_by_key(settled):
    settled.store.rejects = {"11": "bad"}
    settled.store.script.append(Answer(shape="shuffled"))
    assert settled.sync().rejected.total() == 1
    settled.assert_converged("11")


def test_D05_two_verdicts_for_one_row_are_none(settled):
    settled.store.script.append(Answer(shape="twice"))
    assert settled.sync().exit_code == 0
    assert [len(request.keys) for request in settled.store.requests] == [10, 1]
    settled.assert_converged()


def test_missing_rows_are_no_failure_and_come_back(settled):
    settled.store.known = set()
    report = settled.sync()
    assert (report.result, report.missing.total()) == (Result.SUCCEEDED, 10)
    assert report.exit_code == 0
    assert report.message == "10 of 20 rows are missing at the destination"
    assert {kind for (kind,) in settled.rejections("kind")} == {"missing"}
    settled.store.known = None
    settled.rebuild()
    assert settled.published == []  # their time has not come
    settled.retry()
    settled.rebuild()
    assert settled.sync().accepted.total() == 10
    settled.assert_converged()


@pytest.mark.parametrize(
    ("share", "result", "exit_code"),
    [(None, Result.MISSING, 1), (0.29, Result.SUCCEEDED, 0), (0.28, Result.MISSING, 1)],
)
def test_many_missing_rows_are_a_result_of_their_own(world, share, result, exit_code):
    world.people(*range(100))
    world.store.known = {str(each) for each in range(29 if share is None else 71)}
    world.settings |= {} if share is None else {"max_missing": share}
    world.build()
    report = world.sync()
    assert (report.result, report.exit_code) == (result, exit_code)
    assert ("max_missing" in report.message) is (result is Result.MISSING)


def test_missing_rows_that_are_tried_again_count_as_a_part_of_the_segment(world):
    world.people(*range(100))
    world.store.known = {str(each) for each in range(90)}
    for _ in range(2):
        world.rebuild()
        report = world.sync()
        assert (report.result, report.missing.total()) == (Result.SUCCEEDED, 10)
        world.retry()
