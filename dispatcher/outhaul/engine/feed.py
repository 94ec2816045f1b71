"""The rows of a generation in order of position, claimed before they are handed out."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from typing import Any

from outhaul.engine.options import SyncOptions
from outhaul.engine.seams import Seams
from outhaul.kit.rows import Rows
from outhaul.kit.service import Service
from outhaul.ledger import Warehouse
from outhaul.ledger.records import Claims
from outhaul.model import Change, Row
from outhaul.registry.activations import Binding

_CHANGES = {change.value: change for change in Change}


class Feed:
    """Pages of rows from the committed position to the last one that may be sent.

    `claim(upto)` is called before the first row of a range is read. A range holds what
    may be under way at once, or as many rows as `settled()` says have an outcome, so
    that claims do not run ahead of a sync that gets on slowly. The first range of a
    new binding is small, and the next one is claimed only after `go_on`.
    """

    def __init__(
        self,
        binding: Binding,
        warehouse: Warehouse,
        claims: Claims,
        upto: int,
        is_new: bool,
        claim: Callable[[int], None],
        settled: Callable[[], int],
        options: SyncOptions,
        seams: Seams,
    ) -> None:
        self._warehouse = warehouse
        self._record = binding.record
        self._rows = _Reader(binding)
        self._position = claims.committed
        self._upto = upto
        self._claimed = min(claims.claimed, upto)
        self._claim = claim
        self._settled = settled
        self._options = options
        self._seams = seams
        self._page = Rows.of()
        self._next = 0
        self._is_new = is_new
        self._has_begun = False
        self._least_claim_rows = _least_claim_rows(binding.service, options)
        self._claimed_at = seams.clock()

    @property
    def waits_for_first_rows(self) -> bool:
        """Whether the first rows of a new binding are out, and nothing else may be."""
        return (
            self._is_new
            and self._has_begun
            and not self._page
            and self._position >= self._claimed
            and self._position < self._upto
        )

    def go_on(self) -> None:
        """The first rows are settled and good: claim larger ranges from now on."""
        self._is_new = False

    @property
    def is_exhausted(self) -> bool:
        """Whether all rows have been handed out."""
        return not self._page and self._position >= self._upto

    def peek(self) -> Row | None:
        """The next row, or None where all were handed out; claims and reads."""
        if not self._page:
            if self.is_exhausted:
                return None
            self._read()
        return self._page[self._next]

    def take(self, most: int) -> Rows:
        """Hand out the row that `peek` showed, and those after it of the same change.

        They may be fewer than `most` although more of that change will follow.
        """
        start = self._next
        changes = self._page.changes[start : start + most]
        _, alike = next(itertools.groupby(changes))
        end = start + len(list(alike))
        rows = self._page[start:end]
        self._next = end
        if end == len(self._page):
            self._page, self._next = Rows.of(), 0
        return rows

    def _read(self) -> None:
        if self._position >= self._claimed:
            self._claim_more()
        upto = min(self._claimed, self._position + self._options.page_rows)
        page = self._warehouse.page(self._record, self._position, upto)
        self._page = self._rows.of(page)
        self._position = upto
        self._has_begun = True

    def _claim_more(self) -> None:
        now = self._seams.clock()
        was_quick = now - self._claimed_at < self._options.claim_seconds
        rows = self._claim_rows(was_quick)
        self._claimed = min(self._position + rows, self._upto)
        self._claim(self._claimed)
        self._claimed_at = now

    def _claim_rows(self, may_grow: bool) -> int:
        if self._is_new:
            return self._options.canary_rows
        rows = max(self._least_claim_rows, self._settled() if may_grow else 0)
        return min(rows, self._options.largest_claim_rows)


def _least_claim_rows(service: Service, options: SyncOptions) -> int:
    """What may be under way at once: requests that are sent, and as many in waiting."""
    under_way = max(
        2 * limits.concurrency * limits.rows for limits in map(service.limits, Change)
    )
    return max(options.first_claim_rows, min(under_way, options.outstanding_rows))


class _Reader:
    """Makes rows of what the warehouse returns, in the names of the destination."""

    def __init__(self, binding: Binding) -> None:
        self._fields = [column.field for column in binding.columns]
        self._field_of = {column.name: column.field for column in binding.columns}
        self._changed: dict[str | None, tuple[str, ...]] = {None: (), "": ()}

    def of(self, page: Sequence[tuple[Any, ...]]) -> Rows:
        """The rows of a page."""
        if not page:
            return Rows.of()
        positions, changes, changed, *columns = map(list, zip(*page, strict=True))
        for text in set(changed) - self._changed.keys():
            self._changed[text] = self._fields_of(text)
        return Rows(
            positions,
            [_CHANGES[change] for change in changes],
            [self._changed[text] for text in changed],
            dict(zip(self._fields, columns, strict=True)),
        )

    def _fields_of(self, changed: str) -> tuple[str, ...]:
        """Few sets of columns change together, so each is read once."""
        return tuple(self._field_of[name] for name in json.loads(changed))


def read_positions(
    binding: Binding, warehouse: Warehouse, positions: tuple[int, ...]
) -> Rows:
    """The rows at these ascending positions, such as those of a job."""
    wanted = set(positions)
    page = warehouse.page(binding.record, positions[0] - 1, positions[-1])
    return _Reader(binding).of([row for row in page if row[0] in wanted])
