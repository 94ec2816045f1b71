"""What a sync writes into the ledger while it runs: claims, commits, rejections."""

from __future__ import annotations

from dispatcher.engine.lease import Lease
from dispatcher.engine.outcomes import Outcomes
from dispatcher.engine.seams import Seams
from dispatcher.records import Claims
from dispatcher.warehouse import Warehouse


class Commits:
    """One statement tells both how far is claimed and how far is committed."""

    def __init__(
        self,
        warehouse: Warehouse,
        lease: Lease,
        outcomes: Outcomes,
        claims: Claims,
        every_seconds: float,
        seams: Seams,
    ) -> None:
        self._warehouse = warehouse
        self._lease = lease
        self._outcomes = outcomes
        self._recorded = claims
        self._claimed = claims.claimed
        self._every_seconds = every_seconds
        self._seams = seams
        self._recorded_at = seams.clock()

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

    def commit_when_due(self) -> None:
        """Commit once in a while, so that a crash leaves little in doubt."""
        if self._seams.clock() - self._recorded_at > self._every_seconds:
            self.commit()
            self._recorded_at = self._seams.clock()

    def _now(self) -> Claims:
        return Claims(self._claimed, self._outcomes.committed)

    def _record(self, claims: Claims) -> None:
        """Rejections first: a position is committed only with its verdict written."""
        self._warehouse.record_rejections(
            self._lease.grant, self._outcomes.unrecorded()
        )
        self._warehouse.claim(self._lease.grant, claims)
        self._recorded = claims
        self._recorded_at = self._seams.clock()
