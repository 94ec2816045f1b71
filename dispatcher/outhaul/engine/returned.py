"""Rows that an answer sent back to a look-up, until they are settled."""

from __future__ import annotations

from collections.abc import Iterable


class Returned:
    """How often each came back, and whether an attempt may have been applied.

    A row leaves its task for the look-up and is sent in another one, so that this is
    kept by position.
    """

    def __init__(self) -> None:
        self._times: dict[int, int] = {}
        self._doubted: set[int] = set()

    def note(self, position: int, *, in_doubt: bool) -> int:
        """It came back once more; returns how often it did."""
        self._times[position] = self._times.get(position, 0) + 1
        if in_doubt:
            self._doubted.add(position)
        return self._times[position]

    def is_in_doubt(self, position: int) -> bool:
        """Whether an attempt before a look-up may have been applied."""
        return position in self._doubted

    def forget(self, positions: Iterable[int]) -> None:
        """These are settled."""
        if self._times:
            for position in positions:
                self._times.pop(position, None)
                self._doubted.discard(position)
