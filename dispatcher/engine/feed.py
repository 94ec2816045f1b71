"""The rows of a generation in order of position, claimed before they are handed out."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from dispatcher.activations import Binding
from dispatcher.destinations.base import Change, Row
from dispatcher.engine.options import SyncOptions
from dispatcher.engine.seams import Seams
from dispatcher.records import Claims
from dispatcher.warehouse import Warehouse

_CHANGES = {change.value: change for change in Change}
_MOST_SETS = 1_000


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
        self._ends: list[int] = []
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

    @property
    def is_exhausted(self) -> bool:
        """Whether all rows have been handed out."""
        return self._next >= len(self._page) and self._position >= self._upto

    def ahead(self) -> Sequence[Row]:
        """The next rows of one change, none where all were handed out.

        Claims and reads; more of that change may follow after them.
        """
        if self._next >= len(self._page):
            if self.is_exhausted:
                return []
            self._read()
        return self._page[self._next : self._end_of_change()]

    def take(self, rows: int) -> None:
        """Hand out so many of the rows that `ahead` showed."""
        self._next += rows

    def _read(self) -> None:
        if self._position >= self._claimed:
            self._claim_more()
        upto = min(self._claimed, self._position + self._options.page_rows)
        page = self._warehouse.page(self._record, self._position, upto)
        self._page = [self._rows.of(row) for row in page]
        self._next = 0
        self._position = upto
        self._has_begun = True
        self._ends = list(itertools.accumulate(_lengths(self._page)))

    def _end_of_change(self) -> int:
        """Where in the page rows of another change begin, or the page ends."""
        return next(end for end in self._ends if end > self._next)

    def _claim_more(self) -> None:
        now = self._seams.clock()
        was_quick = now - self._claimed_at < self._options.claim_seconds
        self._claimed = min(self._position + self._claim_rows, self._upto)
        self._claim(self._claimed)
        self._claimed_at = now
        if was_quick and not self._is_new:
            grown = self._claim_rows * self._options.claim_growth
            self._claim_rows = min(grown, self._options.largest_claim_rows)


def _lengths(rows: Sequence[Row]) -> Iterator[int]:
    """How many rows in a row are of the same change."""
    return (
        sum(1 for _ in alike)
        for _, alike in itertools.groupby(rows, key=lambda row: row.change)
    )


class _Rows:
    """Makes rows of what the warehouse returns, in the names of the destination."""

    def __init__(self, binding: Binding) -> None:
        self._fields = [column.field for column in binding.columns]
        self._field_of = {column.name: column.field for column in binding.columns}
        self._changed: dict[str | None, tuple[str, ...]] = {None: (), "": ()}

    def of(self, row: tuple[Any, ...]) -> Row:
        seq, change, changed, *values = row
        if changed not in self._changed:
            self._changed[changed] = self._fields_of(changed)
        return Row(
            seq,
            _CHANGES[change],
            dict(zip(self._fields, values, strict=True)),
            self._changed[changed],
        )

    def _fields_of(self, changed: str) -> tuple[str, ...]:
        """Few sets of columns change together, so each is read once."""
        if len(self._changed) > _MOST_SETS:
            self._changed = {None: (), "": ()}
        return tuple(self._field_of[name] for name in json.loads(changed))


def read_positions(
    binding: Binding, warehouse: Warehouse, positions: tuple[int, ...]
) -> list[Row]:
    """The rows at these ascending positions, such as those of a job."""
    wanted = set(positions)
    rows = _Rows(binding)
    page = warehouse.page(binding.record, positions[0] - 1, positions[-1])
    return [rows.of(row) for row in page if row[0] in wanted]
