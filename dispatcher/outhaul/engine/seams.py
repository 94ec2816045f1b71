"""Where time, chance and the wish to stop come in, so that tests can set them."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


def boot_time() -> float:
    """Seconds since boot, which go on while a machine is suspended, where there are."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


@dataclass(frozen=True)
class Seams:
    """clock: seconds that never go back. stop: set when the process should end.

    wait(seconds) sleeps, and returns early when `stop` is set.
    """

    clock: Callable[[], float] = boot_time
    random: random.Random = field(default_factory=random.Random)
    stop: threading.Event = field(default_factory=threading.Event)

    def wait(self, seconds: float) -> None:
        """Sleep, at most until somebody asks to stop."""
        if seconds > 0:
            self.stop.wait(seconds)
