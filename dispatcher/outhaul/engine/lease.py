"""The right to send for one activation: taken, kept by a heartbeat, given back."""

from __future__ import annotations

import math
import threading

from outhaul.engine.holders import is_dead
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


def shorten_lease_of_dead(
    warehouse: Warehouse, name: str, request_seconds: float
) -> int | None:
    """Let the lease of a holder that is certainly dead end as soon as it is safe.

    Returns the seconds until then; None: the holder may be alive. A holder that claimed
    nothing, and had nothing claimed before it, sent no row: its lease ends at once.
    Otherwise a request of it may be under way, for as long as one may take.
    """
    lease = warehouse.live_lease(name)
    if lease is None or not is_dead(lease.holder):
        return None
    claims = warehouse.claims(name, lease.generation)
    is_idle = claims.claimed <= claims.committed and not warehouse.has_claimed(lease)
    seconds = 0 if is_idle else math.ceil(request_seconds)
    warehouse.shorten_lease(lease, seconds)
    return seconds
