"""One sync: the rows of one activation, from the warehouse to their outcomes.

The thread of the activation reads, claims, encodes, decides and commits; a few
workers make the requests. A position is committed when everything up to it has
an outcome, and a row that nothing is known of keeps the commit below it.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Any

from dispatcher.activations import Binding
from dispatcher.destinations.base import (
    Change,
    Encoded,
    Job,
    Outcome,
    Row,
    Status,
)
from dispatcher.engine.batches import Batch, fits
from dispatcher.engine.feed import Feed, read_positions
from dispatcher.engine.lease import Lease
from dispatcher.engine.options import SyncOptions
from dispatcher.engine.outcomes import Outcomes
from dispatcher.engine.rate import RateLimiter, RateLimiters
from dispatcher.engine.report import Report, Result
from dispatcher.engine.retries import (
    ATTEMPTS,
    LONGEST_PAUSE_SECONDS,
    PAUSES,
    RetryBudget,
    backoff,
)
from dispatcher.engine.seams import Seams
from dispatcher.engine.tasks import LeaseTooShort, Step, Task, perform
from dispatcher.errors import (
    DestinationError,
    NotSent,
    OutcomeUnknown,
    RequestRefused,
    RequestTooLarge,
    RetryRequest,
    RowRefused,
    StopSync,
    Throttled,
)
from dispatcher.records import Claims, RecordedJob
from dispatcher.warehouse import Warehouse

_MOST_SPLITS = 400
_MOST_LOOK_UPS = 3
_LONGEST_POLL_WAIT = 30.0
_TICK_SECONDS = 1.0

Progress = Callable[[int, int], None]


class Sync:
    """Sends what is pending of one generation, under a lease.

    `run` fills the report; it raises LeaseLost and WarehouseError, after which
    whatever was not committed is in doubt and the lease is left to expire.
    """

    def __init__(
        self,
        binding: Binding,
        warehouse: Warehouse,
        lease: Lease,
        claims: Claims,
        upto: int,
        is_new: bool,
        limiters: RateLimiters,
        report: Report,
        options: SyncOptions,
        seams: Seams,
        progress: Progress = lambda done, total: None,
    ) -> None:
        self._binding = binding
        self._service = binding.service
        self._warehouse = warehouse
        self._lease = lease
        self._limiters = limiters
        self._report = report
        self._options = options
        self._seams = seams
        self._progress = progress
        self._upto = upto
        self._start = claims.committed
        self._outcomes = Outcomes(claims.committed, binding.max_rejected, report)
        self._claimed = claims.claimed
        self._recorded = claims
        self._committed_at = seams.clock()
        self._feed = Feed(
            binding,
            warehouse,
            after=claims.committed,
            upto=upto,
            claimed=min(claims.claimed, upto),
            canary=is_new,
            claim=self._claim,
            options=options,
            seams=seams,
        )
        self._budget = RetryBudget()
        self._outstanding = 0
        self._removing: bool | None = None
        self._look_up_buffer: list[Row] = []
        self._batch = Batch()
        self._ready: deque[Task] = deque()
        self._delayed: list[tuple[float, int, Task]] = []
        self._ticket = itertools.count()
        self._in_flight: dict[Future[Any], Task] = {}
        self._stopping = False
        self._splits = 0
        self._pauses = 0
        self._succeeded_at: float | None = None
        self._resumed: set[int] = set()

    @property
    def leaves_doubt(self) -> bool:
        """Whether some row was sent and nothing is known of it: keep the lease."""
        return self._report.unknown > 0 or self._outcomes.left_in_doubt

    def run(self) -> None:
        """Work until everything has an outcome, or nothing more can be done."""
        self._resume()
        with ThreadPoolExecutor(self._workers(), "outhaul-send") as pool:
            while True:
                self._lease.keep()
                if self._seams.stop.is_set():
                    self._stop(Result.INCOMPLETE, "interrupted")
                self._submit(pool)
                if not self._in_flight and not self._pending():
                    break
                self._await_something()
                self._collect()
                if (
                    self._seams.clock() - self._committed_at
                    > self._options.commit_seconds
                ):
                    self._commit()
        self._abandon()
        self._commit()
        self._report.waiting = max(
            0, self._upto - self._start - self._outcomes.count - self._report.unknown
        )

    # --- feeding

    def _submit(self, pool: ThreadPoolExecutor) -> None:
        while (task := self._next_task()) is not None:
            if task.first_tried_at is None:
                task = replace(task, first_tried_at=self._seams.clock())
            self._budget.requests += 1
            future = pool.submit(
                perform, task, self._service, self._lease, self._limiter(task)
            )
            self._in_flight[future] = task

    def _next_task(self) -> Task | None:
        """A task that may start now: one that waited, or new rows."""
        if self._stopping:
            return None
        now = self._seams.clock()
        while self._delayed and self._delayed[0][0] <= now:
            self._ready.append(heapq.heappop(self._delayed)[2])
        if not self._ready:
            self._feed_rows()
        for task in self._ready:
            if self._has_capacity(task):
                self._ready.remove(task)
                return task
        return None

    def _feed_rows(self) -> None:
        """Take rows until a request is full, or none may be taken now."""
        while not self._ready:
            row = self._next_row()
            if row is None:
                self._flush()
                return
            if row.change not in self._service.consumes:
                self._report.not_consumed[row.change] += 1
                self._outcomes.pass_over(row)
                continue
            self._outstanding += 1
            if self._service.needs_look_up(row.change):
                self._buffer_look_up(row)
            else:
                self._encode(row, None)

    def _next_row(self) -> Row | None:
        """The next row, or None while a barrier stands or when all are taken.

        Removals are finished before the insertions start, and the first rows of a
        new binding before the others.
        """
        while self._outstanding < self._options.outstanding_rows:
            if self._feed.canary_pending and not self._pass_canary():
                return None
            row = self._feed.peek()
            if row is None:
                return None
            if row.seq in self._resumed or row.seq in self._outcomes:
                self._feed.take()
                continue
            removing = row.change is Change.REMOVED
            if removing is not self._removing:
                if self._outstanding:
                    return None
                self._removing = removing
            self._feed.take()
            return row
        return None

    def _pass_canary(self) -> bool:
        """Whether the first rows of a new binding are settled, and good enough."""
        if self._outstanding:
            return False
        reason = self._outcomes.storm_of_first()
        if reason:
            self._stop(Result.REJECTED, reason)
            return False
        if self._outcomes.count:
            self._feed.canary_passed()
        return True

    def _buffer_look_up(self, row: Row) -> None:
        limits = self._service.lookup_limits
        if limits is None:
            raise TypeError(f"the service '{self._service.name}' has no lookup_limits")
        self._look_up_buffer.append(row)
        if len(self._look_up_buffer) >= limits.rows:
            self._flush_look_ups()

    def _flush(self) -> None:
        """Nothing more may be fed now: send off what is collected."""
        if self._look_up_buffer:
            self._flush_look_ups()
        elif len(self._batch) and not self._looking_up():
            self._ready.append(self._send_task(self._batch.flush()))

    def _flush_look_ups(self) -> None:
        rows, self._look_up_buffer = self._look_up_buffer, []
        items = tuple(Encoded(row, b"") for row in rows)
        self._ready.append(Task(Step.LOOK_UP, rows[0].change, items))

    def _looking_up(self) -> bool:
        tasks = itertools.chain(
            self._in_flight.values(), self._ready, (entry[2] for entry in self._delayed)
        )
        return any(task.step is Step.LOOK_UP for task in tasks)

    def _encode(self, row: Row, found: Any) -> None:
        try:
            item = Encoded(row, self._service.encode(row, found), found)
        except RowRefused as refusal:
            self._settle(row, _refused(refusal.code, str(refusal)), kind="invalid")
            return
        limits = self._service.limits(row.change)
        if not fits(item, limits):
            message = (
                f"the row alone is larger than a request may be ({limits.bytes} bytes)"
            )
            self._settle(row, _refused("too_large", message), kind="invalid")
            return
        for items in self._batch.add(item, limits):
            self._ready.append(self._send_task(items))

    def _send_task(self, items: tuple[Encoded, ...]) -> Task:
        return Task(Step.SEND, items[0].row.change, items)

    def _has_capacity(self, task: Task) -> bool:
        if task.step is Step.POLL:
            return True
        busy = sum(other.step is task.step for other in self._in_flight.values())
        return busy < self._concurrency(task)

    def _concurrency(self, task: Task) -> int:
        limits = self._service.lookup_limits
        if task.step is Step.LOOK_UP and limits is not None:
            return limits.concurrency
        return self._service.limits(task.change).concurrency

    def _workers(self) -> int:
        sends = max(self._service.limits(change).concurrency for change in Change)
        look_ups = self._service.lookup_limits
        return sends + (look_ups.concurrency if look_ups else 0) + 1

    def _limiter(self, task: Task) -> RateLimiter:
        limits = self._service.limits(task.change)
        if task.step is not Step.SEND and self._service.lookup_limits is not None:
            limits = self._service.lookup_limits
        return self._limiters.of(
            self._binding.destination.name, task.step.value, limits.per_second
        )

    # --- collecting

    def _pending(self) -> bool:
        if self._stopping:
            return False
        return bool(self._ready or self._delayed or self._outstanding)

    def _await_something(self) -> None:
        due = (
            self._delayed[0][0] - self._seams.clock()
            if self._delayed
            else _TICK_SECONDS
        )
        timeout = max(0.0, min(due, _TICK_SECONDS))
        if self._in_flight:
            wait(self._in_flight, timeout=timeout, return_when=FIRST_COMPLETED)
        else:
            self._seams.wait(timeout)

    def _collect(self) -> None:
        for future in [future for future in self._in_flight if future.done()]:
            task = self._in_flight.pop(future)
            try:
                result = future.result()
            except DestinationError as error:
                self._on_error(task, error)
                continue
            self._report.requests += 1
            self._pauses = 0
            self._succeeded_at = self._seams.clock()
            self._on_result(task, result)
        self._progress(self._outcomes.count, self._upto - self._start)
        reason = self._outcomes.storm()
        if reason:
            self._stop(Result.REJECTED, reason)

    def _on_result(self, task: Task, result: Any) -> None:
        if task.step is Step.LOOK_UP:
            self._on_found(task, result)
        elif isinstance(result, Job):
            self._on_job(task, result)
        elif result is None:
            self._poll_again(task)
        else:
            self._on_outcomes(task, result)

    def _on_found(self, task: Task, result: Any) -> None:
        if len(result) != len(task.items):
            self._on_error(
                task, OutcomeUnknown("the look-up does not answer every row")
            )
            return
        for item, found in zip(task.items, result, strict=True):
            if isinstance(found, Outcome):
                self._settle(item.row, found, in_doubt=task.in_doubt)
            else:
                self._encode(item.row, found)

    def _on_job(self, task: Task, job: Job) -> None:
        """Write the job down before the first look at it, so a restart can resume."""
        positions = tuple(sorted(item.row.seq for item in task.items))
        self._warehouse.record_job(
            self._lease.grant, RecordedJob(job.reference, positions)
        )
        polling = replace(
            task,
            step=Step.POLL,
            job=job,
            attempts=0,
            first_tried_at=self._seams.clock(),
        )
        self._delay(polling, self._service.poll_seconds)

    def _poll_again(self, task: Task) -> None:
        waited = self._seams.clock() - (task.first_tried_at or 0.0)
        if waited > self._service.poll_timeout_seconds:
            minutes = self._service.poll_timeout_seconds / 60
            self._give_up(task, f"a job has not ended within {minutes:.0f} minutes")
            return
        # Half as long again as all waits so far grows like x1.5 with each poll.
        pause = max(self._service.poll_seconds, waited / 2)
        self._delay(replace(task, attempts=0), min(pause, _LONGEST_POLL_WAIT))

    def _on_outcomes(self, task: Task, outcomes: Sequence[Outcome]) -> None:
        if len(outcomes) != len(task.items):
            self._on_error(
                replace(task, in_doubt=True),
                OutcomeUnknown("the answer does not tell of every row that was sent"),
            )
            return
        unknown: list[Encoded] = []
        again: list[Encoded] = []
        for item, outcome in zip(task.items, outcomes, strict=True):
            if outcome.status is Status.UNKNOWN:
                unknown.append(item)
            elif outcome.status is Status.LOOK_UP:
                again.append(item)
            else:
                self._settle(item.row, outcome, in_doubt=task.in_doubt)
        if again:
            self._look_up_again(task, again)
        if unknown:
            retry = replace(
                task, step=Step.SEND, job=None, items=tuple(unknown), in_doubt=True
            )
            self._on_error(retry, OutcomeUnknown("rows without an outcome"))

    def _look_up_again(self, task: Task, items: Sequence[Encoded]) -> None:
        limits = self._service.lookup_limits
        if limits is None or task.look_ups >= _MOST_LOOK_UPS:
            refusal = _refused("not_applied", "refused again after a look-up")
            for item in items:
                self._settle(item.row, refusal, in_doubt=task.in_doubt)
            return
        for start in range(0, len(items), limits.rows):
            chunk = tuple(items[start : start + limits.rows])
            self._ready.append(
                Task(
                    Step.LOOK_UP,
                    task.change,
                    chunk,
                    look_ups=task.look_ups + 1,
                    in_doubt=task.in_doubt,
                )
            )

    # --- errors

    def _on_error(self, task: Task, error: DestinationError) -> None:
        if isinstance(error, LeaseTooShort):
            self._budget.requests -= 1
            self._lease.renew()
            self._ready.appendleft(task)
            return
        self._report.requests += 0 if isinstance(error, NotSent) else 1
        if isinstance(error, Throttled):
            self._on_throttled(task, error)
        elif isinstance(error, RetryRequest):
            self._on_retry(task, error)
        elif isinstance(error, RequestTooLarge):
            self._on_too_large(task)
        elif isinstance(error, RequestRefused):
            self._on_refused(task, error)
        elif isinstance(error, RowRefused) and len(task.items) == 1:
            self._settle(task.items[0].row, _refused(error.code, str(error)))
        else:
            unknown = isinstance(error, StopSync) and error.outcome_unknown
            self._lose(replace(task, in_doubt=task.in_doubt or unknown))
            self._stop(Result.FAILED, str(error))

    def _on_throttled(self, task: Task, error: Throttled) -> None:
        self._pauses += 1
        pause = error.after
        if pause is None:
            pause = backoff(min(self._pauses, ATTEMPTS) + 1, self._seams.random)
        if pause > LONGEST_PAUSE_SECONDS or self._pauses > PAUSES:
            self._lose(task)
            self._stop(
                Result.INCOMPLETE,
                f"{error}; '{self._binding.destination.name}' asks for a pause of "
                f"{pause:.0f} s: run the sync again later",
            )
            return
        self._limiter(task).pause(pause)
        self._delay(task, pause)

    def _on_retry(self, task: Task, error: RetryRequest) -> None:
        attempts = task.attempts + 1
        in_doubt = task.in_doubt or (
            isinstance(error, OutcomeUnknown) and task.step is Step.SEND
        )
        task = replace(task, attempts=attempts, in_doubt=in_doubt)
        if self._stopping or attempts >= ATTEMPTS or not self._budget.allows_one():
            self._give_up(task, str(error))
            return
        self._budget.retries += 1
        pause = backoff(attempts, self._seams.random)
        self._delay(task, pause if error.after is None else max(pause, error.after))

    def _give_up(self, task: Task, reason: str) -> None:
        """No verdict after all attempts: single out a row that breaks it, or stop.

        Where other requests went through meanwhile, some row here is the cause:
        halve until it stands alone, and refuse it; it stays in doubt.
        """
        others_work = (
            self._succeeded_at is not None
            and task.first_tried_at is not None
            and self._succeeded_at > task.first_tried_at
        )
        if task.step is Step.SEND and others_work and not self._stopping:
            if len(task.items) > 1 and self._may_split():
                for half in task.halves():
                    self._ready.append(replace(half, attempts=ATTEMPTS - 2))
                return
            if len(task.items) == 1:
                self._settle(
                    task.items[0].row,
                    _refused("no_answer", reason),
                    in_doubt=task.in_doubt,
                )
                return
        self._lose(task)
        self._stop(Result.INCOMPLETE, reason)

    def _on_too_large(self, task: Task) -> None:
        if len(task.items) == 1:
            refusal = _refused(
                "too_large", "the destination finds the row alone too large"
            )
            self._settle(task.items[0].row, refusal, in_doubt=task.in_doubt)
            return
        self._batch.learn(len(task.items) // 2)
        self._ready.extend(task.halves())

    def _on_refused(self, task: Task, error: RequestRefused) -> None:
        if error.rows:
            rest = []
            for index, item in enumerate(task.items):
                if index in error.rows:
                    refusal = error.rows[index]
                    self._settle(item.row, _refused(*refusal), in_doubt=task.in_doubt)
                else:
                    rest.append(item)
            if rest:
                self._ready.append(replace(task, items=tuple(rest)))
        elif len(task.items) == 1 or not self._may_split():
            for item in task.items:
                refusal_ = _refused(error.code, str(error))
                self._settle(item.row, refusal_, in_doubt=task.in_doubt)
        else:
            self._ready.extend(task.halves())

    def _may_split(self) -> bool:
        self._splits += 1
        return self._splits <= _MOST_SPLITS

    # --- settling

    def _settle(
        self, row: Row, outcome: Outcome, *, in_doubt: bool = False, kind: str = ""
    ) -> None:
        self._outstanding -= 1
        self._outcomes.settle(row, outcome, kind=kind, in_doubt=in_doubt)

    def _lose(self, task: Task) -> None:
        """Give a task up without a verdict; only what may be applied is in doubt."""
        if task.may_be_applied:
            self._report.unknown += len(task.items)

    def _abandon(self) -> None:
        """What is left when a sync stops early."""
        for task in [*self._ready, *(entry[2] for entry in self._delayed)]:
            self._lose(task)

    def _stop(self, result: Result, message: str) -> None:
        """Feed nothing more; the first reason is the one that is told."""
        if not self._stopping:
            self._stopping = True
            self._report.result = result
            self._report.message = message

    def _delay(self, task: Task, seconds: float) -> None:
        due = self._seams.clock() + seconds
        heapq.heappush(self._delayed, (due, next(self._ticket), task))

    # --- claims, jobs

    def _claim(self, upto: int) -> None:
        """Claim before the first row of the range is sent; commits what is settled."""
        self._claimed = max(self._claimed, upto)
        self._record(Claims(self._claimed, self._outcomes.committed))

    def _commit(self) -> None:
        claims = Claims(self._claimed, self._outcomes.committed)
        if claims != self._recorded or self._outcomes.has_unrecorded:
            self._record(claims)
        self._committed_at = self._seams.clock()

    def _record(self, claims: Claims) -> None:
        """Rejections first: a position is committed only with its verdict written."""
        self._warehouse.record_rejections(
            self._lease.grant, self._outcomes.unrecorded()
        )
        self._warehouse.claim(self._lease.grant, claims)
        self._recorded = claims
        self._committed_at = self._seams.clock()

    def _resume(self) -> None:
        """Take up the jobs of an earlier sync, and pass over what it saw refused."""
        name, generation = self._binding.name, self._lease.grant.generation
        if self._claimed <= self._start:
            return
        for seq in self._warehouse.rejected_positions(name, generation, self._start):
            self._outcomes.known(seq)
        latest: dict[int, str] = {}
        for job in self._warehouse.jobs(name, generation):
            for seq in job.positions:
                if seq not in self._outcomes:
                    latest[seq] = job.reference
        for reference in dict.fromkeys(latest.values()):
            positions = tuple(
                sorted(s for s, job in latest.items() if job == reference)
            )
            self._resume_job(Job(reference), positions)

    def _resume_job(self, job: Job, positions: tuple[int, ...]) -> None:
        items = []
        for row in read_positions(self._binding, self._warehouse, positions):
            self._resumed.add(row.seq)
            self._outstanding += 1
            try:
                items.append(Encoded(row, self._service.encode(row, None)))
            except RowRefused as refusal:
                self._settle(row, _refused(refusal.code, str(refusal)), kind="invalid")
        if items:
            now = self._seams.clock()
            self._removing = items[0].row.change is Change.REMOVED
            self._ready.append(
                Task(
                    Step.POLL,
                    items[0].row.change,
                    tuple(items),
                    job=job,
                    first_tried_at=now,
                )
            )


def _refused(code: str, message: str) -> Outcome:
    return Outcome(Status.REJECTED, code, message)
