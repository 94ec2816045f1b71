"""What follows from answers: `verdicts` decides, and here it is done."""

from __future__ import annotations

from typing import Any

from outhaul.engine.course import Answer, Course, Policy, step_with_verdict
from outhaul.engine.effects import (
    Again,
    Doubt,
    Effect,
    Encode,
    Halve,
    Pause,
    PutOff,
    Settle,
    Stop,
)
from outhaul.engine.intake import Intake
from outhaul.engine.outcomes import Outcomes
from outhaul.engine.rate import RateLimiter
from outhaul.engine.schedule import Schedule
from outhaul.engine.seams import Seams
from outhaul.engine.summary import Result, Summary
from outhaul.engine.tasks import Step, Task
from outhaul.engine.verdicts import at_fault, judge, lost
from outhaul.errors import DestinationError
from outhaul.kit.service import Service
from outhaul.model import ACCEPTED


class Consequences:
    """Brings every answer to where it belongs: outcomes, schedule, next requests.

    doubted_at: when a request was last sent of which nothing is known, by the sync's
    clock; it may be applied later than its repetition.
    """

    def __init__(
        self,
        service: Service,
        intake: Intake,
        schedule: Schedule,
        outcomes: Outcomes,
        summary: Summary,
        seams: Seams,
    ) -> None:
        self._policy = Policy.of(service)
        self._course = Course(returned=outcomes.returned)
        self._intake = intake
        self._schedule = schedule
        self._outcomes = outcomes
        self._summary = summary
        self._seams = seams
        self._put_off: list[PutOff] = []
        self.doubted_at: float | None = None

    @property
    def is_stopped(self) -> bool:
        """Whether the sync should take up nothing more."""
        return self._course.is_stopped

    def stop(self, result: Result, reason: str) -> None:
        """Take up nothing more, for a reason that is no answer."""
        self.do(Stop(result, reason))

    def of_answer(
        self,
        task: Task,
        limiter: RateLimiter,
        result: Any = None,
        error: DestinationError | None = None,
    ) -> None:
        """A task came to its end; `limiter` is the one that a pause applies to."""
        chance = self._seams.random.random()
        answer = Answer(result, error, self._seams.clock(), chance)
        if task.step is not Step.LOOK_UP and isinstance(result, list):
            self._outcomes.note_returned(task.items, result, task.in_doubt)
        step = step_with_verdict(task, answer, self._policy)
        self._course = self._course.answered(answer, step)
        for effect in judge(task, answer, self._policy, self._course):
            self.do(effect, limiter)
        if step is not None:
            self._take_up_again(step)

    def do(self, effect: Effect, limiter: RateLimiter | None = None) -> None:
        """Carry out one effect."""
        was_stopped = self.is_stopped
        self._course = self._course.after(effect)
        if isinstance(effect, Settle):
            self._settle(effect)
        elif isinstance(effect, Again):
            self._schedule.add(effect.task, effect.after)
        elif isinstance(effect, Encode):
            self._intake.encode_found(effect.items.rows, effect.found, effect.in_doubt)
        elif isinstance(effect, Halve):
            self._halve(effect)
        elif isinstance(effect, PutOff):
            self._put_off.append(effect)
            self._outcomes.put_off(len(effect.task.items))
        elif isinstance(effect, Pause) and limiter is not None:
            limiter.pause(effect.seconds)
        elif isinstance(effect, Doubt):
            self.doubted_at = self._seams.clock()
        elif isinstance(effect, Stop):
            if effect.task is not None:
                self._lose(effect.task, effect.reason)
            if not was_stopped:
                self._summary.result = effect.result
                self._summary.message = effect.reason

    def end(self) -> None:
        """Nothing more is sent: give up all that has no verdict."""
        while self._put_off:
            last = self._put_off.pop()
            self.do(Stop(Result.INCOMPLETE, last.reason, last.task))
        for task in self._schedule.tasks():
            self._lose(task, "the sync ended first")

    def _settle(self, effect: Settle) -> None:
        if effect.outcomes.count(ACCEPTED) == len(effect.outcomes):
            self._outcomes.accept(effect.items)
            return
        for row, outcome in zip(effect.items.rows, effect.outcomes, strict=True):
            self._outcomes.settle(
                row,
                outcome,
                in_doubt=effect.in_doubt,
                kind=effect.kind,
                may_be_late=effect.may_be_late,
            )

    def _halve(self, effect: Halve) -> None:
        if effect.is_too_large:
            self._intake.learn_size(len(effect.task.items) // 2)
        for half in effect.task.halves():
            self._schedule.add(half)

    def _lose(self, task: Task, reason: str) -> None:
        settled = lost(task, reason, self._policy)
        if settled is not None:
            self._settle(settled)
        elif task.may_be_applied:
            self._summary.unknown += len(task.items)

    def _take_up_again(self, step: Step) -> None:
        """This step works, so that what was put off in it is at fault itself."""
        suspects = [each for each in self._put_off if each.task.step is step]
        self._put_off = [each for each in self._put_off if each.task.step is not step]
        for each in suspects:
            self._outcomes.take_up(len(each.task.items))
            self.do(at_fault(each.task, each.reason))
