"""How many requests a stand-in takes in a period, as vendors count them."""

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
        """Count a request: the headers of a refusal, or None where it is taken."""
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
