"""Filling requests up to the limits of a service, in rows and in bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from outhaul.kit.rows import Collected, Items
from outhaul.kit.service import Limits

_SEPARATOR_BYTES = 1
"""A comma or an end of line, after each row."""


class Batch:
    """Encoded rows that become one request: removals, or insertions and updates.

    collect: makes the empty collection of a request's rows, in memory or on disk.
    """

    def __init__(self, collect: Callable[[], Collected] = Items.of) -> None:
        self._collect = collect
        self._items = collect()
        self._bytes = 0
        self._most_rows: int | None = None

    def __len__(self) -> int:
        return len(self._items)

    def learn(self, rows: int) -> None:
        """The destination found a request too large: fill with fewer rows."""
        self._most_rows = min(self._most_rows or rows, max(1, rows))

    def room(self, limits: Limits) -> int:
        """How many rows may be added before a request is full by their number."""
        return max(1, self._most(limits) - len(self._items))

    def add(self, items: Items, limits: Limits) -> list[Collected]:
        """Add rows; returns the requests that are full now, mostly none or one."""
        full: list[Collected] = []
        sizes = list(map(len, items.bodies))
        start = 0
        while start < len(sizes):
            end, size = self._fitting(sizes, start, limits)
            if end > start:
                self._items.extend(items.part(start, end))
                self._bytes += size
            if end < len(sizes) or len(self._items) >= self._most(limits):
                full.append(self.flush())
            start = end
        return full

    def _fitting(
        self, sizes: Sequence[int], start: int, limits: Limits
    ) -> tuple[int, int]:
        """Up to which row there is room, and the bytes until there.

        An empty request has room for any row.
        """
        end = min(len(sizes), start + self._most(limits) - len(self._items))
        size = sum(sizes[start:end]) + _SEPARATOR_BYTES * (end - start)
        while self._bytes + size > limits.bytes and (self._bytes or end > start + 1):
            if end == start:
                break
            end -= 1
            size -= sizes[end] + _SEPARATOR_BYTES
        return end, size

    def _most(self, limits: Limits) -> int:
        return min(limits.rows, self._most_rows or limits.rows)

    def flush(self) -> Collected:
        """What is collected, and start anew."""
        items = self._items
        self._items = self._collect()
        self._bytes = 0
        return items


def fits(body: bytes, limits: Limits) -> bool:
    """Whether an encoded row fits into a request of its own."""
    return len(body) + _SEPARATOR_BYTES <= limits.bytes
