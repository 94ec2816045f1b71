"""What becomes of the lease of a sync that was killed."""

from __future__ import annotations

import math

from outhaul.engine.holders import is_dead
from outhaul.ledger import Warehouse


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
