"""What an answer means for the rows of its task, by the table in docs/ledger.md.

Nothing here has an effect: `judge` says what is to be done, from the task, what came
of it, what the service promises, and how the sync has gone until then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from outhaul.engine.course import Answer, Course, Policy
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
from outhaul.engine.retries import (
    ATTEMPTS,
    PAUSES,
    asked_pause,
    backoff,
    wait_before_retry,
)
from outhaul.engine.summary import Result
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
from outhaul.kit.rows import Collected
from outhaul.kit.service import Job
from outhaul.model import ACCEPTED, LEFT_OPEN, Change, Outcome, Status

MOST_HALVINGS = 400
"""In one sync: each costs two more requests. Some forty bad rows among a thousand."""
_MOST_RETURNS = 3
"""A row that is sent back oftener will not be taken, whatever is found of it."""
_ATTEMPTS_OF_SUSPECTS = ATTEMPTS - 2
"""Half of a request that failed has two attempts left: that it fails is known."""
_LONGEST_POLL_WAIT = 30.0
"""Seconds between two looks at a job; nobody waits for its end longer than that."""


def judge(
    task: Task, answer: Answer, policy: Policy, course: Course
) -> Iterator[Effect]:
    """What is to be done about an answer; `course` knows of it already."""
    case, result = _Case(task, answer, policy, course), answer.result
    if answer.error is not None:
        yield from case.of_error(answer.error)
    elif isinstance(result, Job):
        polling = replace(
            task, step=Step.POLL, job=result, attempts=0, polled_since=answer.at
        )
        yield Again(polling, policy.poll_seconds)
    elif result is None:
        yield from case.of_unfinished_job()
    elif len(result) != len(task.items):
        error = OutcomeUnknown("the answer does not tell of every row")
        yield from case.retry(task, error)
    elif task.step is Step.LOOK_UP:
        yield from case.of_found(result)
    else:
        yield from case.of_outcomes(result)


def at_fault(task: Task, reason: str) -> Effect:
    """Others work, and a task that was put off did not: one of its rows is to blame.

    It is found by halving, and settled once it stands alone.
    """
    if len(task.items) > 1:
        return Halve(_suspected(task))
    outcome = refused("no_answer", reason)
    return _settled(task, [outcome], may_be_late=task.in_doubt)


def lost(task: Task, reason: str, policy: Policy) -> Settle | None:
    """The sync ends before the task has a verdict; None: its rows get none.

    Rows that must not be repeated get one in any case, once they were claimed: what is
    claimed and has none would pass for sent.
    """
    if policy.repeatable:
        return None
    if task.may_be_applied:
        return unconfirmed(task.items, reason)
    if task.step is not Step.SEND or task.begun_at is None:
        return None
    outcome = refused("not_sent", f"this row was not sent: {reason}")
    return Settle(task.items, [outcome] * len(task.items), kind="not_sent")


def unconfirmed(items: Collected, reason: str) -> Settle:
    """Rows that may have arrived and must not be sent twice."""
    outcome = refused("no_answer", f"this row may have arrived: {reason}")
    return Settle(
        items,
        [outcome] * len(items),
        in_doubt=True,
        kind="unconfirmed",
        may_be_late=True,
    )


def refused(code: str, message: str) -> Outcome:
    """The outcome of a row that was not taken."""
    return Outcome(Status.REJECTED, code, message)


@dataclass(frozen=True)
class _Case:
    """An answer with all that its verdict depends on; see `judge`."""

    task: Task
    answer: Answer
    policy: Policy
    course: Course

    # --- results

    def of_unfinished_job(self) -> Iterator[Effect]:
        """Look again after half the time waited so far: each wait grows by half."""
        task, now = self.task, self.answer.at
        task = replace(task, attempts=0, polled_since=task.polled_since or now)
        waited = now - (task.polled_since or now)
        if waited > self.policy.poll_timeout_seconds:
            minutes = self.policy.poll_timeout_seconds / 60
            reason = f"a job has not ended within {minutes:.0f} minutes"
            yield Stop(Result.INCOMPLETE, reason, task)
            return
        pause = max(self.policy.poll_seconds, waited / 2)
        yield Again(task, min(pause, _LONGEST_POLL_WAIT))

    def of_found(self, found: Sequence[Any]) -> Iterator[Effect]:
        """What a look-up found of each row, or the outcome that it has already."""
        task = self.task
        if Outcome not in set(map(type, found)):
            yield Encode(task.items, found, task.in_doubt)
            return
        settled: dict[int, Outcome] = {}
        sent: dict[int, Any] = {}
        open_: list[int] = []
        for index, each in enumerate(found):
            if not isinstance(each, Outcome):
                sent[index] = each
            elif each.status is Status.UNKNOWN:
                open_.append(index)
            else:
                settled[index] = each
        yield from self._settle(settled)
        yield from self._encode(sent)
        if open_:
            left = replace(task, items=task.items.picked(open_))
            error = OutcomeUnknown("rows that a look-up left open")
            yield from self.retry(left, error)

    def of_outcomes(self, outcomes: Sequence[Outcome]) -> Iterator[Effect]:
        task = self.task
        if outcomes.count(ACCEPTED) == len(outcomes):
            yield Settle(task.items, outcomes)
            return
        settled: dict[int, Outcome] = {}
        returned: dict[int, Any] = {}
        open_: dict[Status, list[int]] = {status: [] for status in LEFT_OPEN}
        for index, outcome in enumerate(outcomes):
            if outcome.status is Status.AGAIN:
                returned[index] = outcome.found
            elif outcome.status not in LEFT_OPEN:
                settled[index] = outcome
            elif self.policy.repeatable:
                open_[outcome.status].append(index)
            else:
                reason = outcome.message or "the answer is silent"
                yield unconfirmed(task.items.picked([index]), reason)
        yield from self._settle(settled)
        yield from self._of_returned(returned)
        yield from self._of_open(open_[Status.UNKNOWN], open_[Status.SOME_FAILED])

    def _of_returned(self, returned: Mapping[int, Any]) -> Iterator[Effect]:
        """Rows that are sent again with what the answer found, or a look-up finds."""
        task, most = self.task, self.policy.look_up_rows
        positions = task.items.positions
        spent: dict[int, Outcome] = {}
        known: dict[int, Any] = {}
        unknown: list[int] = []
        for index, found in returned.items():
            times = self.course.returned.get(positions[index], 1)
            if times > _MOST_RETURNS or (found is None and not most):
                reason = "refused again after a look-up"
                spent[index] = refused("not_applied", reason)
            elif found is None:
                unknown.append(index)
            else:
                known[index] = found
        yield from self._settle(spent)
        yield from self._encode(known)
        for start in range(0, len(unknown), most or 1):
            items = task.items.picked(unknown[start : start + most])
            look_up = Task(Step.LOOK_UP, task.change, items, in_doubt=task.in_doubt)
            yield Again(look_up)

    def _of_open(
        self, unknown: Sequence[int], some_failed: Sequence[int]
    ) -> Iterator[Effect]:
        """Rows without an outcome; in halves where some failed, and not told which."""
        task = self.task
        if len(some_failed) == 1:
            unknown, some_failed = [*unknown, *some_failed], []
        resend = replace(task, step=Step.SEND, job=None, in_doubt=True)
        if some_failed:
            reason = "some rows of a request failed, and the answer does not say which"
            failed = replace(resend, items=task.items.picked(some_failed), attempts=0)
            yield from self._halve(failed, reason)
        if unknown:
            left = replace(
                resend,
                items=task.items.picked(unknown),
                attempts=task.resends,
                resends=task.resends + 1,
            )
            yield from self.retry(left, OutcomeUnknown("rows without an outcome"))

    # --- errors

    def of_error(self, error: DestinationError) -> Iterator[Effect]:
        task = self.task
        if isinstance(error, Throttled):
            yield from self._of_throttled(error)
        elif isinstance(error, RetryRequest):
            yield from self.retry(task, error)
        elif isinstance(error, RequestTooLarge):
            if len(task.items) > 1:
                yield Halve(task, is_too_large=True)
                return
            reason = "the destination finds the row alone too large"
            yield _settled(task, [refused("too_large", reason)])
        elif isinstance(error, RequestRefused):
            yield from self._of_refused(error)
        elif isinstance(error, RowRefused) and len(task.items) == 1:
            yield _settled(task, [refused(error.code, str(error))])
        else:
            unknown = isinstance(error, StopSync) and error.outcome_unknown
            task = replace(task, in_doubt=task.in_doubt or unknown)
            yield Stop(Result.FAILED, str(error), task)

    def _of_throttled(self, error: Throttled) -> Iterator[Effect]:
        """Nothing was applied: pause all requests of this kind; no attempt counts."""
        pauses = self.course.pauses
        try:
            pause = asked_pause(error)
        except RetryRequest as too_long:
            yield Stop(Result.INCOMPLETE, str(too_long), self.task)
            return
        if error.after is None:
            pause = backoff(min(pauses, ATTEMPTS) + 1, self.answer.chance)
        if pauses > PAUSES:
            reason = (
                f"{error}; the destination asked for {PAUSES + 1} pauses in a row and"
                " took nothing between them: run the sync again later"
            )
            yield Stop(Result.INCOMPLETE, reason, self.task)
            return
        yield Pause(pause)
        yield Again(self.task, pause)

    def retry(self, task: Task, error: RetryRequest) -> Iterator[Effect]:
        """Make a request again that may succeed, or give it up."""
        task = task.tried()
        if isinstance(error, OutcomeUnknown) and task.step is Step.SEND:
            task = replace(task, in_doubt=True)
            yield Doubt()
        try:
            wait = wait_before_retry(error, task.attempts, self.answer.chance)
        except RetryRequest as too_long:
            yield Stop(Result.INCOMPLETE, str(too_long), task)
            return
        if error.after:
            yield Pause(error.after)
        if task.in_doubt and not self.policy.repeatable and task.step is Step.SEND:
            yield unconfirmed(task.items, str(error))
        elif self.course.is_stopped or task.attempts >= ATTEMPTS:
            yield from self._give_up(task, str(error))
        elif not self.course.allows_retry():
            reason = (
                f"{error}; {self.course.retries} requests were repeated already, more"
                " than a destination that works needs: run the sync again later"
            )
            yield Stop(Result.INCOMPLETE, reason, task)
        else:
            yield Again(task, wait, is_retry=True)

    def _give_up(self, task: Task, reason: str) -> Iterator[Effect]:
        """No verdict after all attempts: single out a row that breaks it, or stop.

        Where no other request works, one halving shows whether the destination is down.
        Removals go first, so that nothing may have been judged yet: they are put off,
        which lets the other rows start.
        """
        course, is_alone = self.course, len(task.items) == 1
        others_work = course.others_worked(task)
        may_halve = not is_alone and course.halvings < MOST_HALVINGS
        if task.step is Step.POLL or course.is_stopped:
            yield Stop(Result.INCOMPLETE, reason, task)
        elif others_work and is_alone:
            yield at_fault(task, reason)
        elif may_halve and (others_work or not course.has_probed):
            yield Halve(_suspected(task), is_probe=not others_work)
        elif task.change is Change.REMOVED and not others_work:
            yield PutOff(task, reason)
        else:
            yield Stop(Result.INCOMPLETE, reason, task)

    def _of_refused(self, error: RequestRefused) -> Iterator[Effect]:
        """Drop the rows that the answer names, or halve until a bad row is alone.

        Where the destination may have applied a part of what it refused, the other
        rows are in doubt from now on.
        """
        task, policy = self.task, self.policy
        indexes = range(len(task.items))
        named = {n: refused(*error.rows[n]) for n in indexes if n in error.rows}
        rest = task.items.picked(n for n in indexes if n not in error.rows)
        yield from self._settle(named)
        may_be_applied = policy.partly_applies and len(task.items) > 1
        if may_be_applied and rest and not policy.repeatable:
            yield unconfirmed(rest, str(error))
            return
        in_doubt = task.in_doubt or may_be_applied
        task = replace(task, items=rest, in_doubt=in_doubt)
        if named:
            if rest:
                yield Again(task)
        elif len(rest) == 1:
            yield _settled(task, [refused(error.code, str(error))])
        else:
            yield from self._halve(task, str(error))

    def _halve(self, task: Task, reason: str) -> Iterator[Effect]:
        """Send in halves, until the row at fault stands alone."""
        if self.course.halvings < MOST_HALVINGS:
            yield Halve(task)
            return
        # Sound rows among these must not be refused for the bad ones beside them.
        reason = (
            f"{reason}; {MOST_HALVINGS} requests were halved already to find the rows"
            " at fault: mend those in 'outhaul rejections'; the next sync goes on"
            " from here"
        )
        yield Stop(Result.INCOMPLETE, reason, task)

    def _settle(self, outcomes: Mapping[int, Outcome]) -> Iterator[Effect]:
        """Outcomes of some rows of the task, by index."""
        if outcomes:
            items = self.task.items.picked(outcomes)
            yield Settle(items, list(outcomes.values()), self.task.in_doubt)

    def _encode(self, found: Mapping[int, Any]) -> Iterator[Effect]:
        """What was found for some rows of the task, by index."""
        if found:
            items = self.task.items.picked(found)
            yield Encode(items, list(found.values()), self.task.in_doubt)


def _settled(
    task: Task, outcomes: Sequence[Outcome], *, may_be_late: bool = False
) -> Settle:
    return Settle(task.items, outcomes, task.in_doubt, may_be_late=may_be_late)


def _suspected(task: Task) -> Task:
    """A task that failed in all its attempts, and has few more in halves."""
    attempts = _ATTEMPTS_OF_SUSPECTS
    return replace(task, attempts=attempts, resends=attempts)
