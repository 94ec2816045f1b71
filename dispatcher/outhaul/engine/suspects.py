"""Which row breaks its requests, or whether it is the destination that is down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum, auto

from outhaul.engine.outcomes import Outcomes
from outhaul.engine.retries import ATTEMPTS
from outhaul.engine.schedule import Schedule
from outhaul.engine.seams import Seams
from outhaul.engine.tasks import Step, Task
from outhaul.model import Change

MOST_SPLITS = 400
"""Requests that are halved in one sync: each costs two more."""
# Half of a request that failed has two attempts: that it fails is known.
_ATTEMPTS_BEFORE = ATTEMPTS - 2


class Suspicion(Enum):
    """What is to be done about rows that got no verdict in all their tries."""

    FOUND = auto()  # this row alone is the cause
    WAITS = auto()  # nothing for now: it is halved, or set aside
    DOWN = auto()  # nothing works: the sync has to end


class Suspects:
    """Halves requests without a verdict until a row at fault stands alone.

    Some row of a request is the cause where others got a verdict during its last five
    tries. Where none did, one halving shows whether the destination is down. Removals
    go first, so that nothing may have been judged yet: they are set aside, which lets
    the other rows start, and are taken up again once one of these got a verdict.
    """

    def __init__(self, schedule: Schedule, outcomes: Outcomes, seams: Seams) -> None:
        self._schedule = schedule
        self._outcomes = outcomes
        self._seams = seams
        self._worked_at: dict[Step, float] = {}
        self._has_probed = False
        self._splits = 0
        self._aside: list[tuple[Task, str]] = []

    def worked(self, step: Step) -> list[tuple[Task, str]]:
        """This step was answered; returns what was set aside and is at fault.

        Each is a task of one row, with the reason that it was set aside for.
        """
        self._worked_at[step] = self._seams.clock()
        if not self._aside:
            return []
        aside, self._aside = self._aside, []
        found = []
        for task, reason in aside:
            self._outcomes.take_up(len(task.items))
            if task.step is not step:
                self._set_aside(task, reason)
            elif len(task.items) == 1:
                found.append((task, reason))
            else:
                self._schedule.add(*_suspected_halves(task))
        return found

    def look_at(self, task: Task, reason: str) -> Suspicion:
        """What to do about a task that has no attempts left."""
        others_work = self._others_worked(task)
        if others_work and len(task.items) == 1:
            return Suspicion.FOUND
        may_halve = len(task.items) > 1 and (others_work or not self._has_probed)
        if may_halve and self.may_split():
            self._has_probed = self._has_probed or not others_work
            self._schedule.add(*_suspected_halves(task))
            return Suspicion.WAITS
        if task.change is Change.REMOVED and not others_work:
            self._set_aside(task, reason)
            return Suspicion.WAITS
        return Suspicion.DOWN

    def may_split(self) -> bool:
        """Whether one more request may be halved; counts it."""
        self._splits += 1
        return self._splits <= MOST_SPLITS

    def left_aside(self) -> Iterator[tuple[Task, str]]:
        """What was set aside to the end of the sync, with the reason, once."""
        while self._aside:
            yield self._aside.pop()

    def _others_worked(self, task: Task) -> bool:
        worked_at = self._worked_at.get(task.step)
        has_tried = len(task.tries) >= ATTEMPTS
        return worked_at is not None and has_tried and worked_at > task.tries[0]

    def _set_aside(self, task: Task, reason: str) -> None:
        """Its rows keep no barrier up any more."""
        self._aside.append((task, reason))
        self._outcomes.put_off(len(task.items))


def _suspected_halves(task: Task) -> list[Task]:
    before = _ATTEMPTS_BEFORE
    return [replace(half, attempts=before, resends=before) for half in task.halves()]
