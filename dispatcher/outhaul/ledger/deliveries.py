"""Claims, rows, and jobs: what a sync reads and writes while it sends."""

from __future__ import annotations

from typing import Any

from outhaul.errors import WarehouseError
from outhaul.ledger.leases import lease_lost
from outhaul.ledger.records import (
    ActivationRecord,
    Claims,
    LeaseGrant,
    RecordedJob,
    Traces,
    pack_positions,
    unpack_positions,
)
from outhaul.ledger.statements import Statements
from outhaul.model import Change

_SETTLED = ("accepted", "rejected", "missing")


class Deliveries(Statements):
    """The log of a generation: its rows, and how far they are claimed and committed."""

    def claims(self, name: str, generation: int) -> Claims:
        """How far the generation is claimed and committed; 0 and 0 at first."""
        rows = self._query(
            f"select claimed, committed from ({self._claims()}) as claims"
            " where activation = ? and generation = ?",
            (name, generation),
        )
        return Claims(int(rows[0][0]), int(rows[0][1])) if rows else Claims(0, 0)

    def traces(self, name: str, generation: int) -> Traces:
        """How far the generation is claimed and committed, and what must agree."""
        counts = " + ".join(f"{o}_{c.value}" for o in _SETTLED for c in Change)
        of_it = "case when generation = ? then"
        row = self._query(
            "select coalesce(claims.claimed, 0), coalesce(claims.committed, 0),"
            " coalesce(claims.highest, 0), coalesce(syncs.highest, 0),"
            " coalesce(syncs.settled, 0) from"
            f" (select max({of_it} claimed end) as claimed,"
            f" max({of_it} committed end) as committed, max(generation) as highest"
            f" from ({self._claims()}) as generations where activation = ?) as claims"
            f" cross join (select max({of_it} {counts} end) as settled,"
            f" max(generation) as highest from {self._table('outhaul_syncs')}"
            " where activation = ?) as syncs",
            (generation, generation, name, generation, name),
        )[0]
        claimed, committed, *highest, settled = map(int, row)
        return Traces(Claims(claimed, committed), max(highest), settled)

    def current_claims(self) -> dict[str, Claims]:
        """Per activation how far its published generation is claimed and committed."""
        rows = self._query(
            "select claims.activation, claims.claimed, claims.committed"
            f" from ({self._claims()}) as claims"
            f" inner join {self._table('outhaul_activations')} as activations"
            " on claims.activation = activations.activation"
            " and claims.generation = activations.generation"
        )
        return {row[0]: Claims(int(row[1]), int(row[2])) for row in rows}

    def has_claimed(self, lease: LeaseGrant) -> bool:
        """Whether anything was claimed or committed under this lease."""
        row = self._query(
            f"select count(*) from {self._table('outhaul_claims')}"
            " where activation = ? and fence = ?",
            (lease.activation, lease.fence),
        )[0]
        return int(row[0]) > 0

    def _claims(self) -> str:
        """How far each generation was claimed and committed, as `_claims` of the build.

        Under the last lease alone, since each sync begins with what was claimed before
        it. One that ended in good order says what it did not send of its claim.
        """
        return (
            "select activation, generation,"
            " coalesce(max(case when fence = last_fence then sent_seq end),"
            " max(case when fence = last_fence then claimed_seq end)) as claimed,"
            " max(committed_seq) as committed from (select activation, generation,"
            " coalesce(fence, 0) as fence, claimed_seq, committed_seq, sent_seq,"
            " max(coalesce(fence, 0)) over (partition by activation, generation)"
            f" as last_fence from {self._table('outhaul_claims')}) as of_leases"
            " group by activation, generation"
        )

    def claim(self, lease: LeaseGrant, claims: Claims, sent: int | None = None) -> None:
        """Record how far is claimed and committed, if the lease is still ours.

        sent: at the end of a sync, the position beyond which it sent nothing. Raises
        LeaseLost, and then nothing was recorded.
        """
        is_held, holding = self._held_by(lease)
        written = self._write(
            f"insert into {self._table('outhaul_claims')} (activation, generation,"
            " fence, claimed_seq, committed_seq, sent_seq, recorded_at)"
            " select activation, generation, lease_fence, cast(? as bigint),"
            f" cast(? as bigint), cast(? as bigint), {self._dialect.now}"
            f" from {self._table('outhaul_activations')} where {is_held}",
            (*claims, sent, *holding),
        )
        if written != 1:
            raise lease_lost(lease)

    def page(
        self, record: ActivationRecord, after: int, upto: int
    ) -> list[tuple[Any, ...]]:
        """The rows at the positions after+1 … upto, in order.

        Each is (seq, change, changed_columns, *the columns of the select).
        Raises WarehouseError where the table is not the published generation.
        """
        names = [self._dialect.identifier(c.stored_as) for c in record.columns]
        columns = ", ".join(names)
        relation = self._dialect.relation(*record.relation)
        rows = self._query(
            f"select _outhaul_seq, _outhaul_change, _outhaul_changed_columns, {columns}"
            f" from {relation} where _outhaul_seq > ? and _outhaul_seq <= ?"
            " and _outhaul_generation = ? order by _outhaul_seq",
            (after, upto, record.generation),
        )
        if len(rows) != upto - after:
            raise WarehouseError(
                f"{relation} does not hold the rows that its last build published "
                f"({len(rows)} of the positions {after + 1} to {upto}): it was changed "
                'behind the ledger; run "dbt build" for it'
            )
        return rows

    def record_job(self, lease: LeaseGrant, job: RecordedJob) -> None:
        """Append a job; must be done before it is polled."""
        self._append(
            "outhaul_jobs",
            {
                **lease.columns(),
                "job": job.reference,
                "positions": pack_positions(job.positions),
            },
        )

    def jobs(self, name: str, generation: int) -> list[RecordedJob]:
        """The jobs of a generation, oldest first."""
        rows = self._query(
            f"select job, positions from {self._table('outhaul_jobs')}"
            " where activation = ? and generation = ? order by recorded_at",
            (name, generation),
        )
        return [RecordedJob(row[0], unpack_positions(row[1])) for row in rows]
