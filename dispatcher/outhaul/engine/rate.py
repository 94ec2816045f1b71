"""How often requests may be made, shared by all syncs of a process to one account."""

from __future__ import annotations

import threading

from outhaul.engine.seams import Seams

_SLOWEST = 16.0
"""Times the configured interval: four pauses in a row, each of which doubles it."""
_RECOVERY = 0.9
"""A pause is made up for by seven answers: slowly, as it was too fast before."""


class RateLimiter:
    """Evenly spaced requests; a pause slows them down, successes speed up again."""

    def __init__(self, per_second: float, seams: Seams) -> None:
        self._interval = 1.0 / per_second
        self._slowness = 1.0
        self._next = 0.0
        self._seams = seams
        self._lock = threading.Lock()

    def acquire(self) -> bool:
        """Wait until the next request may be made; False: it was asked to stop."""
        with self._lock:
            now = self._seams.clock()
            start = max(now, self._next)
            self._next = start + self._interval * self._slowness
        self._seams.wait(start - now)
        return not self._seams.stop.is_set()

    def pause(self, seconds: float) -> None:
        """The destination asked for a pause: no request before it, and fewer after."""
        with self._lock:
            self._next = max(self._next, self._seams.clock() + seconds)
            self._slowness = min(_SLOWEST, self._slowness * 2)

    def succeeded(self) -> None:
        """A request was answered: come back to the configured rate little by little."""
        with self._lock:
            self._slowness = max(1.0, self._slowness * _RECOVERY)


class RateLimiters:
    """One limiter per destination, step and rate, for all activations of a process.

    Services of one platform that have the same rate share it; where a platform counts
    its services apart, they have different ones.
    """

    def __init__(self, seams: Seams) -> None:
        self._seams = seams
        self._limiters: dict[tuple[str, str, float], RateLimiter] = {}
        self._lock = threading.Lock()

    def of(self, destination: str, step: str, per_second: float) -> RateLimiter:
        """The limiter of a step, such as 'send'; made at the first call."""
        with self._lock:
            key = (destination, step, per_second)
            if key not in self._limiters:
                self._limiters[key] = RateLimiter(per_second, self._seams)
            return self._limiters[key]
