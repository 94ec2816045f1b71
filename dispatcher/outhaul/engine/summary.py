"""What became of a sync: its numbers, its result and its exit code."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum

from outhaul.model import Change


class Result(str, Enum):
    """How a sync ended."""

    SUCCEEDED = "succeeded"
    NOTHING = "nothing to send"
    REJECTED = "some rejected"
    MISSING = "some missing"
    INCOMPLETE = "incomplete"
    FAILED = "failed"
    HELD = "held"
    PAUSED = "paused"
    BUSY = "busy"
    MISCONFIGURED = "misconfigured"


_EXIT_CODES = {
    Result.MISCONFIGURED: 2,
    Result.FAILED: 1,
    Result.INCOMPLETE: 1,
    Result.REJECTED: 1,
    Result.MISSING: 1,
    Result.HELD: 3,
    Result.PAUSED: 3,
    Result.BUSY: 4,
}


_COUNTING = threading.Lock()


@dataclass
class Summary:
    """One activation's sync. Counts are rows per change.

    not_consumed: rows whose change the service takes no notice of, committed
    without a request. unknown: rows that were sent and not answered. waiting: rows
    that were not attempted. held: removals that a guard keeps back. created: what was
    made at the destination, such as a list. notes: what else to know of it. error: what
    was raised where nothing should be, for a traceback.
    """

    name: str
    planned: Counter[Change] = field(default_factory=Counter)
    accepted: Counter[Change] = field(default_factory=Counter)
    rejected: Counter[Change] = field(default_factory=Counter)
    missing: Counter[Change] = field(default_factory=Counter)
    not_consumed: Counter[Change] = field(default_factory=Counter)
    unknown: int = 0
    waiting: int = 0
    held: int = 0
    requests: int = 0
    seconds: float = 0.0
    result: Result = Result.SUCCEEDED
    message: str = ""
    created: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    error: Exception | None = field(default=None, repr=False)

    def note_request(self) -> None:
        """One more request was made, in whatever thread."""
        with _COUNTING:
            self.requests += 1

    @property
    def exit_code(self) -> int:
        """0: all that was pending is accepted, or a few rows are missing there."""
        return _EXIT_CODES.get(self.result, 0)


def exit_code(summaries: list[Summary]) -> int:
    """The code of a run over several activations: the most pressing one."""
    codes = {summary.exit_code for summary in summaries}
    return next((code for code in (2, 1, 3, 4) if code in codes), 0)
