"""What this process wrote a short while ago and a search may not show yet.

SendGrid's search follows its imports by up to some minutes. Until then our own
memory knows better: an address that was just sent does exist, and what a search
tells of a membership that was just changed is not to be relied on.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterable

LAG_SECONDS = 600.0
"""The search follows within some minutes."""
MOST_ENTRIES = 100_000
"""Some ten megabytes."""


class Recent:
    """A set of facts that forgets after `seconds`, or beyond `most` of them.

    Facts are kept as hashes of 64 bits; each is named by a few words, such as
    `("contact", "ann@example.com")`.
    """

    def __init__(
        self,
        seconds: float = LAG_SECONDS,
        most: int = MOST_ENTRIES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._until: dict[int, float] = {}
        self._lock = threading.Lock()

    def note(self, facts: Iterable[tuple[str, ...]]) -> None:
        """Remember these from now on; those that were known begin anew."""
        keys = [hash(fact) for fact in facts]
        with self._lock:
            until = self._clock() + self._seconds
            for key in keys:
                self._until.pop(key, None)  # so that it becomes the newest one
                self._until[key] = until
            surplus = max(0, len(self._until) - self._most)
            for key in list(itertools.islice(self._until, surplus)):
                del self._until[key]

    def __contains__(self, fact: tuple[str, ...]) -> bool:
        with self._lock:
            return self._until.get(hash(fact), 0.0) > self._clock()
