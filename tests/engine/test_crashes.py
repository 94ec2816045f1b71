"""Killed at every point of a sync: nothing is lost, nothing is believed too early."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from outhaul.engine.options import SyncOptions
from outhaul.engine.summary import Result
from tests.engine.killing import Doom, sync_and_exit, sync_until
from tests.engine.ledger import FileLedger, Killed, Ledger
from tests.engine.store import Answer, Store
from tests.engine.world import World, person


def kill(world: World, point: str, nth: int = 1) -> None:
    """Sync, and be killed at this point."""
    doom = Doom(point, nth)
    with pytest.raises(Killed):
        world.sync(connection=doom.connect(world.ledger), wrap=doom.wrap)


@pytest.fixture
def pending(world: World) -> World:
    """Ten people are in the store; one left, one changed, three came, one is refused.

    Requests hold two rows each.
    """
    world.settings["limit"] = 2
    world.build()
    assert world.sync().exit_code == 0
    world.people(*range(1, 13))
    world.segment["5"] = person("Changed")
    world.store.rejects = {"12": "bad"}
    world.rebuild()
    world.store.requests.clear()
    return world


def finish(world: World) -> None:
    """The next sync, after the lease has ended, brings everything to its end."""
    world.end_lease()
    world.sync()
    world.assert_converged("12")
    assert world.rejected["12"].attempts == 1


def test_A01_killed_before_the_lease_nothing_has_changed(pending):
    kill(pending, "before lease")
    assert not pending.lease_is_live()
    assert pending.store.requests == []
    pending.sync()
    pending.assert_converged("12")


def test_A02_killed_after_the_lease_the_next_sync_waits_for_its_end(pending):
    kill(pending, "after lease")
    assert pending.sync().result is Result.BUSY
    assert pending.store.requests == []
    finish(pending)


@pytest.mark.parametrize("point", ["after claim", "before send"])
def test_A03_A04_killed_after_the_claim_its_rows_are_in_doubt(pending, point):
    kill(pending, point)
    assert pending.claims() == (5, 0)
    assert pending.store.requests == []
    finish(pending)
    assert Counter(pending.store.sent()).most_common(1)[0][1] == 1


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_A06_A07_A10_killed_between_send_and_commit_rows_are_sent_again(pending, nth):
    kill(pending, "after send", nth)
    assert pending.claims() == (5, 0)
    sent = len(pending.store.sent())
    finish(pending)
    assert len(pending.store.sent()) <= sent + 5


def test_A06_a_leaver_whose_insertion_was_never_acknowledged_is_removed(pending):
    kill(pending, "after send", 2)
    arrived = [key for key in ("10", "11") if key in pending.store.held]
    assert arrived
    for key in ("10", "11"):
        del pending.segment[key]
    pending.rebuild()
    assert {("removed", "10"), ("removed", "11")} <= {
        (change, key) for change, key, _ in pending.published
    }
    finish(pending)


def test_A06_what_was_in_doubt_and_changed_meanwhile_is_sent_as_it_is_now(pending):
    kill(pending, "after send", 3)
    pending.segment["5"] = person("Person 5")
    pending.rebuild()
    assert ("updated", "5") in [(change, key) for change, key, _ in pending.published]
    finish(pending)


def test_A09_killed_after_the_commit_nothing_is_sent_again(pending):
    kill(pending, "before record", 2)
    assert pending.claims() == (5, 5)
    before = len(pending.store.requests)
    pending.end_lease()
    assert pending.sync().result is Result.NOTHING
    assert len(pending.store.requests) == before
    pending.assert_converged("12")


def test_killed_between_rejections_and_commit_the_verdict_counts_once(pending):
    kill(pending, "after reject")
    assert pending.claims() == (5, 0)
    finish(pending)
    assert Counter(pending.store.sent())["12"] == 1


def test_A11_killed_while_polling_the_job_is_followed_and_not_repeated(pending):
    pending.store.asynchronous = True
    kill(pending, "after poll", 2)
    uploaded = len(pending.store.requests)
    polls = pending.store.polls
    pending.end_lease()
    pending.sync()
    pending.assert_converged("12")
    assert pending.store.polls > polls
    assert len(pending.store.requests) >= uploaded
    assert max(Counter(pending.store.sent()).values()) == 1


def test_A12_killed_before_the_job_was_written_down_its_rows_are_sent_again(pending):
    pending.store.asynchronous = True
    kill(pending, "before job")
    finish(pending)
    assert max(Counter(pending.store.sent()).values()) == 2


def test_D11_a_job_that_is_gone_after_a_restart_leaves_its_rows_to_be_sent(pending):
    pending.store.asynchronous = True
    kill(pending, "before poll")
    pending.store._jobs.clear()
    finish(pending)


def test_D14_a_build_after_a_kill_takes_the_rows_of_a_job_as_in_doubt(pending):
    pending.store.asynchronous = True
    kill(pending, "after job", 2)
    pending.segment["10"] = person("Newer")
    pending.rebuild()
    finish(pending)


# --- every point


POINTS = ("lease", "claim", "reject", "job", "send", "poll", "record", "release")


@pytest.mark.parametrize(
    ("is_asynchronous", "is_built"),
    [
        pytest.param(False, False, id="then-synced"),
        pytest.param(False, True, id="then-built-and-synced"),
        pytest.param(True, False, id="by-jobs-then-synced"),
    ],
)
def test_A15_killed_at_each_side_effect_in_turn(
    tables, store, is_asynchronous, is_built
):
    for last in range(1, 200):
        ledger = Ledger(tables)
        ledger.add_diff("people_out")
        store.held.clear()
        store.requests.clear()
        store.rejects = {}
        store.asynchronous = is_asynchronous
        world = World(ledger, store)
        world.settings["limit"] = 3
        world.people(*range(6))
        world.build()
        world.sync()
        world.people(*range(1, 9))
        world.segment["3"] = person("Changed")
        store.rejects = {"8": "bad"}
        world.rebuild()
        store.requests.clear()
        is_over = killed_at_effect(world, last)
        if is_built:
            world.segment.pop("6", None)
            world.segment["3"] = person("Changed again")
            world.rebuild()
        world.end_lease()
        world.sync()
        world.assert_converged("8")
        assert len(store.sent()) <= 2 * 6
        ledger.close()
        if is_over:
            assert last > 15
            return
    pytest.fail("the sync never came to its end")


def killed_at_effect(world: World, last: int) -> bool:
    """Sync until the side effect with this number; True: it had fewer."""
    doom = Doom()
    count = 0

    def at(point: str) -> None:
        nonlocal count
        if point.partition(" ")[2] in POINTS:
            count += 1
            doom.kill_if(count == last)

    doom.hooks.append(at)
    try:
        world.sync(connection=doom.connect(world.ledger), wrap=doom.wrap)
    except Killed:
        return False
    return True


@pytest.fixture(scope="module")
def processes() -> multiprocessing.context.ForkServerContext:
    """Processes that start quickly and share nothing with this one."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.engine.killing", "tests.engine.world"])
    return context


