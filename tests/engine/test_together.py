"""Several dispatchers at once on one PostgreSQL, and one that is told to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from outhaul.engine.observer import Observer
from outhaul.engine.rate import RateLimiter, RateLimiters
from outhaul.engine.seams import Seams
from outhaul.engine.summary import Result, Summary, exit_code
from outhaul.kit.service import Limits
from tests.dbt.warehouse_project import DiffProject
from tests.engine.conftest import SELECT
from tests.engine.killing import Doom, watched
from tests.engine.ledger import Killed, LedgerSeams, PostgresLedger, ScaledSeams
from tests.engine.store import Answer, Request, Store
from tests.engine.world import World, person
from tests.warehouses.postgres import PostgresServer


@pytest.fixture(scope="module")
def postgres_ledger(postgres, tmp_path_factory) -> Iterator[PostgresLedger]:
    folder = tmp_path_factory.mktemp("together")
    warehouse = PostgresServer(postgres).new(folder)
    project = DiffProject(folder / "project", warehouse)
    project.reset()
    project.configure("id")
    project.select(f"{SELECT} from people")
    project.build()
    ledger = PostgresLedger(warehouse.output)
    yield ledger
    ledger.close()
    warehouse.close()


@pytest.fixture
def shared(postgres_ledger: PostgresLedger, store: Store) -> World:
    """A new generation of people, in PostgreSQL."""
    world = World(postgres_ledger, store)
    generation = postgres_ledger.run(
        "select max(generation) from shop.outhaul_activations"
    )[0][0]
    world.generation = generation
    world.people(*range(60))
    world.end_lease()
    world._publish(world._changes())
    return world


@pytest.mark.parametrize("count", [2, 8])
def test_F01_of_dispatchers_that_start_at_once_one_runs(shared, count):
    shared.settings["limit"] = 10
    shared.store.decide = lambda request: Answer(pause=0.02)
    barrier = threading.Barrier(count)

    def run() -> Summary:
        dispatcher = shared.dispatcher()
        record = dispatcher.warehouse.activation(shared.name)
        binding = dispatcher.bind(record)
        barrier.wait()
        report = dispatcher.sync_all([binding])[0]
        dispatcher.warehouse.close()
        return report

    with ThreadPoolExecutor(count) as pool:
        reports = list(pool.map(lambda _: run(), range(count)))
    results = sorted(report.result.value for report in reports)
    assert results.count("succeeded") == 1
    assert set(results) <= {"succeeded", "busy", "nothing to send"}
    assert results.count("busy") >= 1
    assert exit_code([r for r in reports if r.result is Result.BUSY]) == 4
    assert sorted(shared.store.sent()) == sorted(shared.segment)
    assert shared.store.held == shared.expected()


def test_two_syncs_one_after_the_other_are_no_conflict(shared):
    assert shared.sync().result is Result.SUCCEEDED
    assert shared.sync().result is Result.NOTHING


def test_a_killed_sync_on_postgres_is_finished_by_the_next(shared):
    doom = Doom("after send")
    with pytest.raises(Killed):
        shared.sync(wrap=lambda service: watched(service, doom.at))
    assert shared.sync().result is Result.BUSY
    shared.end_lease()
    assert shared.sync().result is Result.SUCCEEDED
    assert shared.store.held == shared.expected()


def test_rejections_are_written_on_postgres(shared):
    shared.store.rejects = {"5": "bad", "7": "bad"}
    assert shared.sync().rejected.total() == 2
    assert shared.rejections("kind, code, is_in_doubt") == [
        ("rejected", "bad", False),
        ("rejected", "bad", False),
    ]


# --- being told to stop


@pytest.fixture
def known(world: World) -> World:
    world.build()
    assert world.sync().exit_code == 0
    world.people(*range(60))
    world.settings["limit"] = 10
    world.rebuild()
    world.store.requests.clear()
    return world


def test_A16_I14_told_to_stop_it_finishes_what_is_in_flight(known):
    seams = LedgerSeams(clock=known.ledger.clock, ledger=known.ledger)
    known.store.on_request = lambda request: seams.stop.set()
    report = known.sync(seams=seams)
    assert (report.result, report.message) == (Result.INCOMPLETE, "interrupted")
    assert (report.accepted.total(), report.waiting) == (10, 40)
    assert known.claims() == (10, 10)  # what was not sent is not in doubt
    assert not known.lease_is_live()
    known.store.on_request = lambda request: None
    assert known.sync().accepted.total() == 40
    known.assert_converged()
    assert len(known.store.sent()) == 50


class Watcher(Observer):
    """Notes what it is told at the end."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self.heard = threading.Event()

    def stopping(self) -> None:
        self.told.append("stopping")

    def waits(self, name: str, requests: int, seconds: float) -> None:
        self.told.append((name, requests, seconds))
        self.heard.set()


