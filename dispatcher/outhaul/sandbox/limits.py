"""How much a stand-in takes in a time, as vendors count it."""

from __future__ import annotations

import time
from collections.abc import Callable


class Quota:
    """So many requests in each period of `seconds`; the count begins anew with it.

    most: None takes any number. clock: seconds since 1970.
    """

    def __init__(
        self,
        most: int | None,
        seconds: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.most = most
        self.seconds = seconds
        self._clock = clock
        self._ends_at = 0.0
        self._count = 0

    def take(self) -> dict[str, str] | None:
        """Count a request: the headers of a refusal, or None where it is accepted."""
        if self.most is None:
            return None
        now = self._clock()
        if now >= self._ends_at:
            self._ends_at, self._count = now + self.seconds, 0
        self._count += 1
        if self._count <= self.most:
            return None
        return {
            "X-RateLimit-Limit": str(self.most),
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": f"{self._ends_at:.3f}",
        }


class Bucket:
    """So many pieces a second, and a burst of some more after a pause.

    clock: seconds that never go back.
    """

    def __init__(
        self,
        per_second: float,
        burst: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.per_second = per_second
        self.burst = burst
        self._clock = clock
        self._left = burst
        self._seen_at = clock()

    def take(self, pieces: int) -> bool:
        """Whether so many pieces are accepted now."""
        now = self._clock()
        self._left += (now - self._seen_at) * self.per_second
        self._left = min(self._left, self.burst)
        self._seen_at = now
        if pieces > self._left:
            return False
        self._left -= pieces
        return True
