"""One sync: the rows of one activation, from the warehouse to their outcomes.

The thread of the activation reads, claims, encodes, judges and commits; a few
workers make the requests, each with another one in waiting. A position is committed
when everything up to it has an outcome, and a row that nothing is known of keeps the
commit below it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from outhaul.engine.commits import Commits
from outhaul.engine.consequences import Consequences
from outhaul.engine.feed import Feed, read_positions
from outhaul.engine.intake import Intake
from outhaul.engine.lease import Lease
from outhaul.engine.observer import Observer
from outhaul.engine.options import SyncOptions
from outhaul.engine.outcomes import Outcomes
from outhaul.engine.rate import RateLimiter, RateLimiters
from outhaul.engine.schedule import Schedule
from outhaul.engine.seams import Seams
from outhaul.engine.summary import Result, Summary
from outhaul.engine.tasks import LeaseTooShort, Step, Task, limits_of, perform
from outhaul.engine.verdicts import unconfirmed
from outhaul.engine.workers import Flight, Workers
from outhaul.errors import DestinationError, NotSent, StopSync
from outhaul.http.traffic import noting
from outhaul.kit.rows import Encoded, Items
from outhaul.kit.service import Job, Limits
from outhaul.ledger import Warehouse
from outhaul.ledger.records import Claims, RecordedJob
from outhaul.model import Change
from outhaul.registry.activations import Binding

_TICK_SECONDS = 0.2
"""How long a sync waits for its requests before it looks at lease and signals."""


class Sync:
    """Sends what is pending of one generation, under a lease.

    `run` fills the summary; it raises LeaseLost and WarehouseError, after which
    whatever was not committed is in doubt and the lease is left to expire.

    upto: the last position that may be sent. is_new: the binding never delivered, so
    its first rows are settled before any others.
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
        summary: Summary,
        options: SyncOptions,
        seams: Seams,
        observer: Observer,
    ) -> None:
        self._binding = binding
        self._service = binding.service
        self._warehouse = warehouse
        self._lease = lease
        self._claims = claims
        self._rows = upto - claims.committed
        self._sent = claims.claimed
        self._limiters = limiters
        self._summary = summary
        self._seams = seams
        self._observer = observer
        self._in_flight: dict[Flight, Task] = {}
        self._outcomes = Outcomes(claims.committed, binding.max_rejected, summary)
        self._commits = Commits(
            warehouse, lease, self._outcomes, claims, options.commit_seconds, seams
        )
        self._feed = Feed(
            binding,
            warehouse,
            claims,
            upto,
            is_new,
            self._claim_read,
            lambda: self._outcomes.count,
            options,
            seams,
        )
        self._schedule = Schedule(self._service, seams)
        self._intake = Intake(
            self._service,
            self._feed,
            self._outcomes,
            self._schedule,
            options.outstanding_rows,
        )
        self._consequences = Consequences(
            self._service,
            self._intake,
            self._schedule,
            self._outcomes,
            summary,
            seams,
        )

    @property
    def leaves_doubt(self) -> bool:
        """Whether the destination may still act on what was sent: keep the lease.

        Also on a request whose repetition was accepted, for as long as a lease lasts.
        """
        doubted_at = self._consequences.doubted_at
        is_fresh = (
            doubted_at is not None
            and self._seams.clock() - doubted_at < self._lease.seconds
        )
        return (
            is_fresh
            or self._summary.unknown > 0
            or self._outcomes.left_in_doubt
            or bool(self._in_flight)
            or any(task.may_be_applied for task in self._schedule.tasks())
        )

    def run(self) -> None:
        """Work until everything has an outcome, or nothing more can be done."""
        self._resume()
        with Workers(self._threads(), self._perform, self._seams.clock) as workers:
            while True:
                self._lease.keep()
                if self._seams.stop.is_set():
                    self._interrupt(workers)
                self._judge_first_rows()
                if self._consequences.is_stopped:
                    self._withdraw(workers)
                else:
                    self._submit(workers)
                if not self._in_flight and self._is_over():
                    break
                self._collect(self._await_something(workers))
                self._commits.commit_when_due()
        self._consequences.end()
        if self._summary.result is Result.FAILED:
            self._outcomes.doubt_gone()
        self._outcomes.believe_gone()
        self._commits.end(max(self._sent, self._outcomes.furthest))
        done = self._outcomes.count + self._summary.unknown
        self._summary.waiting = max(0, self._rows - done)

    def _is_over(self) -> bool:
        if self._consequences.is_stopped:
            return True
        return not len(self._schedule) and self._intake.is_exhausted

    def _judge_first_rows(self) -> None:
        """Once the first rows of a new binding are settled: go on, or stop."""
        if not self._feed.waits_for_first_rows or not self._intake.is_judged:
            return
        reason = self._outcomes.storm_of_first()
        if reason:
            self._consequences.stop(Result.REJECTED, reason)
        else:
            self._feed.go_on()

    def _submit(self, workers: Workers) -> None:
        """Start whatever the service's concurrency allows, and let as much wait."""
        self._schedule.wake()
        while True:
            if not self._schedule.has_ready and not self._fill():
                return
            task = self._schedule.take(self._in_flight.values())
            if task is None:
                return
            self._claim_sent(task)
            at_once = 1 if task.step is Step.POLL else self._limits(task).concurrency
            self._in_flight[workers.add(task, at_once)] = task

    def _interrupt(self, workers: Workers) -> None:
        if not self._consequences.is_stopped:
            self._consequences.stop(Result.INCOMPLETE, "interrupted")
            self._withdraw(workers)
            self._observer.waits(
                self._binding.name, len(self._in_flight), self._service.request_seconds
            )

    def _withdraw(self, workers: Workers) -> None:
        """What waits for a worker is not sent any more."""
        for flight in workers.withdraw():
            self._schedule.add(self._in_flight.pop(flight))

    def _perform(self, task: Task) -> Any:
        limiter = self._limiter(task)
        with noting(self._summary.note_request, limiter.hold):
            return perform(task, self._service, self._lease, limiter)

    def _claim_read(self, upto: int) -> None:
        """Before rows are read: claim them, many at once to write little."""
        if self._service.repeatable:
            self._commits.claim(upto)

    def _claim_sent(self, task: Task) -> None:
        """Before a request that must not be repeated: claim no row beyond its own."""
        if not self._service.repeatable and task.step is Step.SEND:
            self._commits.claim(max(task.items.positions))

    def _fill(self) -> bool:
        """Make the next requests ready; False where nothing more can be done."""
        try:
            self._intake.fill(self._in_flight.values())
        except StopSync as error:  # no room on disk
            self._consequences.stop(Result.FAILED, str(error))
            return False
        return True

    def _await_something(self, workers: Workers) -> list[Flight]:
        """Wait until a request ended or a delayed one is due; returns what ended."""
        due = self._schedule.seconds_to_next()
        seconds = _TICK_SECONDS if due is None else min(_TICK_SECONDS, due)
        if self._in_flight:
            return workers.ended(seconds)
        if due is not None:
            self._seams.wait(seconds)
        return []

    def _collect(self, flights: list[Flight]) -> None:
        for flight in flights:
            self._judge(flight)
            del self._in_flight[flight]  # where judging fails, it stays in doubt
        self._observer.progressed(self._binding.name, self._outcomes.count)
        reason = self._outcomes.storm()
        if reason:
            self._consequences.stop(Result.REJECTED, reason)

    def _judge(self, flight: Flight) -> None:
        task = flight.task
        if task.step is not Step.POLL:
            task = replace(task, begun_at=flight.started_at)
        try:
            result = flight.result()
        except LeaseTooShort:
            self._lease.renew()
            self._schedule.add(task)
        except DestinationError as error:
            if not isinstance(error, NotSent):
                self._note_sent(task)
            self._consequences.of_answer(task, self._limiter(task), error=error)
        else:
            self._note_sent(task)
            if isinstance(result, Job):
                self._record_job(result, task)
            self._consequences.of_answer(task, self._limiter(task), result)

    def _note_sent(self, task: Task) -> None:
        if task.step is Step.SEND:
            self._sent = max(self._sent, max(task.items.positions))

    def _limits(self, task: Task) -> Limits:
        return limits_of(self._service, task)

    def _limiter(self, task: Task) -> RateLimiter:
        destination = self._binding.destination.name
        return self._limiters.of(destination, task.step.value, self._limits(task))

    def _threads(self) -> int:
        sends = max(self._service.limits(change).concurrency for change in Change)
        look_ups = self._service.lookup_limits
        polls = 1
        return sends + polls + (look_ups.concurrency if look_ups else 0)

    # --- jobs

    def _record_job(self, job: Job, task: Task) -> None:
        """Before the first look at it, so that a restarted sync can follow it."""
        positions = tuple(sorted(task.items.positions))
        recorded = RecordedJob(job.reference, positions)
        self._warehouse.record_job(self._lease.grant, recorded)

    def _resume(self) -> None:
        """Take up the jobs of an earlier sync, and pass over what it saw refused."""
        committed, generation = self._claims.committed, self._lease.grant.generation
        if self._claims.claimed <= committed:
            return
        self._intake.pass_over_settled()
        name = self._binding.name
        for seq in self._warehouse.rejected_positions(name, generation, committed):
            self._outcomes.known(seq)
        newest: dict[int, str] = {}
        for job in self._warehouse.jobs(name, generation):
            newest |= dict.fromkeys(job.positions, job.reference)
        for reference in dict.fromkeys(newest.values()):
            positions = tuple(
                sorted(
                    seq
                    for seq, job_reference in newest.items()
                    if job_reference == reference and seq not in self._outcomes
                )
            )
            if positions:
                self._resume_job(Job(reference), positions)
        if not self._service.repeatable:
            self._doubt_claimed(newest)

    def _doubt_claimed(self, in_jobs: Collection[int]) -> None:
        """What an earlier sync claimed and did not settle may have arrived."""
        positions = tuple(
            seq
            for seq in range(self._claims.committed + 1, self._claims.claimed + 1)
            if seq not in self._outcomes and seq not in in_jobs
        )
        if not positions:
            return
        rows = [
            row
            for row in read_positions(self._binding, self._warehouse, positions)
            if row.change in self._service.consumes
        ]
        self._outcomes.take_up(len(rows))
        items = Items.of(Encoded(row, b"") for row in rows)
        reason = "an earlier sync broke off while it was sent"
        self._consequences.do(unconfirmed(items, reason))

    def _resume_job(self, job: Job, positions: tuple[int, ...]) -> None:
        rows = read_positions(self._binding, self._warehouse, positions)
        items = self._intake.resume(rows)
        if items:
            task = Task(Step.POLL, items[0].row.change, items, job=job)
            self._schedule.add(task)
