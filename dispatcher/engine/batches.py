"""Filling requests up to the limits of a service, in rows and in bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dispatcher.destinations.base import Encoded, Limits
from dispatcher.engine.spool import Spool

_SEPARATOR_BYTES = 1


class Batch:
    """Encoded rows of one lane that become one request.

    collect: makes the empty collection of a request's rows, in memory or on disk.
    """

    def __init__(self, collect: Callable[[], list[Encoded] | Spool] = list) -> None:
        self._collect = collect
        self._items = collect()
        self._bytes = 0
        self._most_rows: int | None = None

    def __len__(self) -> int:
        return len(self._items)

    def learn(self, rows: int) -> None:
        """The destination found a request too large: fill with fewer rows."""
        self._most_rows = min(self._most_rows or rows, max(1, rows))

    def add(self, item: Encoded, limits: Limits) -> list[Sequence[Encoded]]:
        """Add a row; returns the requests that are full now, mostly none."""
        full: list[Sequence[Encoded]] = []
        size = len(item.body) + _SEPARATOR_BYTES
        if self._items and self._bytes + size > limits.bytes:
            full.append(self.flush())
        self._items.append(item)
        self._bytes += size
        if len(self._items) >= min(limits.rows, self._most_rows or limits.rows):
            full.append(self.flush())
        return full

    def flush(self) -> Sequence[Encoded]:
        """What is collected, and start anew."""
        items = self._items
        self._items = self._collect()
        self._bytes = 0
        return items


def fits(item: Encoded, limits: Limits) -> bool:
    """Whether a row fits into a request of its own."""
    return len(item.body) + _SEPARATOR_BYTES <= limits.bytes
