"""What the workers of a sync do: one request each, or one look at a job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from outhaul.engine.lease import Lease
from outhaul.engine.rate import RateLimiter
from outhaul.engine.retries import ATTEMPTS
from outhaul.errors import DestinationError, NotSent
from outhaul.kit.rows import Collected
from outhaul.kit.service import Job, Limits, Service
from outhaul.model import Change


class Step(str, Enum):
    """Which method of the service a task calls."""

    LOOK_UP = "look_up"
    SEND = "send"
    POLL = "poll"


@dataclass(frozen=True, eq=False)
class Task:
    """Rows of one lane (removals, or all others) on their way through one step.

    attempts: how often this step failed without a verdict. resends: how often an
    answer left rows without an outcome. in_doubt: whether some attempt may have been
    applied. Times are by the sync's clock. begun_at: when the step was last taken; of
    a job, when its rows were sent. tries: when the last tries in vain began, of the
    rows in whatever request, at most `ATTEMPTS`. polled_since: when the job was first
    asked for.
    """

    step: Step
    change: Change
    items: Collected
    job: Job | None = None
    attempts: int = 0
    resends: int = 0
    in_doubt: bool = False
    begun_at: float | None = None
    tries: tuple[float, ...] = ()
    polled_since: float | None = None

    @property
    def may_be_applied(self) -> bool:
        """Whether the destination may act on the rows although nothing is known."""
        return self.in_doubt or self.job is not None

    def tried(self) -> Task:
        """The same after a try without a verdict; a look at a job is none."""
        tries = self.tries
        if self.step is not Step.POLL and self.begun_at is not None:
            tries = (*tries, self.begun_at)[-ATTEMPTS:]
        return replace(self, attempts=self.attempts + 1, tries=tries)

    def halves(self) -> list[Task]:
        """The same rows as two tasks."""
        middle = len(self.items) // 2
        return [
            replace(self, items=self.items[:middle]),
            replace(self, items=self.items[middle:]),
        ]


class LeaseTooShort(DestinationError):
    """The request might outlive the lease; it was not made."""


def limits_of(service: Service, task: Task) -> Limits:
    """The limits that a task's request falls under; polls count as look-ups."""
    if task.step is not Step.SEND and service.lookup_limits is not None:
        return service.lookup_limits
    return service.limits(task.change)


def perform(task: Task, service: Service, lease: Lease, limiter: RateLimiter) -> Any:
    """Make the task's request within the rate and the lease; runs in a worker.

    Returns what the service returned. Raises DestinationError.
    """
    requests = service.requests_per_send if task.step is Step.SEND else 1
    rows = 0 if task.step is Step.POLL else len(task.items)
    if not limiter.acquire(requests, rows):
        raise NotSent("interrupted")
    if not lease.covers(service.request_seconds):
        raise LeaseTooShort("the lease does not cover another request")
    steps: dict[Step, Callable[[], Any]] = {
        Step.LOOK_UP: lambda: service.look_up(task.items.rows),
        Step.SEND: lambda: service.send(task.items),
        Step.POLL: lambda: service.poll(_job(task), task.items),
    }
    result = steps[task.step]()
    limiter.succeeded()
    return result


def _job(task: Task) -> Job:
    if task.job is None:
        raise TypeError("a task that polls has a job")
    return task.job
