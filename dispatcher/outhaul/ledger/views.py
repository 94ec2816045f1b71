"""The views over the ledger. Commands and reports read what BI tools read too."""

from __future__ import annotations

from collections.abc import Sequence

from outhaul.ledger.records import StatusRecord
from outhaul.ledger.statements import Row, Statements
from outhaul.model import Change

_OUTCOMES = ("planned", "accepted", "rejected", "missing")
_KINDS = ("invalid", "rejected", "missing", "not_sent", "unconfirmed")


class Views(Statements):
    """Reads counts and names, never rows of a segment."""

    def statuses(self) -> dict[str, StatusRecord]:
        """How far each activation is that was built, by its name."""
        *told, _, _ = StatusRecord._fields
        columns = [
            *told,
            self._dialect.since("built_at"),
            self._dialect.since("last_synced_at"),
        ]
        rows = self._query(
            f"select {', '.join(columns)} from {self._table('outhaul_status')}"
        )
        return {row[0]: StatusRecord._make(row) for row in rows}

    def syncs(self, activations: Sequence[str], newest: int) -> list[Row]:
        """The newest syncs of these activations, newest first.

        Keys: activation, generation, destination, service, status, started_at,
        seconds, requests, and counts such as accepted_inserted. A sync that wrote no
        end is `running` or `unfinished`, and has no seconds, requests and counts of
        what became of its rows.
        """
        if not activations:
            return []
        names = (
            *("activation", "generation", "destination", "service"),
            *("status", "started_at", "seconds", "requests"),
            *(
                f"{outcome}_{change.value}"
                for outcome in _OUTCOMES
                for change in Change
            ),
        )
        return self._rows(
            names,
            f"select {', '.join(names)} from {self._table('outhaul_history')}"
            f" where activation in ({', '.join('?' * len(activations))})"
            f" order by started_at desc, activation limit {int(newest)}",
            activations,
        )

    def reasons(self) -> list[Row]:
        """How often rows were refused, by activation and code, in the whole ledger.

        Keys: activation, code, kind, rows, first_at, last_at; the most frequent first.
        A row that was refused in two generations counts twice; one that a crash
        recorded twice counts once. The times are those of the code, of every kind.
        """
        counts = [f"{kind}_count" for kind in _KINDS]
        rows = self._query(
            f"select activation, code, {', '.join(counts)}, first_rejected_at,"
            f" last_rejected_at from {self._table('outhaul_reasons')}"
        )
        names = ("activation", "code", "kind", "rows", "first_at", "last_at")
        found = [
            dict(zip(names, (name, code, kind, count, *times), strict=True))
            for name, code, *counted, first, last in rows
            for times in [(first, last)]
            for kind, count in zip(_KINDS, counted, strict=True)
            if count
        ]
        return sorted(
            found, key=lambda row: (-row["rows"], row["activation"], row["code"])
        )
