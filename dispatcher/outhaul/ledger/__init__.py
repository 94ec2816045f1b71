"""The only package that talks SQL: the ledger, and reading the rows of diffs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from outhaul.ledger.activations import Activations
from outhaul.ledger.deliveries import Deliveries
from outhaul.ledger.history import History
from outhaul.ledger.leases import Leases
from outhaul.ledger.records import ActivationRecord
from outhaul.ledger.rejections import Rejections
from outhaul.ledger.reporting import Reporting
from outhaul.ledger.views import Views

_APPENDED = (
    "outhaul_claims",
    "outhaul_rejections",
    "outhaul_syncs",
    "outhaul_jobs",
    "outhaul_controls",
)


class Warehouse(Activations, Leases, Deliveries, Rejections, History, Views, Reporting):
    """All that the dispatcher says to a warehouse."""

    def grant_probes(self) -> list[Callable[[], int]]:
        """Statements that touch no row, and fail where a grant is missing."""
        table = self._table("outhaul_activations")
        probes = [f"update {table} set lease_holder = lease_holder where 1 = 0"]
        probes += [
            f"insert into {self._table(name)} (activation)"
            f" select activation from {table} where 1 = 0"
            for name in _APPENDED
        ]
        return [partial(self._connection.execute, probe) for probe in probes]

    def read_probes(
        self, record: ActivationRecord
    ) -> list[Callable[[], list[tuple[Any, ...]]]]:
        """Statements that return no row, and fail where a diff may not be read."""
        database, schema, name = record.relation
        probes = [
            f"select _outhaul_change from {self._dialect.relation(database, schema, n)}"
            " where 1 = 0"
            for n in (name, f"{name}__rejected")
        ]
        return [partial(self._connection.query, probe) for probe in probes]
