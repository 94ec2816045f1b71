"""What this process wrote a short while ago and a search may not show yet.

SendGrid's search follows its imports by up to some minutes. Until then our own
memory knows better: an address that was just sent does exist, and what a search
tells of a membership that was just changed is not to be relied on.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from hashlib import blake2b

LAG_SECONDS = 600.0
MOST_ENTRIES = 100_000


class Recent:
    """A set of facts that forgets after `seconds`, or beyond `most` of them.

    Facts are kept as hashes; each is named by a few words, such as
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
        self._until: OrderedDict[bytes, float] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, facts: Iterable[tuple[str, ...]]) -> None:
        with self._lock:
            until = self._clock() + self._seconds
            for fact in facts:
                key = _digest(fact)
                self._until[key] = until
                self._until.move_to_end(key)
            while len(self._until) > self._most:
                self._until.popitem(last=False)

    def __contains__(self, fact: tuple[str, ...]) -> bool:
        with self._lock:
            return self._until.get(_digest(fact), 0.0) > self._clock()


def _digest(fact: tuple[str, ...]) -> bytes:
    return blake2b("\0".join(fact).encode(), digest_size=16).digest()