def test_A15_a_process_killed_by_SIGKILL_at_each_side_effect(
    tables: list[str],
    store: Store,
    tmp_path: Path,
    processes: multiprocessing.context.ForkServerContext,
):
    """Real processes and a real file, which recovers from its write-ahead log."""
    world, prepare = prepared_file(tables, store, tmp_path)
    for last in range(1, 60):
        prepare()
        victim = processes.Process(
            target=sync_until,
            args=(world.ledger.path, store.url, {"concurrency": 1}, last),
        )
        victim.start()
        victim.join()
        world.end_lease()
        world.sync()
        world.assert_converged("4")
        if victim.exitcode == 0:
            assert last > 8
            return
        assert victim.exitcode == -9
    pytest.fail("the sync never came to its end")


def test_a_lease_of_a_killed_process_ends_as_soon_as_nothing_of_it_can_arrive(
    tables: list[str],
    store: Store,
    tmp_path: Path,
    processes: multiprocessing.context.ForkServerContext,
):
    """At once where it had claimed nothing, else when its request must have ended."""
    world, prepare = prepared_file(tables, store, tmp_path)
    lease_start_and_claim = 6  # before and after each
    for last in (lease_start_and_claim - 2, lease_start_and_claim):
        prepare()
        victim = processes.Process(
            target=sync_until, args=(world.ledger.path, store.url, {}, last)
        )
        victim.start()
        victim.join()
        assert victim.exitcode == -9
        assert world.lease_is_live()
        report = world.sync()
        if last == lease_start_and_claim:
            assert report.result is Result.BUSY
            assert "was killed" in report.message
            world.ledger.advance(1)
            assert world.sync().result is Result.BUSY
            assert world.lease_is_live()
            world.ledger.advance(10)  # as long as a request may take
            report = world.sync()
        assert report.accepted.total() == 2
        world.assert_converged("4")


def test_A17_a_frozen_process_sends_nothing_after_its_lease(
    tables: list[str],
    store: Store,
    tmp_path: Path,
    processes: multiprocessing.context.ForkServerContext,
):
    world, prepare = prepared_file(tables, store, tmp_path)
    prepare()
    arrived = threading.Event()
    store.on_request = lambda request: arrived.set()
    store.script.append(Answer(pause=0.3))
    store.requests.clear()
    frozen = processes.Process(
        target=sync_and_exit,
        args=(
            world.ledger.path,
            store.url,
            {"request_seconds": 0.6},
            SyncOptions(lease_seconds=2),
        ),
    )
    frozen.start()
    assert arrived.wait(20)
    time.sleep(0.1)  # it waits for the answer, and holds no lock of the file
    os.kill(frozen.pid, signal.SIGSTOP)
    while world.lease_is_live():
        time.sleep(0.1)
    world.sync()
    requests = len(store.requests)
    os.kill(frozen.pid, signal.SIGCONT)
    frozen.join(20)
    assert frozen.exitcode == 4
    assert len(store.requests) == requests
    world.assert_converged("4")


def prepared_file(
    tables: list[str], store: Store, folder: Path
) -> tuple[World, Callable[[], None]]:
    """A world in a file, and how to bring it back to one removal and two rows."""
    template = FileLedger(folder / "template.duckdb", tables)
    template.add_diff("people_out")
    path = folder / "template_copy" / "template.duckdb"
    path.parent.mkdir()
    world = World(template, store)
    world.people(1, 2)
    world.build()
    world.sync()
    world.people(2, 3, 4)
    world.rebuild()
    published, state, held = world.published, dict(world.state), dict(store.held)
    generation = world.generation
    copied = FileLedger(path)

    def prepare() -> None:
        shutil.copy(template.path, path)
        world.ledger = copied  # type: ignore[assignment]
        world.run = copied.run
        world.published, world.state = published, dict(state)
        world.generation, world.rejected = generation, {}
        store.held = dict(held)
        store.rejects = {"4": "bad"}

    return world, prepare
