"""When a request is made again: full jitter, few attempts, one budget for a sync."""

from __future__ import annotations

import random
from dataclasses import dataclass

BASE_SECONDS = 0.5
CAP_SECONDS = 60.0
ATTEMPTS = 5
LONGEST_PAUSE_SECONDS = 900.0
"""A destination that asks for a longer pause than this ends the sync."""
PAUSES = 20
"""Pauses in a row, with no request answered between them, that end the sync."""


@dataclass
class RetryBudget:
    """Retries of a sync: 20, and one for every ten requests that it made."""

    requests: int = 0
    retries: int = 0

    def allows_one(self) -> bool:
        """Whether one more retry is within the budget."""
        return self.retries < 20 + self.requests // 10


def backoff(attempt: int, chance: random.Random) -> float:
    """Seconds to wait after the attempt with this number, from 1: full jitter."""
    return chance.uniform(0, min(CAP_SECONDS, BASE_SECONDS * 2.0 ** (attempt - 1)))


def too_long(error: Exception, pause: float) -> str:
    """Why a sync ends that was asked to wait for so many seconds."""
    return (
        f"{error}; the destination asks for a pause of {pause:.0f} s: run the sync"
        " again later"
    )


def too_often(error: Exception) -> str:
    """Why a sync ends that was asked to wait again and again."""
    return (
        f"{error}; the destination asked for {PAUSES + 1} pauses in a row and took"
        " nothing between them: run the sync again later"
    )