def test_A16_told_to_stop_it_says_so_and_what_it_waits_for(known):
    known.account["concurrency"] = 2
    seams = Seams()
    both = threading.Barrier(2)

    def stop(request: Request) -> None:
        both.wait(timeout=10)
        seams.stop.set()
        watcher.heard.wait(timeout=10)

    known.store.on_request = stop
    watcher = Watcher()
    assert known.sync(seams=seams, observer=watcher).waiting == 30
    assert sorted(watcher.told, key=str) == [(known.name, 2, 10.0), "stopping"]
    assert known.claims() == (20, 20)


def test_A03_after_a_kill_a_sync_that_is_interrupted_leaves_the_old_doubt(known):
    doom = Doom("before send")
    with pytest.raises(Killed):
        known.sync(wrap=lambda service: watched(service, doom.at))
    assert known.claims() == (50, 0)
    known.end_lease()
    seams = LedgerSeams(clock=known.ledger.clock, ledger=known.ledger)
    known.store.on_request = lambda request: seams.stop.set()
    known.sync(seams=seams)
    assert known.claims() == (50, 10)


def test_A16_told_to_stop_before_it_starts_it_touches_nothing(known):
    seams = Seams()
    seams.stop.set()
    dispatcher = known.dispatcher(seams=seams)
    binding = dispatcher.bind(dispatcher.warehouse.activation(known.name))
    assert dispatcher.sync_all([binding])[0].result is Result.INCOMPLETE
    assert (known.store.requests, dispatcher.warehouse.writes) == ([], 0)


def test_A16_told_to_stop_while_waiting_for_the_rate_it_sends_nothing_more(known):
    known.account |= {"per_second": 0.01, "concurrency": 2}
    seams = Seams()
    known.store.on_request = lambda request: seams.stop.set()
    report = known.sync(seams=seams)
    assert report.result is Result.INCOMPLETE
    assert len(known.store.requests) == 1
    assert report.unknown == 0


# --- rates


def test_I13_several_syncs_of_a_process_share_the_rate_of_an_account():
    limiters = RateLimiters(ScaledSeams(scale=50.0))
    times: list[float] = []

    def run() -> None:
        for _ in range(10):
            limiters.of("crm", "send", Limits(1, 1, 10.0)).acquire()
            times.append(time.monotonic() * 50)

    with ThreadPoolExecutor(4) as pool:
        for _ in range(4):
            pool.submit(run)
    assert len(times) == 40
    assert max(times) - min(times) >= 39 / 10.0 * 0.95


def test_I13_a_sync_keeps_the_rate_of_its_service(known):
    known.account |= {"per_second": 10.0, "concurrency": 4}
    report = known.sync(seams=ScaledSeams(scale=20.0))
    assert report.exit_code == 0
    assert report.seconds >= 4 / 10.0 * 0.95


def test_a_pause_slows_down_and_success_speeds_up_again(ledger):
    seams = ledger.seams()
    limiter = RateLimiter(10.0, seams)

    def seconds(count: int) -> float:
        start = seams.clock()
        for _ in range(count):
            limiter.acquire()
        return seams.clock() - start

    limiter.acquire()
    assert seconds(20) >= 1.9
    limiter.pause(0.0)
    limiter.acquire()
    assert seconds(20) >= 3.8
    for _ in range(100):
        limiter.succeeded()
    limiter.acquire()
    assert seconds(100) < 20.0


def test_the_number_of_writes_does_not_grow_with_the_rows(known):
    known.segment |= {str(each): person("X") for each in range(100, 3_000)}
    known.settings["limit"] = 100
    known.rebuild()
    dispatcher = known.dispatcher()
    binding = dispatcher.bind(dispatcher.warehouse.activation(known.name))
    assert dispatcher.sync_all([binding])[0].exit_code == 0
    assert dispatcher.warehouse.writes <= 20
