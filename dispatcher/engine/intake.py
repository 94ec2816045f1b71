"""Turning rows into tasks: order, barriers, look-ups, encoding, full requests."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from dispatcher.destinations.base import Change, Encoded, Limits, Row, Service
from dispatcher.engine.batches import Batch, fits
from dispatcher.engine.feed import Feed
from dispatcher.engine.outcomes import Outcomes, refused
from dispatcher.engine.schedule import Schedule
from dispatcher.engine.spool import Spool
from dispatcher.engine.tasks import Step, Task
from dispatcher.errors import RowRefused


class Intake:
    """Feeds the schedule, one full request at a time, so that memory stays bounded.

    Removals are finished before the insertions start, and the first rows of a new
    binding before the others: until then nothing is taken. A spooled service gets
    one request after the other, each as full as it can be, so that it gets the same
    ones after a restart.

    most_outstanding: rows taken and not settled, at most; a spooled request may hold
    more. `fill` returns after so many rows in any case.
    """

    def __init__(
        self,
        service: Service,
        feed: Feed,
        outcomes: Outcomes,
        schedule: Schedule,
        most_outstanding: int,
    ) -> None:
        self._service = service
        self._feed = feed
        self._outcomes = outcomes
        self._schedule = schedule
        self._most_at_once = most_outstanding
        self._most_outstanding = most_outstanding
        if service.spooled:
            self._most_outstanding = max(service.limits(c).rows for c in Change)
        self._removing: bool | None = None
        self._look_ups: list[Row] = []
        self._batches: dict[Limits, Batch] = {}
        self._resumed: set[int] = set()

    @property
    def is_exhausted(self) -> bool:
        """Whether every row was taken and made into a task."""
        collected = self._look_ups or self._batch_to_send()
        if collected or self._feed.waits_for_first_rows:
            return False
        return self._feed.peek() is None

    @property
    def is_judged(self) -> bool:
        """Whether all rows taken are settled, or encoded and waiting in a spool."""
        return self._outcomes.outstanding <= self._spooled_rows

    def fill(self, in_flight: Collection[Task]) -> None:
        """Take rows until a request is full, or none may be taken now."""
        if self._is_spool_under_way:
            return
        for _ in range(self._most_at_once):
            if self._schedule.has_ready:
                return
            row = self._next_row()
            if row is None:
                self._flush(in_flight)
                return
            if row.change not in self._service.consumes:
                self._outcomes.pass_over(row)
                continue
            self._outcomes.take_up()
            if self._service.needs_look_up(row.change):
                self._collect_look_up(row)
            else:
                self.encode(row, None)

    def encode(self, row: Row, found: Any, in_doubt: bool = False) -> None:
        """Encode a row into the next request; what cannot be sent is refused alone."""
        limits = self._service.limits_of(row, found)
        try:
            item = Encoded(row, self._service.encode(row, found), found)
        except RowRefused as refusal:
            self._refuse(row, refusal.code, str(refusal), in_doubt)
            return
        if not fits(item, limits):
            size = (
                f"the row alone is larger than a request may be ({limits.bytes} bytes)"
            )
            self._refuse(row, "too_large", size, in_doubt)
            return
        if limits not in self._batches:
            self._batches[limits] = Batch(Spool if self._service.spooled else list)
        for items in self._batches[limits].add(item, limits):
            self._schedule.add(Task(Step.SEND, row.change, items))

    def learn_size(self, rows: int) -> None:
        """The destination takes no more than so many rows in a request."""
        for batch in self._batches.values():
            batch.learn(rows)

    def resume(self, rows: Iterable[Row]) -> list[Encoded]:
        """Take up the rows of an earlier sync's job; `fill` then passes over them."""
        items = []
        for row in rows:
            self._resumed.add(row.seq)
            self._removing = row.change is Change.REMOVED
            self._outcomes.take_up()
            try:
                items.append(Encoded(row, self._service.encode(row, None)))
            except RowRefused as refusal:
                self._refuse(row, refusal.code, str(refusal), in_doubt=True)
        return items

    def _next_row(self) -> Row | None:
        """The next row, or None while a barrier stands or when all are taken."""
        while self._outcomes.outstanding < self._most_outstanding:
            if self._feed.waits_for_first_rows:
                return None
            row = self._feed.peek()
            if row is None:
                return None
            if row.seq in self._resumed or row.seq in self._outcomes:
                self._feed.take()
                continue
            removing = row.change is Change.REMOVED
            if removing is not self._removing and self._outcomes.outstanding:
                return None
            self._removing = removing
            self._feed.take()
            return row
        return None

    def _collect_look_up(self, row: Row) -> None:
        self._look_ups.append(row)
        if len(self._look_ups) >= self._lookup_limits().rows:
            self._flush_look_ups()

    def _lookup_limits(self) -> Limits:
        limits = self._service.lookup_limits
        if limits is None:
            raise TypeError(f"the service '{self._service.name}' has no lookup_limits")
        return limits

    def _flush(self, in_flight: Collection[Task]) -> None:
        """Nothing more may be taken now: send off what is collected."""
        if self._look_ups:
            self._flush_look_ups()
            return
        if self._is_looking_up(in_flight):
            return
        if self._service.spooled and self._feed.waits_for_first_rows:
            return  # they are judged by what could be encoded
        batch = self._batch_to_send()
        if batch is not None:
            items = batch.flush()
            self._schedule.add(Task(Step.SEND, items[0].row.change, items))

    def _batch_to_send(self) -> Batch | None:
        return next((each for each in self._batches.values() if len(each)), None)

    @property
    def _spooled_rows(self) -> int:
        if not self._service.spooled:
            return 0
        return sum(len(batch) for batch in self._batches.values())

    @property
    def _is_spool_under_way(self) -> bool:
        spooled = self._service.spooled
        return spooled and self._outcomes.outstanding > self._spooled_rows

    def _flush_look_ups(self) -> None:
        rows, self._look_ups = self._look_ups, []
        items = tuple(Encoded(row, b"") for row in rows)
        self._schedule.add(Task(Step.LOOK_UP, rows[0].change, items))

    def _is_looking_up(self, in_flight: Collection[Task]) -> bool:
        waiting = any(task.step is Step.LOOK_UP for task in self._schedule.tasks())
        return waiting or any(task.step is Step.LOOK_UP for task in in_flight)

    def _refuse(self, row: Row, code: str, message: str, in_doubt: bool) -> None:
        outcome = refused(code, message)
        self._outcomes.settle(row, outcome, in_doubt=in_doubt, kind="invalid")
