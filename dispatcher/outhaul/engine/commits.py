"""What a sync writes into the ledger while it runs: claims, commits, rejections."""

from __future__ import annotations

from outhaul.engine.lease import Lease
from outhaul.engine.outcomes import Outcomes
from outhaul.engine.seams import Seams
from outhaul.ledger import Warehouse
from outhaul.ledger.records import Claims

_SHORTEST_SECONDS = 0.1
"""A crash repeats less than a person would notice."""
_TIMES_ITS_COST = 50
"""Commits take a fiftieth of the time, which nobody notices either."""
_SHARE = 0.01
"""Of what a sync did, a crash may repeat so much."""


class Commits:
    """One statement tells both how far is claimed and how far is committed.

    longest_seconds: how long a commit may be put off while rows settle.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        lease: Lease,
        outcomes: Outcomes,
        claims: Claims,
        longest_seconds: float,
        seams: Seams,
    ) -> None:
        self._warehouse = warehouse
        self._lease = lease
        self._outcomes = outcomes
        self._recorded = claims
        self._claimed = claims.claimed
        self._longest_seconds = longest_seconds
        self._seams = seams
        self._began_at = self._recorded_at = seams.clock()
        self._took = 0.0

    def claim(self, upto: int) -> None:
        """Claim a range before its first row is sent; commits what is settled."""
        if upto <= self._claimed:
            return
        self._claimed = upto
        self._record(self._now())

    def commit(self) -> None:
        """Commit what is settled, if the ledger does not know it yet."""
        claims = self._now()
        if claims != self._recorded or self._outcomes.has_unrecorded:
            self._record(claims)

    def end(self, sent: int) -> None:
        """The sync ended in good order: beyond this position it sent nothing.

        What is claimed beyond it would pass for sent, and be in doubt.
        """
        self.commit()
        if sent < self._claimed:
            self._warehouse.claim(self._lease.grant, self._now(), sent)

    def commit_when_due(self) -> None:
        """Commit as often as it costs little, so that a crash repeats little."""
        if self._seams.clock() - self._recorded_at >= self._pause():
            self.commit()
            self._recorded_at = self._seams.clock()

    def _pause(self) -> float:
        """Seconds between two commits: they take a fiftieth of the time at most.

        Later on, a hundredth of what was done may be repeated.
        """
        age = self._seams.clock() - self._began_at
        pause = max(_SHORTEST_SECONDS, _TIMES_ITS_COST * self._took, _SHARE * age)
        return min(self._longest_seconds, pause)

    def _now(self) -> Claims:
        return Claims(self._claimed, self._outcomes.committed)

    def _record(self, claims: Claims) -> None:
        """Rejections first: a position is committed only with its verdict written."""
        started = self._seams.clock()
        self._warehouse.record_rejections(
            self._lease.grant, self._outcomes.unrecorded()
        )
        self._warehouse.claim(self._lease.grant, claims)
        self._recorded = claims
        self._recorded_at = self._seams.clock()
        self._took = self._recorded_at - started
