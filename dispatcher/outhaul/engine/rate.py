"""How often requests may be made, shared by all syncs of a process to one account."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

from outhaul.engine.retries import LONGEST_PAUSE_SECONDS
from outhaul.engine.seams import Seams
from outhaul.errors import NotSent
from outhaul.kit.service import Bucket, Limits

_SLOWEST = 16.0
"""Times the configured interval: four pauses in a row, each of which doubles it."""
_RECOVERY = 0.9
"""A pause is made up for by seven answers: slowly, as it was too fast before."""


class Window:
    """What was taken of a bucket, and when it is free again."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self._taken: deque[tuple[float, int]] = deque()
        self._sum = 0  # kept: a day of requests is long to add up for each of them

    def cost(self, requests: int, rows: int) -> int:
        return rows if self.bucket.unit == "rows" else requests

    def wait(self, now: float, cost: int) -> float:
        """Seconds until so much fits in; what never does waits for an empty one."""
        while self._taken and self._taken[0][0] <= now:
            self._sum -= self._taken.popleft()[1]
        excess = self._sum + cost - self.bucket.most
        free_at = now
        for ends, each in self._taken:
            if excess <= 0:
                break
            excess -= each
            free_at = ends
        return free_at - now

    def take(self, now: float, cost: int) -> None:
        """Whatever is more than fits in takes as much longer."""
        bucket = self.bucket
        lasts = bucket.seconds * max(1.0, cost / bucket.most)
        self._taken.append((now + lasts, cost))
        self._sum += cost


class RateLimiter:
    """Evenly spaced requests; a pause slows them down, successes speed up again.

    windows: of the buckets that they are counted by, which others may share under the
    same lock.
    """

    def __init__(
        self,
        per_second: float,
        seams: Seams,
        windows: Sequence[Window] = (),
        lock: threading.Lock | None = None,
    ) -> None:
        self._interval = 1.0 / per_second
        self._slowness = 1.0
        self._next = 0.0
        self._seams = seams
        self._windows = windows
        self._lock = lock or threading.Lock()

    def acquire(self, requests: int = 1, rows: int = 0) -> bool:
        """Wait until the next request may be made; False: it was asked to stop.

        requests, rows: what it counts for. Raises NotSent where a bucket is used up for
        longer than a sync waits.
        """
        with self._lock:
            now = self._seams.clock()
            start = max(now, self._next)
            self._next = start + self._interval * self._slowness
        self._seams.wait(start - now)
        while not self._seams.stop.is_set():
            seconds = self._take(requests, rows)
            if seconds <= 0:
                return True
            self._seams.wait(seconds)
        return False

    def _take(self, requests: int, rows: int) -> float:
        """Take from all windows at once; else the seconds until that may be tried."""
        if not self._windows:
            return 0.0
        with self._lock:
            now = self._seams.clock()
            costs = [(each, each.cost(requests, rows)) for each in self._windows]
            seconds, fullest = max(
                ((each.wait(now, cost), each.bucket) for each, cost in costs),
                key=lambda found: found[0],
            )
            if seconds > LONGEST_PAUSE_SECONDS:
                raise NotSent(f"{fullest}, and no more, are taken", after=seconds)
            if seconds <= 0:
                for each, cost in costs:
                    each.take(now, cost)
            return seconds

    def hold(self, seconds: float) -> None:
        """The destination takes no more until then, and was not asked too often."""
        with self._lock:
            self._next = max(self._next, self._seams.clock() + seconds)

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
    """One limiter per destination, step and pace, for all activations of a process.

    Services of one platform that have the same pace share it; where a platform counts
    its services apart, they have different ones. Buckets are shared by their name.
    """

    def __init__(self, seams: Seams) -> None:
        self._seams = seams
        self._limiters: dict[tuple[object, ...], RateLimiter] = {}
        self._windows: dict[tuple[str, Bucket], Window] = {}
        self._lock = threading.Lock()

    def of(self, destination: str, step: str, limits: Limits) -> RateLimiter:
        """The limiter of a step, such as 'send'; made at the first call."""
        key = (destination, step, limits.per_second, limits.buckets)
        with self._lock:
            if key not in self._limiters:
                windows = [
                    self._windows.setdefault((destination, each), Window(each))
                    for each in limits.buckets
                ]
                self._limiters[key] = RateLimiter(
                    limits.per_second, self._seams, windows, self._lock
                )
            return self._limiters[key]
