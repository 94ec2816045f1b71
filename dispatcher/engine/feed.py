"""The rows of a generation in order of position, claimed before they are handed out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from dispatcher.activations import Binding
from dispatcher.destinations.base import Change, Row
from dispatcher.engine.options import SyncOptions
from dispatcher.engine.seams import Seams
from dispatcher.warehouse import Warehouse


class Feed:
    """Pages of rows from a position to the last one that may be sent.

    `claim(upto)` is called before the first row of a range is read; the ranges grow
    while they are worked off quickly. `gate()` says whether more may be claimed.
    """

    def __init__(
        self,
        binding: Binding,
        warehouse: Warehouse,
        after: int,
        upto: int,
        claimed: int,
        canary: bool,
        claim: Callable[[int], None],
        options: SyncOptions,
        seams: Seams,
    ) -> None:
        self._binding = binding
        self._warehouse = warehouse
        self._position = after
        self._upto = upto
        self._claimed = claimed
        self._claim = claim
        self._options = options
        self._seams = seams
        self._page: list[Row] = []
        self._next = 0
        self._claim_rows = options.canary_rows if canary else options.first_claim_rows
        self._is_canary = canary
        self._claimed_at = seams.clock()
        self._fields = [column.field for column in binding.columns]
        self._field_of = {column.name: column.field for column in binding.columns}

    @property
    def canary_pending(self) -> bool:
        """Whether the next claim waits for the first rows of a new binding to settle."""
        is_taken = self._next >= len(self._page)
        return self._is_canary and is_taken and self._position >= self._claimed

    def canary_passed(self) -> None:
        """The first rows are settled and good: go on with larger claims."""
        self._is_canary = False
        self._claim_rows = self._options.first_claim_rows

    def peek(self) -> Row | None:
        """The next row, or None where all have been handed out; claims and reads."""
        if self._next >= len(self._page) and not self._read():
            return None
        return self._page[self._next]

    def take(self) -> None:
        """Hand out the row that `peek` showed."""
        self._next += 1

    def _read(self) -> bool:
        if self._position >= self._upto:
            return False
        if self._position >= self._claimed:
            self._claim_more()
        upto = min(self._claimed, self._position + self._options.page_rows, self._upto)
        rows = self._warehouse.page(self._binding.record, self._position, upto)
        self._page = [self._row(row) for row in rows]
        self._next = 0
        self._position = upto
        return True

    def _claim_more(self) -> None:
        now = self._seams.clock()
        quick = now - self._claimed_at < self._options.claim_seconds
        upto = min(self._position + self._claim_rows, self._upto)
        self._claim(upto)
        self._claimed = upto
        self._claimed_at = now
        if quick and not self._is_canary:
            self._claim_rows = min(
                self._claim_rows * self._options.claim_growth,
                self._options.largest_claim_rows,
            )

    def _row(self, row: tuple[Any, ...]) -> Row:
        changed = json.loads(row[2]) if row[2] else ()
        return Row(
            seq=row[0],
            change=Change(row[1]),
            values=dict(zip(self._fields, row[3:], strict=True)),
            changed=tuple(self._field_of[name] for name in changed),
        )


def read_positions(
    binding: Binding, warehouse: Warehouse, positions: tuple[int, ...]
) -> list[Row]:
    """The rows at these ascending positions, for a job of an earlier sync."""
    wanted = set(positions)
    feed = Feed(
        binding,
        warehouse,
        after=positions[0] - 1,
        upto=positions[-1],
        claimed=positions[-1],
        canary=False,
        claim=lambda upto: None,
        options=SyncOptions(),
        seams=Seams(),
    )
    rows: list[Row] = []
    while (row := feed.peek()) is not None:
        feed.take()
        if row.seq in wanted:
            rows.append(row)
    return rows
