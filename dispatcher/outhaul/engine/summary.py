"""What became of a sync: its numbers, its result and its exit code."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

from outhaul.ledger.records import ActivationRecord
from outhaul.model import Change
from outhaul.registry.activations import Binding


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


def conclude(binding: Binding, summary: Summary) -> None:
    """The result of a sync that came to its end."""
    if summary.result is not Result.SUCCEEDED:
        return
    missing, rows = _missing(binding, summary)
    if missing:
        summary.message = f"{missing} of {rows} rows are missing at the destination"
    if summary.rejected.total():
        summary.result = Result.REJECTED
        summary.message = "see 'outhaul rejections'"
    elif exceeds(missing, binding.max_missing, rows):
        summary.result = Result.MISSING
        summary.message += (
            f", more than max_missing allows ({binding.max_missing:g}); see"
            " 'outhaul rejections'"
        )
    elif summary.held:
        summary.result = Result.HELD
        summary.message = hold_message(binding.record)


def _missing(binding: Binding, summary: Summary) -> tuple[int, int]:
    """Rows that should be at the destination and are not, of how many in the segment.

    A sync that only tries the missing ones again finds them missing, all of them.
    """
    kept = (Change.INSERTED, Change.UPDATED)
    missing = sum(summary.missing[change] for change in kept)
    tried = missing + sum(
        counts[change]
        for counts in (summary.accepted, summary.rejected)
        for change in kept
    )
    return missing, max(tried, binding.record.rows_in_segment)


def hold_message(record: ActivationRecord) -> str:
    return f"{record.hold_reason}; 'outhaul approve {record.name}' releases it"


def exceeds(count: int, share: float, rows: int) -> bool:
    """Whether so many are more than this share of the rows, as people write shares.

    >>> 0.29 * 100 < 29, exceeds(29, 0.29, 100)
    (True, False)
    """
    return count > Fraction(str(share)) * rows
