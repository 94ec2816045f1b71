"""Before the first row: the destination is asked for what the rows need there."""

from __future__ import annotations

from outhaul.engine.lease import Lease
from outhaul.engine.places import find_place
from outhaul.engine.retries import ATTEMPTS, wait_before_retry
from outhaul.engine.seams import Seams
from outhaul.errors import RetryRequest
from outhaul.ledger.records import Place
from outhaul.registry.activations import Binding


def prepare(
    binding: Binding, known: Place | None, lease: Lease, seams: Seams, notes: list[str]
) -> None:
    """Find where the rows go and make what they need, in a few attempts.

    known: where earlier rows are. notes: what to know of that is written there. Raises
    OuthaulError for what keeps a sync from sending.
    """
    for attempt in range(1, ATTEMPTS + 1):
        lease.keep()
        try:
            notes[:] = find_place(binding, known)
            binding.service.prepare(binding.columns)
            return
        except RetryRequest as error:
            if attempt == ATTEMPTS or seams.stop.is_set():
                raise
            wait = wait_before_retry(error, attempt, seams.random.random())
            _wait(wait, lease, seams)
            if seams.stop.is_set():
                raise


def _wait(seconds: float, lease: Lease, seams: Seams) -> None:
    """Wait and keep the lease, or less where it was asked to stop."""
    until = seams.clock() + seconds
    while not seams.stop.is_set():
        left = until - seams.clock()
        if left <= 0:
            return
        seams.wait(min(left, lease.seconds / 4))
        lease.keep()
