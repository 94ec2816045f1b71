"""Turning rows into tasks: order, barriers, look-ups, encoding, full requests."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from outhaul.engine.batches import Batch, fits
from outhaul.engine.feed import Feed
from outhaul.engine.outcomes import Outcomes
from outhaul.engine.schedule import Schedule
from outhaul.engine.spool import Spool
from outhaul.engine.tasks import Step, Task
from outhaul.engine.verdicts import refused
from outhaul.errors import RowRefused
from outhaul.kit.rows import Encoded, Items, Rows, compact
from outhaul.kit.service import Limits, OneByOne, Service
from outhaul.model import Change, Row

# Below this the looks at whole columns cost more than they save.
_FEW = 8
# Beyond this, rendered columns take more memory and save nothing.
_MOST = 1_000


class Intake:
    """Feeds the schedule, one full request at a time, so that memory stays bounded.

    Removals are finished before the insertions start, and the first rows of a new
    binding before the others: until then nothing is taken. A spooled service gets
    one request after the other, each as full as it can be, so that it gets the same
    ones after a restart.

    most_outstanding: rows taken and not settled, at most, and rows taken beyond one
    that holds up the commit; a spooled request may hold more. `fill` returns after so
    many rows in any case.
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
        self._taken_upto = 0
        self._look_ups = Items.of()
        self._batches: dict[Limits, Batch] = {}
        self._resumed: set[int] = set()
        self._is_resumed = False

    @property
    def is_exhausted(self) -> bool:
        """Whether every row was taken and made into a task."""
        collected = self._look_ups or self._batch_to_send()
        if collected or self._feed.waits_for_first_rows:
            return False
        return self._feed.is_exhausted

    @property
    def is_judged(self) -> bool:
        """Whether all rows taken are settled, or encoded and waiting in a spool."""
        return self._outcomes.outstanding <= self._spooled_rows

    def fill(self, in_flight: Collection[Task]) -> None:
        """Take rows until a request is full, or none may be taken now."""
        if self._is_spool_under_way:
            return
        taken = 0
        while taken < self._most_at_once and not self._schedule.has_ready:
            rows = self._next_rows(self._most_at_once - taken)
            if not rows:
                if not self._is_full or not in_flight or self._is_far_ahead:
                    self._flush(in_flight)
                return
            taken += len(rows)
            self._take_up(rows)

    def encode_found(self, rows: Rows, found: Sequence[Any], in_doubt: bool) -> None:
        """Encode rows anew, with what was found for each, into the next requests."""
        start = 0
        for (limits, _), alike in itertools.groupby(self._kinds(rows, found)):
            end = start + len(list(alike))
            self._encode(rows[start:end], found[start:end], limits, in_doubt)
            start = end

    def _kinds(
        self, rows: Rows, found: Sequence[Any]
    ) -> Iterable[tuple[Limits, Change]]:
        """Limits and change of each row: those that are alike are encoded together."""
        service = self._service
        if service.has_one_limit:
            kinds = {change: (service.limits(change), change) for change in Change}
            return map(kinds.__getitem__, rows.changes)
        return (
            (service.limits_of(row, each), row.change)
            for row, each in zip(rows, found, strict=True)
        )

    def learn_size(self, rows: int) -> None:
        """The destination takes no more than so many rows in a request."""
        for batch in self._batches.values():
            batch.learn(rows)

    def pass_over_settled(self) -> None:
        """An earlier sync settled some of the rows that are still to be read."""
        self._is_resumed = True

    def resume(self, rows: Rows) -> Items:
        """Take up the rows of an earlier sync's job; `fill` then passes over them."""
        items = []
        for row in rows:
            self._resumed.add(row.seq)
            self._removing = row.change is Change.REMOVED
            self._outcomes.take_up(1)
            try:
                items.append(Encoded(row, self._service.encode(row, None)))
            except RowRefused as refusal:
                self._refuse(row, refusal.code, str(refusal), in_doubt=True)
        return Items.of(items)

    def _next_rows(self, most: int) -> Rows:
        """The next rows of one change that a request has room for, at most so many.

        None of them while a barrier stands, when all are taken or when enough are
        outstanding.
        """
        while not self._is_full and not self._feed.waits_for_first_rows:
            first = self._feed.peek()
            if first is None:
                return Rows.of()
            removing = first.change is Change.REMOVED
            if removing is not self._removing and self._outcomes.outstanding:
                return Rows.of()
            self._removing = removing
            left = self._most_outstanding - self._outcomes.outstanding
            rows = self._feed.take(min(most, left, self._room(first), _MOST))
            self._taken_upto = rows.positions[-1]
            unsettled = self._unsettled(rows)
            if unsettled:
                return unsettled
        return Rows.of()

    @property
    def _is_full(self) -> bool:
        is_enough = self._outcomes.outstanding >= self._most_outstanding
        return is_enough or self._is_far_ahead

    @property
    def _is_far_ahead(self) -> bool:
        """Whether a crash would repeat too much, since one row holds up the commit.

        It waits for others to fill its request, or its request is tried again.
        """
        if self._service.spooled:
            return False
        ahead = self._taken_upto - self._outcomes.committed
        return ahead >= self._most_outstanding

    def _unsettled(self, rows: Rows) -> Rows:
        """Without what an earlier sync settled, or has a job for."""
        if not self._is_resumed:
            return rows
        return rows.picked(
            [
                index
                for index, position in enumerate(rows.positions)
                if position not in self._resumed and position not in self._outcomes
            ]
        )

    def _room(self, row: Row) -> int:
        """How many rows like this one fill a request."""
        if row.change not in self._service.consumes:
            return self._most_at_once
        if self._service.needs_look_up(row.change):
            return self._lookup_limits().rows - len(self._look_ups)
        limits = self._service.limits_of(row, None)
        return self._batch(limits).room(limits)

    def _take_up(self, rows: Rows) -> None:
        change = rows.changes[0]
        if change not in self._service.consumes:
            self._outcomes.pass_over(rows)
            return
        self._outcomes.take_up(len(rows))
        if not self._service.needs_look_up(change):
            limits = self._service.limits_of(rows[0], None)
            self._encode(rows, [None] * len(rows), limits)
            return
        self._look_ups.extend(Items(rows, [b""] * len(rows), [None] * len(rows)))
        if len(self._look_ups) >= self._lookup_limits().rows:
            self._flush_look_ups()

    def _encode(
        self,
        rows: Rows,
        found: Sequence[Any],
        limits: Limits,
        in_doubt: bool = False,
    ) -> None:
        """Encode rows of these limits; what cannot be sent is refused alone."""
        items = self._encoded_together(rows, found, limits)
        if items is None:
            items = self._encoded_alone(rows, found, limits, in_doubt)
        if not self._service.spooled:
            items = Items(items.rows, compact(items.bodies), list(items.found))
        for full in self._batch(limits).add(items, limits):
            self._schedule.add(Task(Step.SEND, full[0].row.change, full))

    def _encoded_together(
        self, rows: Rows, found: Sequence[Any], limits: Limits
    ) -> Items | None:
        """None for a few rows, or where some row wants a look of its own."""
        if len(rows) < _FEW:
            return None
        try:
            bodies = self._service.encode_rows(rows, found)
        except OneByOne:
            return None
        is_fit = fits(max(bodies, key=len), limits)
        return Items(rows, bodies, list(found)) if is_fit else None

    def _encoded_alone(
        self,
        rows: Rows,
        found: Sequence[Any],
        limits: Limits,
        in_doubt: bool,
    ) -> Items:
        taken: list[int] = []
        bodies: list[bytes] = []
        known: list[Any] = []
        for index, (row, each) in enumerate(zip(rows, found, strict=True)):
            body = self._encoded(row, each, limits, in_doubt)
            if body is not None:
                taken.append(index)
                bodies.append(body)
                known.append(each)
        return Items(rows.picked(taken), bodies, known)

    def _encoded(
        self, row: Row, found: Any, limits: Limits, in_doubt: bool
    ) -> bytes | None:
        try:
            body = self._service.encode(row, found)
        except RowRefused as refusal:
            self._refuse(row, refusal.code, str(refusal), in_doubt)
            return None
        if fits(body, limits):
            return body
        size = f"the row alone is larger than a request may be ({limits.bytes} bytes)"
        self._refuse(row, "too_large", size, in_doubt)
        return None

    def _batch(self, limits: Limits) -> Batch:
        if limits not in self._batches:
            self._batches[limits] = Batch(Spool if self._service.spooled else Items.of)
        return self._batches[limits]

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
        items, self._look_ups = self._look_ups, Items.of()
        self._schedule.add(Task(Step.LOOK_UP, items[0].row.change, items))

    def _is_looking_up(self, in_flight: Collection[Task]) -> bool:
        waiting = any(task.step is Step.LOOK_UP for task in self._schedule.tasks())
        return waiting or any(task.step is Step.LOOK_UP for task in in_flight)

    def _refuse(self, row: Row, code: str, message: str, in_doubt: bool) -> None:
        outcome = refused(code, message)
        self._outcomes.settle(
            row, outcome, in_doubt=in_doubt, kind="invalid", may_be_late=in_doubt
        )
