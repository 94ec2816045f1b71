"""The right to send for one activation, kept by a heartbeat."""

from __future__ import annotations

import threading

from outhaul.engine.seams import Seams
from outhaul.errors import LeaseLost
from outhaul.ledger import Warehouse
from outhaul.ledger.records import LeaseGrant


class Lease:
    """A lease as the sync sees it: its end is counted from before it was granted.

    The warehouse counts from when it wrote the row, which is later, so by our
    clock the lease always ends too early rather than too late.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        grant: LeaseGrant,
        seconds: int,
        since: float,
        seams: Seams,
    ) -> None:
        self.grant = grant
        self.seconds = seconds
        self._warehouse = warehouse
        self._seams = seams
        self._ends_at = since + seconds
        self._lock = threading.Lock()

    @property
    def remaining(self) -> float:
        """Seconds left by our own clock."""
        with self._lock:
            return self._ends_at - self._seams.clock()

    def covers(self, seconds: float) -> bool:
        """Whether a request that may take this long would end within the lease."""
        return self.remaining > seconds

    def keep(self) -> None:
        """Renew when a third of the time is gone. Raises LeaseLost."""
        if self.remaining < self.seconds * 2 / 3:
            self.renew()

    def renew(self) -> None:
        """Renew now. Raises LeaseLost, also when it ended by our own clock."""
        since = self._seams.clock()
        if not self.covers(0):
            raise LeaseLost(
                f"'{self.grant.activation}': the lease ended before it was renewed; "
                "the sync stopped sending, and what it had not committed is in doubt"
            )
        self._warehouse.renew_lease(self.grant, self.seconds)
        with self._lock:
            self._ends_at = since + self.seconds

    def release(self) -> None:
        """Give it back, for a sync that knows the outcome of all it sent."""
        self._warehouse.release_lease(self.grant)

    def outlive(self) -> None:
        """Leave it to end by itself: what was sent may still arrive."""
        self._warehouse.outlive_lease(self.grant)
