"""What becomes of a task's rows: settled, repeated, split, given up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from outhaul.engine.intake import Intake
from outhaul.engine.outcomes import Outcomes, refused
from outhaul.engine.rate import RateLimiter
from outhaul.engine.retries import (
    ATTEMPTS,
    LONGEST_PAUSE_SECONDS,
    PAUSES,
    RetryBudget,
    backoff,
    too_long,
    too_often,
)
from outhaul.engine.schedule import Schedule
from outhaul.engine.seams import Seams
from outhaul.engine.summary import Result, Summary
from outhaul.engine.suspects import MOST_SPLITS, Suspects, Suspicion
from outhaul.engine.tasks import Step, Task
from outhaul.errors import (
    DestinationError,
    OutcomeUnknown,
    RequestRefused,
    RequestTooLarge,
    RetryRequest,
    RowRefused,
    StopSync,
    Throttled,
)
from outhaul.kit.rows import rows_in
from outhaul.kit.service import Encoded, Job, Service
from outhaul.model import ACCEPTED, Outcome, Row, Status

_MOST_LOOK_UPS = 3
_LONGEST_POLL_WAIT = 30.0
_LEFT_OPEN = (Status.UNKNOWN, Status.NOT_TOLD)
_NO_VERDICT = (*_LEFT_OPEN, Status.LOOK_UP)


class Verdicts:
    """Judges results and errors by the table in docs/ledger.md.

    is_stopped: whether the sync should feed nothing more; the first reason to stop
    is the one that the summary tells. doubted_at: when a request was last sent of which
    nothing is known, by the sync's clock; it may be applied later than its repetition.
    """

    def __init__(
        self,
        service: Service,
        intake: Intake,
        schedule: Schedule,
        outcomes: Outcomes,
        summary: Summary,
        seams: Seams,
        record_job: Callable[[Job, Task], None],
    ) -> None:
        self._service = service
        self._intake = intake
        self._schedule = schedule
        self._outcomes = outcomes
        self._summary = summary
        self._seams = seams
        self._record_job = record_job
        self._budget = RetryBudget()
        self._suspects = Suspects(schedule, outcomes, seams)
        self._pauses = 0
        self.doubted_at: float | None = None
        self.is_stopped = False

    def stop(self, result: Result, message: str) -> None:
        """Feed nothing more."""
        if not self.is_stopped:
            self.is_stopped = True
            self._summary.result = result
            self._summary.message = message

    def lose(self, task: Task, reason: str = "the sync ended first") -> None:
        """Give a task up without a verdict; only what may be applied is in doubt.

        Rows that must not be repeated get one in any case, once they were claimed:
        what is claimed and has none would pass for sent.
        """
        if self._service.repeatable:
            self._summary.unknown += len(task.items) if task.may_be_applied else 0
        elif task.may_be_applied:
            self.unconfirmed((item.row for item in task.items), reason)
        elif task.step is Step.SEND and task.begun_at is not None:
            for item in task.items:
                outcome = refused("not_sent", f"this row was not sent: {reason}")
                self._outcomes.settle(item.row, outcome, kind="not_sent")

    def end(self) -> None:
        """Nothing more is sent: give up all that has no verdict."""
        for task, reason in self._suspects.left_aside():
            self.lose(task, reason)
            self.stop(Result.INCOMPLETE, reason)
        for task in self._schedule.tasks():
            self.lose(task)

    def unconfirmed(self, rows: Iterable[Row], reason: str) -> None:
        """Settle rows that may have arrived and must not be sent twice."""
        outcome = refused("no_answer", f"this row may have arrived: {reason}")
        for row in rows:
            self._outcomes.settle(
                row, outcome, in_doubt=True, kind="unconfirmed", may_be_late=True
            )

    # --- answers

    def of_result(self, task: Task, result: Any) -> None:
        """The request was answered: found rows, a job, outcomes, or None: not ended."""
        self._budget.requests += 1
        self._pauses = 0
        if isinstance(result, Job):
            self._on_job(task, result)
        elif result is None:
            self._poll_again(task)
        elif len(result) != len(task.items):
            self.of_error(task, OutcomeUnknown("the answer does not tell of every row"))
        elif task.step is Step.LOOK_UP:
            self._on_found(task, result)
        else:
            self._on_outcomes(task, result)

    def _on_found(self, task: Task, result: Sequence[Any]) -> None:
        self._worked(Step.LOOK_UP)
        if Outcome not in set(map(type, result)):
            start = 0
            for part in rows_in(task.items):
                end = start + len(part)
                self._intake.encode_found(part, result[start:end], task.in_doubt)
                start = end
            return
        unknown: list[Encoded] = []
        rows: list[Row] = []
        told: list[Any] = []
        for item, found in zip(task.items, result, strict=True):
            if not isinstance(found, Outcome):
                rows.append(item.row)
                told.append(found)
            elif found.status is Status.UNKNOWN:
                unknown.append(item)
            else:
                self._outcomes.settle(item.row, found, in_doubt=task.in_doubt)
        self._intake.encode_found(rows, told, task.in_doubt)
        if unknown:
            repeat = replace(task, items=tuple(unknown))
            self._on_retry(repeat, OutcomeUnknown("rows that a look-up left open"))

    def _on_job(self, task: Task, job: Job) -> None:
        """Write the job down before the first look at it, so a restart can resume."""
        self._record_job(job, task)
        now = self._seams.clock()
        polling = replace(task, step=Step.POLL, job=job, attempts=0, polled_since=now)
        self._schedule.delay(polling, self._service.poll_seconds)

    def _poll_again(self, task: Task) -> None:
        """Look again after half the time waited so far: each wait grows by half."""
        now = self._seams.clock()
        task = replace(task, polled_since=task.polled_since or now)
        waited = now - (task.polled_since or now)
        if waited > self._service.poll_timeout_seconds:
            minutes = self._service.poll_timeout_seconds / 60
            self._give_up(task, f"a job has not ended within {minutes:.0f} minutes")
            return
        pause = max(self._service.poll_seconds, waited / 2)
        self._schedule.delay(replace(task, attempts=0), min(pause, _LONGEST_POLL_WAIT))

    def _on_outcomes(self, task: Task, outcomes: Sequence[Outcome]) -> None:
        if outcomes.count(ACCEPTED) == len(outcomes):
            self._outcomes.accept(task.items)
            self._worked(Step.SEND)
            return
        open_: dict[Status, list[Encoded]] = {status: [] for status in _NO_VERDICT}
        for item, outcome in zip(task.items, outcomes, strict=True):
            if outcome.status in _LEFT_OPEN and not self._service.repeatable:
                self.unconfirmed([item.row], outcome.message or "the answer is silent")
            elif outcome.status in open_:
                open_[outcome.status].append(item)
            else:
                self._outcomes.settle(item.row, outcome, in_doubt=task.in_doubt)
        if sum(map(len, open_.values())) < len(outcomes):
            self._worked(Step.SEND)
        self._look_up_again(task, open_[Status.LOOK_UP])
        self._send_again(task, open_[Status.UNKNOWN], open_[Status.NOT_TOLD])

    def _send_again(
        self, task: Task, unknown: Sequence[Encoded], not_told: Sequence[Encoded]
    ) -> None:
        """Rows without an outcome; in halves where some failed, and not told which."""
        if len(not_told) == 1:
            unknown, not_told = [*unknown, *not_told], []
        resend = replace(task, step=Step.SEND, job=None, in_doubt=True)
        if not_told:
            reason = "some rows of a request failed, and the answer does not say which"
            self._halve(replace(resend, items=tuple(not_told), attempts=0), reason)
        if unknown:
            repeat = replace(
                resend,
                items=tuple(unknown),
                attempts=task.resends,
                resends=task.resends + 1,
            )
            self._on_retry(repeat, OutcomeUnknown("rows without an outcome"))

    def _look_up_again(self, task: Task, items: Sequence[Encoded]) -> None:
        limits = self._service.lookup_limits
        most = limits.rows if limits else 0
        again: list[Encoded] = []
        for item in items:
            returned = self._outcomes.returned
            times = returned.note(item.row.seq, in_doubt=task.in_doubt)
            if most and times <= _MOST_LOOK_UPS:
                again.append(item)
            else:
                outcome = refused("not_applied", "refused again after a look-up")
                self._outcomes.settle(item.row, outcome, in_doubt=task.in_doubt)
        while again:
            chunk, again = tuple(again[:most]), again[most:]
            self._schedule.add(
                Task(Step.LOOK_UP, task.change, chunk, in_doubt=task.in_doubt)
            )

    # --- errors

    def of_error(
        self, task: Task, error: DestinationError, limiter: RateLimiter | None = None
    ) -> None:
        """The request failed; `limiter` is the one that a pause applies to."""
        self._budget.requests += 1
        if isinstance(error, Throttled):
            self._on_throttled(task, error, limiter)
        elif isinstance(error, RetryRequest):
            self._on_retry(task, error, limiter)
        elif isinstance(error, RequestTooLarge):
            self._on_too_large(task)
        elif isinstance(error, RequestRefused):
            self._on_refused(task, error)
        elif isinstance(error, RowRefused) and len(task.items) == 1:
            self._refuse(task, error.code, str(error))
        else:
            unknown = isinstance(error, StopSync) and error.outcome_unknown
            self.lose(replace(task, in_doubt=task.in_doubt or unknown), str(error))
            self.stop(Result.FAILED, str(error))

    def _on_throttled(
        self, task: Task, error: Throttled, limiter: RateLimiter | None
    ) -> None:
        """Nothing was applied: pause all requests of this kind; no attempt counts."""
        self._pauses += 1
        pause = error.after
        if pause is None:
            pause = backoff(min(self._pauses, ATTEMPTS) + 1, self._seams.random)
        if pause > LONGEST_PAUSE_SECONDS:
            self._end_with(task, too_long(error, pause))
            return
        if self._pauses > PAUSES:
            self._end_with(task, too_often(error))
            return
        if limiter is not None:
            limiter.pause(pause)
        self._schedule.delay(task, pause)

    def _on_retry(
        self, task: Task, error: RetryRequest, limiter: RateLimiter | None = None
    ) -> None:
        task = task.tried()
        pause = error.after or 0.0
        if isinstance(error, OutcomeUnknown) and task.step is Step.SEND:
            task = replace(task, in_doubt=True)
            self.doubted_at = self._seams.clock()
        if pause > LONGEST_PAUSE_SECONDS:
            self._end_with(task, too_long(error, pause))
            return
        if pause and limiter is not None:
            limiter.pause(pause)
        if task.in_doubt and not self._service.repeatable and task.step is Step.SEND:
            self.unconfirmed((item.row for item in task.items), str(error))
        elif self.is_stopped or task.attempts >= ATTEMPTS:
            self._give_up(task, str(error))
        elif not self._budget.allows_one():
            self._end_with(
                task,
                f"{error}; {self._budget.retries} requests were repeated already, more"
                " than a destination that works needs: run the sync again later",
            )
        else:
            self._budget.retries += 1
            pause = max(pause, backoff(task.attempts, self._seams.random))
            self._schedule.delay(task, pause)

    def _give_up(self, task: Task, reason: str) -> None:
        """No verdict after all attempts: single out a row that breaks it, or stop."""
        suspicion = Suspicion.DOWN
        if task.step is not Step.POLL and not self.is_stopped:
            suspicion = self._suspects.look_at(task, reason)
        if suspicion is Suspicion.FOUND:
            self._blame(task, reason)
        elif suspicion is Suspicion.DOWN:
            self._end_with(task, reason)

    def _worked(self, step: Step) -> None:
        """Some request got a verdict: what was set aside is at fault itself."""
        for task, reason in self._suspects.worked(step):
            self._blame(task, reason)

    def _blame(self, task: Task, reason: str) -> None:
        outcome = refused("no_answer", reason)
        for item in task.items:
            self._outcomes.settle(
                item.row,
                outcome,
                in_doubt=task.in_doubt,
                may_be_late=task.in_doubt,
            )

    def _end_with(self, task: Task, reason: str) -> None:
        self.lose(task, reason)
        self.stop(Result.INCOMPLETE, reason)

    def _on_too_large(self, task: Task) -> None:
        if len(task.items) == 1:
            self._refuse(
                task, "too_large", "the destination finds the row alone too large"
            )
            return
        self._intake.learn_size(len(task.items) // 2)
        self._schedule.add(*task.halves())

    def _on_refused(self, task: Task, error: RequestRefused) -> None:
        """Drop the rows that the answer names, or halve until a bad row is alone.

        Where the destination may have applied a part of what it refused, the other
        rows are in doubt from now on.
        """
        rest: list[Encoded] = []
        for index, item in enumerate(task.items):
            if index in error.rows:
                outcome = refused(*error.rows[index])
                self._outcomes.settle(item.row, outcome, in_doubt=task.in_doubt)
            else:
                rest.append(item)
        may_be_applied = self._service.partly_applies and len(task.items) > 1
        if may_be_applied and rest and not self._service.repeatable:
            self.unconfirmed((item.row for item in rest), str(error))
            return
        is_named = len(rest) < len(task.items)
        in_doubt = task.in_doubt or may_be_applied
        task = replace(task, items=tuple(rest), in_doubt=in_doubt)
        if is_named:
            if rest:
                self._schedule.add(task)
        elif len(rest) == 1:
            self._refuse(task, error.code, str(error))
        else:
            self._halve(task, str(error))

    def _halve(self, task: Task, reason: str) -> None:
        """Send in halves, until the row at fault stands alone."""
        if self._suspects.may_split():
            self._schedule.add(*task.halves())
            return
        # Sound rows among these must not be refused for the bad ones beside them.
        self._end_with(
            task,
            f"{reason}; {MOST_SPLITS} requests were halved already to find the rows"
            " at fault: mend those in 'outhaul rejections'; the next sync goes on"
            " from here",
        )

    def _refuse(self, task: Task, code: str, message: str) -> None:
        outcome = refused(code, message)
        for item in task.items:
            self._outcomes.settle(item.row, outcome, in_doubt=task.in_doubt)
