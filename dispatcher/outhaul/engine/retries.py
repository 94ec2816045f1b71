"""When a request is made again, rows or none in it: the one rule for all of them."""

from __future__ import annotations

from outhaul.errors import RetryRequest

ATTEMPTS = 5
"""With the pauses between, some ten seconds: a restart of a server, no outage."""
FREE_RETRIES = 20
"""What a sync of few requests may repeat: four of them to the last attempt."""
REQUESTS_PER_RETRY = 10
"""One more for so many requests: what fails more often does not work."""
LONGEST_PAUSE_SECONDS = 900.0
"""A destination that asks for more ends the sync: a schedule is better at waiting."""
PAUSES = 20
"""Pauses in a row, with no request answered between them, that end the sync.

At the longest of the pauses that are our own choice that is some ten minutes."""

_BASE_SECONDS = 0.5
_CAP_SECONDS = 60.0


def backoff(attempt: int, chance: float) -> float:
    """Seconds to wait after the attempt with this number, from 1.

    chance: from 0 to 1, how much of the longest wait; drawn for each, so that those
    who failed together do not come again together.
    """
    return chance * min(_CAP_SECONDS, _BASE_SECONDS * 2.0 ** (attempt - 1))


def wait_before_retry(error: RetryRequest, attempt: int, chance: float) -> float:
    """Seconds to wait after the attempt with this number: what was asked for, or more.

    Raises RetryRequest where a longer pause is asked for than a sync waits.
    """
    return max(asked_pause(error), backoff(attempt, chance))


def asked_pause(error: RetryRequest) -> float:
    """The pause that the destination asks for, or 0.

    Raises RetryRequest where it is longer than a sync waits.
    """
    seconds = error.after or 0.0
    if seconds > LONGEST_PAUSE_SECONDS:
        raise RetryRequest(
            f"{error}; the destination asks for a pause of {seconds:.0f} s: run the"
            " sync again later"
        )
    return seconds
