"""Reading `outhaul_activations`: what was built, and what it is bound to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from outhaul.errors import LedgerMissing, RelationMissing, WarehouseError
from outhaul.ledger.records import LEDGER_VERSION, ActivationRecord, columns_of
from outhaul.ledger.statements import Statements


class Activations(Statements):
    """The activations of the ledger."""

    def activations(self) -> list[ActivationRecord]:
        """All activations that were built, by name. Raises LedgerMissing."""
        return self._activation_rows("model_id is not null", ())

    def activation(self, name: str) -> ActivationRecord:
        """One activation as it is now."""
        rows = self._activation_rows("activation = ?", (name,))
        if len(rows) != 1:
            raise WarehouseError(
                f"{self._table('outhaul_activations')} has {len(rows)} rows for "
                f"'{name}' instead of one: it was changed by hand; delete all but "
                "that of the highest generation"
            )
        return rows[0]

    def _activation_rows(
        self, condition: str, parameters: Sequence[Any]
    ) -> list[ActivationRecord]:
        columns = columns_of(ActivationRecord)
        try:
            rows = self._rows(
                (*columns, "lease_is_live"),
                f"select {', '.join(columns)},"
                f" coalesce(lease_expires_at > {self._dialect.now}, false)"
                f" from {self._table('outhaul_activations')}"
                f" where {condition} order by activation",
                parameters,
            )
        except RelationMissing:
            raise LedgerMissing(
                f"there is no ledger in the schema '{self._place[1]}': run "
                '"dbt build" with at least one diff, in the same target; if the '
                "ledger is elsewhere, set the var 'outhaul_schema'"
            ) from None
        records = [ActivationRecord.of(row) for row in rows]
        for record in records:
            if record.ledger_version > LEDGER_VERSION:
                raise LedgerMissing(
                    f"the ledger was written by a newer package (version "
                    f"{record.ledger_version} of its tables; this dispatcher knows "
                    f"{LEDGER_VERSION}): upgrade outhaul"
                )
        return records
