"""How often requests are made: buckets that several steps share, and what is told."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from outhaul.engine.rate import RateLimiters
from outhaul.engine.seams import Seams
from outhaul.errors import NotSent
from outhaul.http.answers import Response
from outhaul.http.client import HttpClient
from outhaul.http.traffic import noting
from outhaul.kit.service import Bucket, Limits
from outhaul.sandbox import Sandbox
from outhaul.sandbox.faults import Fault

STEADY = Bucket("writes", 150, 60.0)
ROWS = Bucket("profiles", 1_000, 1.0, "rows")


@dataclass(frozen=True)
class VirtualSeams(Seams):
    """Waiting moves the time on, and takes none."""

    now: list[float] = field(default_factory=lambda: [1_000.0])

    def __post_init__(self):
        object.__setattr__(self, "clock", lambda: self.now[0])

    def wait(self, seconds):
        self.now[0] += max(0.0, seconds)


@pytest.fixture
def seams():
    return VirtualSeams()


@pytest.fixture
def limiters(seams):
    return RateLimiters(seams)


def limits(*buckets, per_second=10.0):
    return Limits(1, 1, per_second, buckets=buckets)


def times(seams, limiter, count, rows=0):
    found = []
    for _ in range(count):
        assert limiter.acquire(1, rows)
        found.append(seams.now[0] - 1_000.0)
    return found


def test_a_burst_lasts_until_the_steady_bucket_is_used_up(seams, limiters):
    made = times(seams, limiters.of("crm", "send", limits(STEADY)), 301)
    assert made[149] == pytest.approx(14.9)
    assert made[150] == pytest.approx(60.0)
    assert made[300] == pytest.approx(120.0)
    assert all(b - a >= 60.0 - 1e-6 for a, b in zip(made, made[150:], strict=False))


def test_without_a_bucket_requests_are_evenly_spaced(seams, limiters):
    made = times(seams, limiters.of("crm", "send", limits()), 301)
    assert made[300] == pytest.approx(30.0)


def test_steps_and_services_share_a_bucket_of_one_name(seams, limiters):
    shared = limits(STEADY)
    times(seams, limiters.of("crm", "send", shared), 100)
    looked_up = times(seams, limiters.of("crm", "look_up", shared), 51)
    assert looked_up[49] < 60.0 <= looked_up[50]


@pytest.mark.parametrize(
    ("destination", "bucket"),
    [("other", STEADY), ("crm", Bucket("look-ups", 150, 60.0))],
)
def test_other_accounts_and_other_buckets_are_counted_apart(
    seams, limiters, destination, bucket
):
    times(seams, limiters.of("crm", "send", limits(STEADY)), 150)
    other = limiters.of(destination, "send", limits(bucket))
    assert times(seams, other, 1)[0] < 60.0


def test_rows_are_counted_where_the_platform_counts_rows(seams, limiters):
    limiter = limiters.of("crm", "send", limits(ROWS, per_second=1_000.0))
    assert times(seams, limiter, 3, rows=400)[2] == pytest.approx(1.0)
    assert times(seams, limiter, 60, rows=1)[59] < 1.2


def test_a_request_of_more_rows_than_a_bucket_holds_takes_as_much_longer(
    seams, limiters
):
    limiter = limiters.of("crm", "send", limits(ROWS))
    assert times(seams, limiter, 2, rows=2_500) == [0.0, pytest.approx(2.5)]


def test_a_bucket_that_is_used_up_for_the_day_ends_the_wait(seams, limiters):
    day = Bucket("requests", 2, 86_400.0)
    limiter = limiters.of("crm", "send", limits(day))
    times(seams, limiter, 2)
    with pytest.raises(NotSent, match="2 requests in 86400 s, and no more") as caught:
        limiter.acquire()
    assert caught.value.after == pytest.approx(86_400.0, abs=1)
    seams.wait(86_400.0)
    assert limiter.acquire()


def test_the_slowest_of_several_buckets_counts(seams, limiters):
    limiter = limiters.of("crm", "send", limits(STEADY, Bucket("day", 160, 600.0)))
    assert times(seams, limiter, 161)[160] == pytest.approx(600.0)


@pytest.mark.parametrize(
    ("requests", "rows", "seconds"), [(10, 0, 1.0), (150, 0, 15.0), (301, 0, 120.0)]
)
def test_a_plan_takes_buckets_into_account(requests, rows, seconds):
    assert limits(STEADY).seconds_for(requests, rows) == pytest.approx(seconds)


def test_a_plan_counts_rows_where_the_platform_does():
    assert limits(ROWS).seconds_for(1, 10_000) == 9.0
    assert Bucket.of_rate("x", 2.5, 60.0) == Bucket("x", 150.0, 60.0)
    assert Bucket.of_rate("x", 0.01, 60.0) == Bucket("x", 1.0, 100.0)


@pytest.mark.parametrize(
    ("told", "held"),
    [
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "7"}, [7.0]),
        ({"RateLimit-Remaining": "0", "RateLimit-Reset": "7"}, [7.0]),
        ({"X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "7"}, []),
        ({"X-RateLimit-Remaining": "0"}, []),
        ({"X-RateLimit-Remaining": "none", "X-RateLimit-Reset": "7"}, []),
    ],
)
def test_an_answer_that_tells_that_nothing_is_left_holds_the_next_request(told, held):
    seen: list[float] = []
    with Sandbox() as sandbox:
        sandbox.add_faults(Fault("status", status=200, headers=told))
        client = HttpClient(sandbox.url("webhook"), {})
        with noting(lambda: None, seen.append):
            assert isinstance(client.request("POST", "/rows", body=b"{}"), Response)
    assert seen == held


def test_a_held_limiter_waits_and_is_no_slower_afterwards(seams, limiters):
    limiter = limiters.of("crm", "send", limits())
    times(seams, limiter, 1)
    limiter.hold(7.0)
    assert times(seams, limiter, 2) == [pytest.approx(7.0), pytest.approx(7.1)]
