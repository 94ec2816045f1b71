"""Requests that wait for a worker: how many are under way, and what is taken back."""

from __future__ import annotations

import threading

import pytest

from outhaul.engine.tasks import Step, Task
from outhaul.engine.workers import Workers
from outhaul.model import Change

LONG = 10.0


class Gate:
    """Requests that end when they are let through."""

    def __init__(self) -> None:
        self.begun: list[Task] = []
        self.most = 0
        self._begun = threading.Semaphore(0)
        self._open = threading.Semaphore(0)
        self._under_way = 0
        self._lock = threading.Lock()

    def perform(self, task: Task) -> Task:
        with self._lock:
            self.begun.append(task)
            self._under_way += 1
            self.most = max(self.most, self._under_way)
        self._begun.release()
        assert self._open.acquire(timeout=LONG)
        with self._lock:
            self._under_way -= 1
        return task

    def await_begun(self, requests: int) -> None:
        for _ in range(requests):
            assert self._begun.acquire(timeout=LONG)

    def let(self, requests: int) -> None:
        self._open.release(requests)


def task(step: Step = Step.SEND) -> Task:
    return Task(step, Change.INSERTED, ())


def ended(workers: Workers, requests: int) -> list[Task]:
    found: list[Task] = []
    while len(found) < requests:
        flights = workers.ended(LONG)
        assert flights, "nothing ended"
        found += [flight.result() for flight in flights]
    return found


def test_no_more_requests_of_a_kind_are_under_way_than_allowed():
    gate = Gate()
    with Workers(5, gate.perform, lambda: 0.0) as workers:
        tasks = [task() for _ in range(12)]
        for each in tasks:
            workers.add(each, at_once=2)
        gate.let(12)
        assert set(ended(workers, 12)) == set(tasks)
    assert gate.most <= 2
    assert gate.begun[2:] == tasks[2:], "what waits is begun in order"


def test_what_waits_for_one_kind_does_not_hold_up_another():
    gate = Gate()
    with Workers(3, gate.perform, lambda: 0.0) as workers:
        sends = [task(), task()]
        look_up = task(Step.LOOK_UP)
        for each in (*sends, look_up):
            workers.add(each, at_once=1)
        gate.await_begun(2)
        assert set(gate.begun) == {sends[0], look_up}
        gate.let(3)
        ended(workers, 3)


def test_the_age_of_a_task_counts_from_when_a_worker_takes_it_up():
    gate, now = Gate(), [1.0]
    with Workers(2, gate.perform, lambda: now[0]) as workers:
        first = workers.add(task(), at_once=1)
        gate.await_begun(1)
        second = workers.add(task(), at_once=1)
        assert (first.started_at, second.started_at) == (1.0, None)
        now[0] = 7.0
        gate.let(2)
        ended(workers, 2)
        assert second.started_at == 7.0


def test_what_waits_can_be_taken_back_and_is_never_begun():
    gate = Gate()
    with Workers(2, gate.perform, lambda: 0.0) as workers:
        first, second = workers.add(task(), 1), workers.add(task(), 1)
        assert workers.withdraw() == [second]
        assert workers.withdraw() == []
        gate.let(2)
        assert ended(workers, 1) == [first.task]
    assert gate.begun == [first.task]


def test_what_waits_is_not_begun_where_the_sync_breaks_off():
    gate = Gate()
    with pytest.raises(ZeroDivisionError):
        with Workers(2, gate.perform, lambda: 0.0) as workers:
            first = workers.add(task(), 1)
            workers.add(task(), 1)
            threading.Timer(0.2, gate.let, [2]).start()
            raise ZeroDivisionError
    assert gate.begun == [first.task]


def test_what_a_request_raises_is_raised_where_it_is_judged():
    def perform(task: Task) -> None:
        raise ZeroDivisionError

    with Workers(1, perform, lambda: 0.0) as workers:
        workers.add(task(), 1)
        (flight,) = workers.ended(LONG)
        with pytest.raises(ZeroDivisionError):
            flight.result()
    with Workers(1, lambda task: "found", lambda: 0.0) as workers:
        workers.add(task(), 1)
        (flight,) = workers.ended(LONG)
        assert flight.result() == "found"
