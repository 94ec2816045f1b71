"""Jobs of stand-ins: taken at once, worked off later, polled until they have ended."""

from __future__ import annotations

import math
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, NamedTuple

from outhaul.sandbox.faults import Fault

FAULTS = ("errored", "failed", "endless", "lost")
"""What can go wrong with a job; see `faults.py`."""


class RowFailed(Exception):
    """One row of a job is refused; the others go on."""


class Failure(NamedTuple):
    """A row that failed: its place in the job, what it is known by, and why."""

    row: int
    key: str
    reason: str


@dataclass
class StandInJob:
    """work: done at `ready`, in seconds of the stand-in's clock. counts: of rows, by
    what became of them.
    """

    id: str
    kind: str
    rows: int
    ready: float
    work: Callable[[StandInJob], None]
    status: str = "pending"
    counts: Counter[str] = field(default_factory=Counter)
    failed: list[Failure] = field(default_factory=list)
    fault: Fault | None = None
    started_at: str = field(default_factory=lambda: timestamp())
    finished_at: str = ""

    @property
    def lost(self) -> bool:
        """Whether nobody knows of it when it is asked for."""
        return self.fault is not None and self.fault.what == "lost"

    def finish(self) -> None:
        """Do the work, and tell what became of it."""
        self.work(self)
        failures = len(self.failed)
        self.status = "errored" if failures else "completed"
        if failures and failures == self.rows:
            self.status = "failed"
        self.finished_at = timestamp()


class Jobs:
    """All jobs, worked off in the order in which they came."""

    def __init__(self, clock: Callable[[], float], seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._waiting: list[StandInJob] = []
        self.all: dict[str, StandInJob] = {}

    def add(
        self,
        kind: str,
        rows: int,
        work: Callable[[StandInJob], None],
        fault: Fault | None = None,
    ) -> StandInJob:
        """A new job, which waits; a fault says what goes wrong with it."""
        ready = self._clock() + self._seconds
        job = StandInJob(str(uuid.uuid4()), kind, rows, ready, work, fault=fault)
        if fault is not None and fault.what == "endless":
            job.ready = math.inf
        self.all[job.id] = job
        self._waiting.append(job)
        return job

    def work_off(self) -> None:
        """Finish what has waited long enough."""
        now = self._clock()
        due = [job for job in self._waiting if job.ready <= now]
        self._waiting = [job for job in self._waiting if job.ready > now]
        for job in due:
            job.finish()

    def clear(self) -> None:
        """Forget all jobs."""
        self._waiting.clear()
        self.all.clear()


def row_by_row(
    rows: Iterable[Mapping[str, Any]],
    key_of: Callable[[Mapping[str, Any]], str],
    take: Callable[[Mapping[str, Any]], str],
    fault: Fault | None = None,
) -> Callable[[StandInJob], None]:
    """The work of a job that takes rows one after the other.

    take: returns what became of the row, as one word; raises RowFailed. fault: makes
    all rows fail, or those whose key it names.
    """
    all_fail = fault is not None and fault.what == "failed"
    failing = {each.lower() for each in fault.emails} if fault else set()

    def work(job: StandInJob) -> None:
        for index, row in enumerate(rows):
            key = key_of(row)
            try:
                if all_fail or key in failing:
                    raise RowFailed("the contact could not be imported")
                job.counts[take(row)] += 1
            except RowFailed as failed:
                job.failed.append(Failure(index, key, str(failed)))

    return work


def timestamp() -> str:
    """The time now, in UTC."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
