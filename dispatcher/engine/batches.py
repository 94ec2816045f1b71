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

    def room(self, limits: Limits) -> int:
        """How many rows may be added before a request is full by their number."""
        return max(1, self._most(limits) - len(self._items))

    def add(self, items: Sequence[Encoded], limits: Limits) -> list[Sequence[Encoded]]:
        """Add rows; returns the requests that are full now, mostly none."""
        size = sum(len(item.body) for item in items) + _SEPARATOR_BYTES * len(items)
        if len(items) > self.room(limits) or self._bytes + size > limits.bytes:
            return [full for item in items for full in self._add_one(item, limits)]
        self._items.extend(items)
        self._bytes += size
        return [self.flush()] if len(self._items) >= self._most(limits) else []

    def _add_one(self, item: Encoded, limits: Limits) -> list[Sequence[Encoded]]:
        full: list[Sequence[Encoded]] = []
        size = len(item.body) + _SEPARATOR_BYTES
        if self._items and self._bytes + size > limits.bytes:
            full.append(self.flush())
        self._items.append(item)
        self._bytes += size
        if len(self._items) >= self._most(limits):
            full.append(self.flush())
        return full

    def _most(self, limits: Limits) -> int:
        return min(limits.rows, self._most_rows or limits.rows)

    def flush(self) -> Sequence[Encoded]:
        """What is collected, and start anew."""
        items = self._items
        self._items = self._collect()
        self._bytes = 0
        return items


def fits(body: bytes, limits: Limits) -> bool:
    """Whether an encoded row fits into a request of its own."""
    return len(body) + _SEPARATOR_BYTES <= limits.bytes
