"""Which positions of the log have an outcome, and up to where all of them do."""

from __future__ import annotations


class Settled:
    """Positions settle in any order; `committed` is the end of the settled prefix."""

    def __init__(self, committed: int) -> None:
        self.committed = committed
        self._beyond: set[int] = set()

    def add(self, position: int) -> None:
        """This position has an outcome."""
        if position <= self.committed:
            return
        self._beyond.add(position)
        while self.committed + 1 in self._beyond:
            self.committed += 1
            self._beyond.discard(self.committed)

    def __contains__(self, position: int) -> bool:
        return position <= self.committed or position in self._beyond
