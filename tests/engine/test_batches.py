"""Requests are filled up to their limits, in rows and in bytes."""

from __future__ import annotations

from outhaul.engine.batches import Batch, fits
from outhaul.kit.rows import Items, Rows
from outhaul.kit.service import Limits
from outhaul.model import Change, Row


def part(*sizes: int) -> Items:
    """Rows whose bodies have these sizes."""
    rows = [Row(seq, Change.INSERTED, {}) for seq in range(1, len(sizes) + 1)]
    return Items(Rows.of(rows), [b"x" * size for size in sizes], [None] * len(sizes))


def limits(size: int, rows: int = 1_000) -> Limits:
    return Limits(rows=rows, bytes=size, per_second=1.0)


def test_the_bytes_of_a_request_count_a_separator_for_each_row() -> None:
    batch = Batch()
    full = batch.add(part(*[9] * 25), limits(100))
    assert [len(items) for items in full] == [10, 10]
    assert len(batch) == 5
    again = batch.add(part(*[9] * 6), limits(100))
    assert [len(items) for items in again] == [10]


def test_a_row_fits_alone_if_there_is_room_for_its_separator() -> None:
    assert fits(b"x" * 99, limits(100))
    assert not fits(b"x" * 100, limits(100))


def test_a_request_ends_before_the_row_that_is_too_much() -> None:
    batch = Batch()
    full = batch.add(part(40, 40, 40, 10), limits(100))
    assert [len(items) for items in full] == [2]
    assert [len(items) for items in [batch.flush()]] == [2]


def test_a_request_has_no_more_rows_than_its_limit() -> None:
    batch = Batch()
    assert [len(items) for items in batch.add(part(1, 1, 1), limits(100, 2))] == [2]
    assert len(batch) == 1
