"""The outcomes of a sync's rows: counted, kept for the ledger, watched for storms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from outhaul.engine.summary import Summary, exceeds
from outhaul.kit.rows import Collected, Rows
from outhaul.ledger.records import Rejection
from outhaul.model import ACCEPTED, Change, Outcome, Row, Status

_STORM_ROWS = 200
"""Of fewer rows, half may be rejected by chance: those of one source stand together."""
_STORM_SHARE = 0.5
"""More than this is no matter of rows: a mapping or a permission is wrong."""


class Outcomes:
    """Which positions are settled, and the rejections the ledger does not know yet.

    committed: the last position up to which every row has an outcome. furthest: the
    last one that has. count: rows settled in this sync. outstanding: rows taken up and
    not settled. left_in_doubt: whether a row was settled that a late request may still
    change. returned: how often a row was sent back to be sent again, by position, until
    it is settled.
    """

    def __init__(self, committed: int, max_rejected: float, summary: Summary) -> None:
        self.committed = committed
        self.furthest = committed
        self.count = 0
        self.outstanding = 0
        self.left_in_doubt = False
        self.returned: dict[int, int] = {}
        self._doubted: set[int] = set()
        self._beyond: set[int] = set()
        self._runs: dict[int, int] = {}
        self._max_rejected = max_rejected
        self._summary = summary
        self._unrecorded: list[Rejection] = []
        self._invalid = 0
        self._gone: list[int] = []

    def __contains__(self, position: int) -> bool:
        return (
            position <= self.committed
            or position in self._beyond
            or any(first <= position <= last for first, last in self._runs.items())
        )

    def take_up(self, rows: int) -> None:
        """So many rows are on their way."""
        self.outstanding += rows

    def put_off(self, rows: int) -> None:
        """So many rows that were taken up wait, and nothing waits for them."""
        self.outstanding -= rows

    def note_returned(
        self, items: Collected, outcomes: Sequence[Outcome], in_doubt: bool
    ) -> None:
        """These are the outcomes of a request: note the rows that it sends back.

        Such a row leaves its task and is sent in another one, so that it is kept here
        how often, and whether an attempt may have been applied.
        """
        if outcomes.count(ACCEPTED) == len(outcomes):
            return
        for position, outcome in zip(items.positions, outcomes, strict=False):
            if outcome.status is Status.AGAIN:
                self.returned[position] = self.returned.get(position, 0) + 1
                if in_doubt:
                    self._doubted.add(position)

    def accept(self, items: Collected) -> None:
        """All of these were taken up, and are accepted."""
        self.believe_gone()
        self.outstanding -= len(items)
        self._count(self._summary.accepted, items.rows.changes)
        self._known(items.positions)

    def settle(
        self,
        row: Row,
        outcome: Outcome,
        *,
        in_doubt: bool = False,
        kind: str = "",
        may_be_late: bool = False,
    ) -> None:
        """A row that was taken up has its outcome: accepted, rejected or missing.

        in_doubt: an earlier attempt may have been applied all the same. kind: of the
        rejection, where it is not the status. may_be_late: an attempt may still be
        applied.
        """
        self.outstanding -= 1
        in_doubt = in_doubt or row.seq in self._doubted
        is_missing = outcome.status is Status.MISSING
        if is_missing and row.change is Change.REMOVED:
            self._gone.append(row.seq)
            return
        self.known(row.seq)
        if outcome.status is Status.ACCEPTED:
            self.believe_gone()
            self._summary.accepted[row.change] += 1
            return
        counter = self._summary.missing if is_missing else self._summary.rejected
        counter[row.change] += 1
        self._invalid += kind == "invalid"
        self.left_in_doubt = self.left_in_doubt or may_be_late
        self._unrecorded.append(
            Rejection(
                row.seq,
                row.change,
                kind or outcome.status.value,
                outcome.code,
                outcome.message,
                in_doubt,
            )
        )

    def believe_gone(self) -> None:
        """The destination works: what it does not know any more is removed.

        At a wrong address everything is missing, so that these wait until some row is
        accepted, or the sync has come to its end.
        """
        if self._gone:
            gone, self._gone = self._gone, []
            self._summary.missing[Change.REMOVED] += len(gone)
            self._known(gone)

    def doubt_gone(self) -> None:
        """The destination does not work after all: nothing is known of these."""
        self._summary.unknown += len(self._gone)
        self._gone = []

    def pass_over(self, rows: Rows) -> None:
        """The service takes no notice of this change: done without a request."""
        self._count(self._summary.not_consumed, rows.changes)
        self._known(rows.positions)

    def known(self, position: int) -> None:
        """This position has an outcome."""
        self._known([position])

    def _known(self, positions: Sequence[int]) -> None:
        """Positions that have an outcome, mostly in order and without a gap."""
        if self.returned:
            for position in positions:
                self.returned.pop(position, None)
                self._doubted.discard(position)
        ordered = sorted(positions)
        first, last = ordered[0], ordered[-1]
        self.furthest = max(self.furthest, last)
        self.count += len(ordered)
        if last - first + 1 == len(ordered):
            self._runs[first] = last
        else:
            self._beyond.update(ordered)
        while True:
            following = self.committed + 1
            if following in self._runs:
                self.committed = self._runs.pop(following)
            elif following in self._beyond:
                self._beyond.discard(following)
                self.committed = following
            else:
                return

    def _count(self, counter: Counter[Change], changes: Sequence[Change]) -> None:
        for change in Change:
            rows = changes.count(change)
            if rows:
                counter[change] += rows

    @property
    def has_unrecorded(self) -> bool:
        """Whether rejections wait to be written."""
        return bool(self._unrecorded)

    def unrecorded(self) -> list[Rejection]:
        """The rejections that the ledger does not know yet, handed out once."""
        rejections, self._unrecorded = self._unrecorded, []
        return rejections

    def storm_of_first(self) -> str:
        """Why to stop, if too many of the first rows of a new binding are rejected."""
        rejected = self._summary.rejected.total()
        rows = self.count + self.outstanding
        if exceeds(rejected, self._max_rejected, rows):
            return (
                f"stopped: {rejected} of the first {rows} rows were rejected, "
                f"more than max_rejected allows ({self._max_rejected:g}); see "
                "'outhaul rejections'"
            )
        return ""

    def storm(self) -> str:
        """Why to stop, if more than half of what was sent so far is rejected.

        What we refuse before it is sent counts among the rows taken up: these are
        refused at once, while the good ones of their request wait for its answer.
        """
        rejected = self._summary.rejected.total() - self._invalid
        for count, rows in (
            (rejected, self.count - self._invalid),
            (self._invalid, self.count + self.outstanding),
        ):
            if rows >= _STORM_ROWS and exceeds(count, _STORM_SHARE, rows):
                return (
                    f"stopped: {count} of {rows} rows were rejected; see "
                    "'outhaul rejections'"
                )
        return ""
