"""The threads that make a sync's requests, a few of each kind at a time.

A request may wait here for its turn: whoever is done takes up the next one at once,
while the thread of the sync still reads a page or judges an answer.
"""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any

from outhaul.engine.tasks import Step, Task


class Flight:
    """A task on its way, and what came of it: a result or an error.

    started_at: when a worker took it up, by the sync's clock; until then it waits, and
    nothing of it was sent.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self.started_at: float | None = None
        self._result: Any = None
        self._error: BaseException | None = None

    def run(self, perform: Callable[[Task], Any], clock: Callable[[], float]) -> None:
        """Make the request, in a worker."""
        self.started_at = clock()
        try:
            self._result = perform(self.task)
        except BaseException as error:
            self._error = error

    def result(self) -> Any:
        """What the service returned; raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._result


class Workers:
    """Makes requests in threads and hands them back when they ended.

    most: threads in all. When the context is left, what waits is not begun, and what
    is under way is waited for.
    """

    def __init__(
        self, most: int, perform: Callable[[Task], Any], clock: Callable[[], float]
    ) -> None:
        self._pool = ThreadPoolExecutor(most, "outhaul-send")
        self._perform = perform
        self._clock = clock
        self._lock = threading.Lock()
        self._busy: dict[Step, int] = defaultdict(int)
        self._waiting: dict[Step, deque[Flight]] = defaultdict(deque)
        self._ended: SimpleQueue[Flight] = SimpleQueue()

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.withdraw()
        self._pool.shutdown()

    def add(self, task: Task, at_once: int) -> Flight:
        """Begin a task, or let it wait while `at_once` of its kind are under way."""
        flight = Flight(task)
        with self._lock:
            if self._busy[task.step] >= at_once:
                self._waiting[task.step].append(flight)
                return flight
            self._busy[task.step] += 1
        self._pool.submit(self._work, flight)
        return flight

    def ended(self, seconds: float) -> list[Flight]:
        """What ended since the last call; waits so long for the first one."""
        flights: list[Flight] = []
        with suppress(Empty):
            flights.append(self._ended.get(timeout=seconds))
            while True:
                flights.append(self._ended.get_nowait())
        return flights

    def withdraw(self) -> list[Flight]:
        """Take back what waits and was not begun."""
        with self._lock:
            flights = [each for waiting in self._waiting.values() for each in waiting]
            self._waiting.clear()
        return flights

    def _work(self, first: Flight) -> None:
        flight: Flight | None = first
        while flight is not None:
            flight.run(self._perform, self._clock)
            following = self._following(flight.task.step)
            self._ended.put(flight)
            flight = following

    def _following(self, step: Step) -> Flight | None:
        with self._lock:
            if self._waiting[step]:
                return self._waiting[step].popleft()
            self._busy[step] -= 1
            return None
