"""What a verdict depends on beside its task: a promise, an answer, and the past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from outhaul.engine.effects import Again, Effect, Halve, Stop
from outhaul.engine.retries import ATTEMPTS, FREE_RETRIES, REQUESTS_PER_RETRY
from outhaul.engine.tasks import Step, Task
from outhaul.errors import DestinationError, Throttled
from outhaul.kit.service import Job, Service
from outhaul.model import LEFT_OPEN, Status


@dataclass(frozen=True)
class Policy:
    """What a service promises, as far as verdicts depend on it; see `Service`.

    look_up_rows: rows of a look-up, at most; 0 where the service has none.
    """

    repeatable: bool = True
    partly_applies: bool = True
    look_up_rows: int = 0
    poll_seconds: float = 2.0
    poll_timeout_seconds: float = 1800.0

    @classmethod
    def of(cls, service: Service) -> Policy:
        """The policy of a service."""
        look_ups = service.lookup_limits
        return cls(
            service.repeatable,
            service.partly_applies,
            look_ups.rows if look_ups else 0,
            service.poll_seconds,
            service.poll_timeout_seconds,
        )


@dataclass(frozen=True)
class Answer:
    """What came of a task: a result or an error.

    at: when, by the sync's clock. chance: drawn from 0 to 1, for `backoff`.
    """

    result: Any = None
    error: DestinationError | None = None
    at: float = 0.0
    chance: float = 0.0


@dataclass(frozen=True)
class Course:
    """How a sync has gone until now, as far as verdicts depend on it.

    requests: those that came to an end. retries: requests that were made again.
    pauses: that the destination asked for in a row. halvings: requests that were sent
    in halves to find rows at fault. has_probed: one was, to see whether the destination
    is down. worked_at: when a step last got a verdict for some row. returned: how
    often a row was sent back, by position.
    """

    requests: int = 0
    retries: int = 0
    pauses: int = 0
    halvings: int = 0
    has_probed: bool = False
    is_stopped: bool = False
    worked_at: Mapping[Step, float] = field(default_factory=dict)
    returned: Mapping[int, int] = field(default_factory=dict)

    def answered(self, answer: Answer, step: Step | None) -> Course:
        """With one more answer, which gave a verdict in this step."""
        pauses, worked_at = self.pauses, self.worked_at
        if answer.error is None:
            pauses = 0
        elif isinstance(answer.error, Throttled):
            pauses += 1
        if step is not None:
            worked_at = {**worked_at, step: answer.at}
        return replace(
            self, requests=self.requests + 1, pauses=pauses, worked_at=worked_at
        )

    def after(self, effect: Effect) -> Course:
        """With one more effect."""
        if isinstance(effect, Again) and effect.is_retry:
            return replace(self, retries=self.retries + 1)
        if isinstance(effect, Halve) and not effect.is_too_large:
            has_probed = self.has_probed or effect.is_probe
            return replace(self, halvings=self.halvings + 1, has_probed=has_probed)
        if isinstance(effect, Stop):
            return replace(self, is_stopped=True)
        return self

    def allows_retry(self) -> bool:
        """Whether the sync's budget has one more retry."""
        return self.retries < FREE_RETRIES + self.requests // REQUESTS_PER_RETRY

    def others_worked(self, task: Task) -> bool:
        """Whether others got a verdict in this step during the task's last five tries.

        Then some row of it is at fault, and otherwise the destination may be down.
        """
        worked_at = self.worked_at.get(task.step)
        has_tried = len(task.tries) >= ATTEMPTS
        return worked_at is not None and has_tried and worked_at > task.tries[0]


def step_with_verdict(task: Task, answer: Answer, policy: Policy) -> Step | None:
    """The step in which this answer tells some row's outcome, or what is found of it.

    Outcomes of a job count for the request that it was begun by.
    """
    result = answer.result
    if answer.error or isinstance(result, Job) or result is None:
        return None
    if len(result) != len(task.items):
        return None
    if task.step is Step.LOOK_UP:
        return Step.LOOK_UP
    open_ = {Status.AGAIN, *(LEFT_OPEN if policy.repeatable else ())}
    return Step.SEND if any(each.status not in open_ for each in result) else None
