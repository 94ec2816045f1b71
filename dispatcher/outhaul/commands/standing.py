"""How far the published generations of activations are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from outhaul.engine.pending import sendable
from outhaul.ledger import Warehouse
from outhaul.ledger.records import ActivationRecord, Claims
from outhaul.model import Change


@dataclass(frozen=True)
class Standing:
    """Of one activation. upto: the last position that may be sent."""

    record: ActivationRecord
    claims: Claims
    upto: int

    @property
    def pending(self) -> Counter[Change]:
        """Rows per change that may be sent and are not committed."""
        return self.record.remaining(self.claims.committed, self.upto)

    @property
    def guarded(self) -> int:
        """Rows that a guard keeps back."""
        return self.record.guarded(self.claims.committed, self.upto)


def standings(
    warehouse: Warehouse, records: Iterable[ActivationRecord]
) -> list[Standing]:
    """One a record, read by two statements for all of them."""
    claims = warehouse.current_claims()
    approvals = warehouse.controls(["approve"])
    return [
        Standing(
            each,
            claims.get(each.name, Claims(0, 0)),
            sendable(each, approvals.get(each.name)),
        )
        for each in records
    ]
