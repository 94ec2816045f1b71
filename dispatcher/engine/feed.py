"""The rows of a generation in order of position, claimed before they are handed out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from dispatcher.activations import Binding
from dispatcher.destinations.base import Change, Row
from dispatcher.engine.options import SyncOptions
from dispatcher.engine.seams import Seams
from dispatcher.records import Claims
from dispatcher.warehouse import Warehouse

_CHANGES = {change.value: change for change in Change}


class Feed:
    """Pages of rows from the committed position to the last one that may be sent.

    `claim(upto)` is called before the first row of a range is read; the ranges grow
    while they are worked off quickly. The first range of a new binding is small, and
    the next one is claimed only after `go_on`.
    """

    def __init__(
        self,
        binding: Binding,
        warehouse: Warehouse,
        claims: Claims,
        upto: int,
        is_new: bool,
        claim: Callable[[int], None],
        options: SyncOptions,
        seams: Seams,
    ) -> None:
        self._warehouse = warehouse
        self._record = binding.record
        self._rows = _Rows(binding)
        self._position = claims.committed
        self._upto = upto
        self._claimed = min(claims.claimed, upto)
        self._claim = claim
        self._options = options
        self._seams = seams
        self._page: list[Row] = []
        self._next = 0
        self._is_new = is_new
        self._has_begun = False
        self._claim_rows = options.canary_rows if is_new else options.first_claim_rows
        self._claimed_at = seams.clock()

    @property
    def waits_for_first_rows(self) -> bool:
        """Whether the first rows of a new binding are out, and nothing else may be."""
        return (
            self._is_new
            and self._has_begun
            and self._next >= len(self._page)
            and self._position >= self._claimed
            and self._position < self._upto
        )

    def go_on(self) -> None:
        """The first rows are settled and good: claim larger ranges from now on."""
        self._is_new = False
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
        upto = min(self._claimed, self._position + self._options.page_rows)
        page = self._warehouse.page(self._record, self._position, upto)
        self._page = [self._rows.of(row) for row in page]
        self._next = 0
        self._position = upto
        self._has_begun = True
        return True

    def _claim_more(self) -> None:
        now = self._seams.clock()
        was_quick = now - self._claimed_at < self._options.claim_seconds
        self._claimed = min(self._position + self._claim_rows, self._upto)
        self._claim(self._claimed)
        self._claimed_at = now
        if was_quick and not self._is_new:
            grown = self._claim_rows * self._options.claim_growth
            self._claim_rows = min(grown, self._options.largest_claim_rows)


class _Rows:
    """Makes rows of what the warehouse returns, in the names of the destination."""

    def __init__(self, binding: Binding) -> None:
        self._fields = [column.field for column in binding.columns]
        self._field_of = {column.name: column.field for column in binding.columns}

    def of(self, row: tuple[Any, ...]) -> Row:
        changed = json.loads(row[2]) if row[2] else ()
        return Row(
            seq=row[0],
            change=_CHANGES[row[1]],
            values=dict(zip(self._fields, row[3:], strict=True)),
            changed=tuple(self._field_of[name] for name in changed),
        )


def read_positions(
    binding: Binding, warehouse: Warehouse, positions: tuple[int, ...]
) -> list[Row]:
    """The rows at these ascending positions, such as those of a job."""
    wanted = set(positions)
    rows = _Rows(binding)
    page = warehouse.page(binding.record, positions[0] - 1, positions[-1])
    return [rows.of(row) for row in page if row[0] in wanted]
