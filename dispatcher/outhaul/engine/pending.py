"""What of a generation may be sent: from where on, as the ledger says, and how far."""

from __future__ import annotations

from outhaul.errors import WarehouseError
from outhaul.ledger import Warehouse
from outhaul.ledger.records import ActivationRecord, Claims, Control


def sendable(record: ActivationRecord, approval: Control | None) -> int:
    """The last position that may be sent: an approval releases its generation alone."""
    is_approved = approval is not None and approval.generation == record.generation
    return record.last_seq if is_approved else record.sendable_seq


def trusted_claims(warehouse: Warehouse, record: ActivationRecord) -> Claims:
    """How far the generation is claimed and committed, where the ledger agrees on it.

    One that lost a part of itself must not pass for one that never had it; the build
    has the same rule. Raises WarehouseError.
    """
    traces = warehouse.traces(record.name, record.generation)
    way = (
        f"restore it, or run 'outhaul resync {record.name}' and 'dbt build', which "
        "sends everything again"
    )
    if traces.highest > record.generation:  # or a build has come between
        last = warehouse.activation(record.name).generation
        if traces.highest > last:
            raise WarehouseError(
                f"build {traces.highest} of {record.name} was sent, and the ledger "
                f"says that build {last} is the last one: outhaul_activations went "
                f"back; {way}"
            )
    if traces.settled > traces.claims.claimed:
        raise WarehouseError(
            f"of build {record.generation} of {record.name} at least {traces.settled} "
            f"rows were sent, and outhaul_claims knows of {traces.claims.claimed}: "
            f"{way}; or, if all of it arrived, 'outhaul adopt {record.name}'"
        )
    return traces.claims
