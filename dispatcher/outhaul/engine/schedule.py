"""The tasks of a sync that wait: for a free worker, or for their time to come."""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Collection, Iterable

from outhaul.engine.seams import Seams
from outhaul.engine.tasks import Step, Task, limits_of
from outhaul.kit.service import Service


class Schedule:
    """Ready tasks in order, and delayed ones by the time when they become ready."""

    def __init__(self, service: Service, seams: Seams) -> None:
        self._service = service
        self._seams = seams
        self._ready: deque[Task] = deque()
        self._delayed: list[tuple[float, int, Task]] = []
        self._tickets = itertools.count()

    def __len__(self) -> int:
        return len(self._ready) + len(self._delayed)

    def tasks(self) -> Iterable[Task]:
        """All that waits, in no particular order."""
        return itertools.chain(self._ready, (entry[2] for entry in self._delayed))

    @property
    def has_ready(self) -> bool:
        """Whether some task waits for a worker alone."""
        return bool(self._ready)

    def add(self, task: Task, after: float = 0.0) -> None:
        """This may start after so many seconds."""
        if after <= 0:
            self._ready.append(task)
            return
        due = self._seams.clock() + after
        heapq.heappush(self._delayed, (due, next(self._tickets), task))

    def seconds_to_next(self) -> float | None:
        """Until the first delayed task is due; None where there is none."""
        if not self._delayed:
            return None
        return max(0.0, self._delayed[0][0] - self._seams.clock())

    def wake(self) -> None:
        """Make ready what is due."""
        now = self._seams.clock()
        while self._delayed and self._delayed[0][0] <= now:
            self._ready.append(heapq.heappop(self._delayed)[2])

    def take(self, in_flight: Collection[Task]) -> Task | None:
        """The first ready task that may be sent, or wait for one that is being sent.

        in_flight: what is being sent, or waits for that. As many may wait as may be
        sent at once; none where a row is claimed just before it is sent.
        """
        for task in self._ready:
            if self._has_capacity(task, in_flight):
                self._ready.remove(task)
                return task
        return None

    def _has_capacity(self, task: Task, in_flight: Collection[Task]) -> bool:
        if task.step is Step.POLL:
            return True
        busy = sum(other.step is task.step for other in in_flight)
        at_once = limits_of(self._service, task).concurrency
        return busy < at_once * (2 if self._service.repeatable else 1)
