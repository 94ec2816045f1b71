"""The only module that talks SQL: the ledger, and reading the rows of diffs.

Values are bound parameters; names come from the ledger and are quoted. Every
write is one statement that is right on its own, so no transaction is needed.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from dispatcher.connections.base import Connection
from dispatcher.destinations.base import Change
from dispatcher.dialects import dialect_of
from dispatcher.errors import LeaseLost, LedgerMissing, RelationMissing, WarehouseError
from dispatcher.records import (
    LEDGER_VERSION,
    ActivationRecord,
    Claims,
    Control,
    LeaseGrant,
    RecordedJob,
    Rejection,
    SyncRecord,
    pack_positions,
    unpack_positions,
)

_ACTIVATION_COLUMNS = (
    "activation, ledger_version, model_id, segment, destination, service,"
    " relation_database, relation_schema, relation_name, generation, key_columns,"
    " columns, settings, rows_in_segment, rows_acknowledged, rows_inserted,"
    " rows_updated, rows_removed, rows_held, rows_invalid, sendable_seq, last_seq,"
    " hold, hold_reason, built_at, lease_holder"
)
_REJECTIONS_A_STATEMENT = 500
_APPENDED = (
    "outhaul_claims",
    "outhaul_rejections",
    "outhaul_syncs",
    "outhaul_jobs",
    "outhaul_controls",
)
_OUTCOMES = ("planned", "accepted", "rejected", "missing")


class Warehouse:
    """The ledger of one project, and the diffs it tells of.

    database, schema: where the ledger's tables are. `writes` counts the
    statements that wrote, for reports and benchmarks.
    """

    def __init__(self, connection: Connection, database: str, schema: str) -> None:
        self._connection = connection
        self._dialect = dialect_of(connection.adapter_type)
        self._place = (database, schema)
        self.writes = 0

    def close(self) -> None:
        """End the session."""
        self._connection.close()

    # --- activations

    def activations(self) -> list[ActivationRecord]:
        """All activations that were built, by name. Raises LedgerMissing."""
        return self._activation_rows("model_id is not null", ())

    def activation(self, name: str) -> ActivationRecord:
        """One activation as it is now."""
        rows = self._activation_rows("activation = ?", (name,))
        if len(rows) != 1:
            raise WarehouseError(
                f"{self._table('outhaul_activations')} has {len(rows)} rows for "
                f"'{name}' instead of one: it was changed by hand"
            )
        return rows[0]

    def _activation_rows(
        self, condition: str, parameters: Sequence[Any]
    ) -> list[ActivationRecord]:
        columns = _ACTIVATION_COLUMNS.replace(" ", "").split(",")
        columns.append("lease_is_live")
        try:
            rows = self._connection.query(
                f"select {_ACTIVATION_COLUMNS},"
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
        records = [
            ActivationRecord.of(dict(zip(columns, row, strict=True))) for row in rows
        ]
        for record in records:
            if record.ledger_version > LEDGER_VERSION:
                raise LedgerMissing(
                    f"the ledger was written by a newer package (version "
                    f"{record.ledger_version} of its tables; this dispatcher knows "
                    f"{LEDGER_VERSION}): upgrade outhaul"
                )
        return records

    # --- lease

    def take_lease(self, name: str, holder: str, seconds: int) -> LeaseGrant | None:
        """Take the activation's lease where nobody holds it; None: somebody does."""
        table = self._table("outhaul_activations")
        taken = self._write(
            f"update {table} set lease_holder = ?, lease_fence = lease_fence + 1,"
            f" lease_expires_at = {self._dialect.after(seconds)}"
            f" where activation = (select activation from {table} where activation = ?"
            " and (lease_expires_at is null"
            f" or lease_expires_at <= {self._dialect.now})"
            f"{self._dialect.lock_rows})",
            (holder, name),
        )
        if taken != 1:
            return None
        fence, generation = self._connection.query(
            f"select lease_fence, generation from {table} where activation = ?", (name,)
        )[0]
        return LeaseGrant(name, holder, fence, generation)

    def renew_lease(self, lease: LeaseGrant, seconds: int) -> None:
        """Push the lease's end to `seconds` from now. Raises LeaseLost."""
        self._write_as_holder(
            lease, f"lease_expires_at = {self._dialect.after(seconds)}", live=True
        )

    def release_lease(self, lease: LeaseGrant) -> None:
        """Give the lease back at once; does nothing where it is not ours any more."""
        try:
            self._write_as_holder(
                lease, "lease_holder = null, lease_expires_at = null", live=False
            )
        except LeaseLost:
            return

    def _write_as_holder(self, lease: LeaseGrant, change: str, live: bool) -> None:
        condition = f" and lease_expires_at > {self._dialect.now}" if live else ""
        written = self._write(
            f"update {self._table('outhaul_activations')} set {change} where"
            " activation = ? and lease_holder = ? and lease_fence = ?" + condition,
            (lease.activation, lease.holder, lease.fence),
        )
        if written != 1:
            raise _lease_lost(lease)

    # --- claims

    def claims(self, name: str, generation: int) -> Claims:
        """How far the generation is claimed and committed; 0 and 0 at first."""
        row = self._connection.query(
            "select coalesce(max(claimed_seq), 0), coalesce(max(committed_seq), 0)"
            f" from {self._table('outhaul_claims')}"
            " where activation = ? and generation = ?",
            (name, generation),
        )[0]
        return Claims(int(row[0]), int(row[1]))

    def claim(self, lease: LeaseGrant, claims: Claims) -> None:
        """Record how far is claimed and committed, if the lease is still ours.

        Raises LeaseLost, and then nothing was recorded.
        """
        written = self._write(
            f"insert into {self._table('outhaul_claims')} (activation, generation,"
            " fence, claimed_seq, committed_seq, recorded_at)"
            " select activation, generation, lease_fence,"
            f" cast(? as bigint), cast(? as bigint), {self._dialect.now}"
            f" from {self._table('outhaul_activations')} where activation = ?"
            " and lease_holder = ? and lease_fence = ? and generation = ?"
            f" and lease_expires_at > {self._dialect.now}",
            (*claims, lease.activation, lease.holder, lease.fence, lease.generation),
        )
        if written != 1:
            raise _lease_lost(lease)

    # --- rows

    def page(
        self, record: ActivationRecord, after: int, upto: int
    ) -> list[tuple[Any, ...]]:
        """The rows at the positions after+1 … upto, in order.

        Each is (seq, change, changed_columns, *the columns of the select).
        Raises WarehouseError where the table is not the published generation.
        """
        columns = ", ".join(self._dialect.identifier(c.name) for c in record.columns)
        relation = self._dialect.relation(*record.relation)
        rows = self._connection.query(
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

    # --- rejections and jobs

    def record_rejections(
        self, lease: LeaseGrant, rejections: Sequence[Rejection]
    ) -> None:
        """Append rejections, some hundreds a statement."""
        for start in range(0, len(rejections), _REJECTIONS_A_STATEMENT):
            chunk = rejections[start : start + _REJECTIONS_A_STATEMENT]
            row = f"(?, ?, ?, ?, ?, ?, ?, ?, ?, {self._dialect.now})"
            self._write(
                f"insert into {self._table('outhaul_rejections')} (activation,"
                " generation, fence, seq, change, kind, code, message, is_in_doubt,"
                f" recorded_at) values {', '.join([row] * len(chunk))}",
                [
                    value
                    for rejection in chunk
                    for value in (
                        lease.activation,
                        lease.generation,
                        lease.fence,
                        rejection.seq,
                        rejection.change.value,
                        rejection.kind,
                        rejection.code,
                        rejection.message,
                        rejection.is_in_doubt,
                    )
                ],
            )

    def rejected_positions(self, name: str, generation: int, after: int) -> set[int]:
        """The rejected positions of a generation beyond `after`."""
        rows = self._connection.query(
            f"select distinct seq from {self._table('outhaul_rejections')}"
            " where activation = ? and generation = ? and seq > ?",
            (name, generation, after),
        )
        return {int(row[0]) for row in rows}

    def rejections(self, record: ActivationRecord) -> list[dict[str, Any]]:
        """What is refused now, by position: of this generation, then held ones.

        Keys: key (list of values), change, kind, code, message, attempts,
        rejected_at, retry_at (None until the next build).
        """
        relation = self._dialect.relation(*record.relation)
        beside = self._dialect.relation(
            *record.relation[:2], f"{record.relation[2]}__rejected"
        )
        key = [self._dialect.identifier(name) for name in record.key]
        names = (
            "change",
            "kind",
            "code",
            "message",
            "attempts",
            "rejected_at",
            "retry_at",
        )
        fresh = self._connection.query(
            f"select {', '.join(f'diff.{name}' for name in key)}, rejections.change,"
            " rejections.kind, rejections.code, rejections.message, 1,"
            " rejections.recorded_at, null"
            f" from {self._table('outhaul_rejections')} as rejections"
            f" inner join {relation} as diff on diff._outhaul_seq = rejections.seq"
            " and diff._outhaul_generation = rejections.generation"
            " where rejections.activation = ? and rejections.generation = ?"
            " order by rejections.seq, rejections.recorded_at",
            (record.name, record.generation),
        )
        held = self._connection.query(
            f"select {', '.join(key)}, _outhaul_change, _outhaul_kind, _outhaul_code,"
            " _outhaul_message, _outhaul_attempts, _outhaul_rejected_at,"
            f" _outhaul_retry_at from {beside} order by _outhaul_rejected_at"
        )
        found: dict[tuple[str, ...], dict[str, Any]] = {}
        for row in [*held, *fresh]:
            row_key = list(row[: len(key)])
            values = dict(zip(names, row[len(key) :], strict=True))
            earlier = found.get(tuple(map(str, row_key)))
            if earlier is not None:
                values["attempts"] = earlier["attempts"] + 1
            found[tuple(map(str, row_key))] = {"key": row_key, **values}
        return list(found.values())

    def refused_count(self, record: ActivationRecord) -> int:
        """How many rows of the published generation were rejected or missing."""
        row = self._connection.query(
            f"select count(distinct seq) from {self._table('outhaul_rejections')}"
            " where activation = ? and generation = ?",
            (record.name, record.generation),
        )[0]
        return int(row[0])

    def record_job(self, lease: LeaseGrant, job: RecordedJob) -> None:
        """Append a job; must be done before it is polled."""
        self._write(
            f"insert into {self._table('outhaul_jobs')} (activation, generation,"
            f" fence, job, positions, recorded_at) values (?, ?, ?, ?, ?,"
            f" {self._dialect.now})",
            (
                lease.activation,
                lease.generation,
                lease.fence,
                job.reference,
                pack_positions(job.positions),
            ),
        )

    def jobs(self, name: str, generation: int) -> list[RecordedJob]:
        """The jobs of a generation, oldest first."""
        rows = self._connection.query(
            f"select job, positions from {self._table('outhaul_jobs')}"
            " where activation = ? and generation = ? order by recorded_at",
            (name, generation),
        )
        return [RecordedJob(row[0], unpack_positions(row[1])) for row in rows]

    # --- syncs and controls

    def record_sync(
        self, lease: LeaseGrant, binding: Mapping[str, str], sync: SyncRecord
    ) -> None:
        """Append a sync's start or end.

        binding: destination, service and fingerprint of what the rows are bound to.
        """
        counts = [
            (f"{outcome}_{change.value}", getattr(sync, outcome).get(change, 0))
            for outcome in _OUTCOMES
            for change in Change
        ]
        columns = ", ".join(name for name, _ in counts)
        self._write(
            f"insert into {self._table('outhaul_syncs')} (sync_id, activation,"
            " generation, fence, destination, service, binding, status, message,"
            f" requests, seconds, {columns}, recorded_at) values ("
            f"{', '.join('?' * (11 + len(counts)))}, {self._dialect.now})",
            (
                sync.sync_id,
                lease.activation,
                lease.generation,
                lease.fence,
                binding["destination"],
                binding["service"],
                binding["fingerprint"],
                sync.status,
                sync.message,
                sync.requests,
                sync.seconds,
                *(count for _, count in counts),
            ),
        )

    def last_syncs(self) -> dict[str, dict[str, Any]]:
        """Per activation the last recorded row of `outhaul_syncs`.

        Keys: status, message, recorded_at, seconds_ago, requests, seconds.
        """
        rows = self._connection.query(
            "select activation, status, message, recorded_at, seconds_ago, requests,"
            " seconds from (select activation, status, message, recorded_at,"
            f" extract(epoch from ({self._dialect.now} - recorded_at)) as seconds_ago,"
            " requests, seconds, row_number() over (partition by activation order by"
            " recorded_at desc, case when status = 'running' then 1 else 0 end) as"
            f" recency from {self._table('outhaul_syncs')}) as ranked where recency = 1"
        )
        names = (
            "status",
            "message",
            "recorded_at",
            "seconds_ago",
            "requests",
            "seconds",
        )
        return {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}

    def has_succeeded(self, name: str, fingerprint: str) -> bool:
        """Whether a sync with this binding has delivered rows before."""
        row = self._connection.query(
            f"select count(*) from {self._table('outhaul_syncs')} where activation = ?"
            " and binding = ? and accepted_inserted + accepted_updated +"
            " accepted_removed > 0",
            (name, fingerprint),
        )[0]
        return int(row[0]) > 0

    def control(
        self,
        record: ActivationRecord,
        action: str,
        actor: str,
        reason: str | None = None,
        counts: str | None = None,
    ) -> None:
        """Record a person's decision."""
        self._write(
            f"insert into {self._table('outhaul_controls')} (control_id, activation,"
            " action, generation, reason, actor, counts, recorded_at) values"
            f" (?, ?, ?, ?, ?, ?, ?, {self._dialect.now})",
            (
                uuid.uuid4().hex,
                record.name,
                action,
                record.generation,
                reason,
                actor,
                counts,
            ),
        )

    def controls(self, actions: Iterable[str]) -> dict[str, Control]:
        """Per activation the newest control among these actions."""
        wanted = tuple(actions)
        rows = self._connection.query(
            "select activation, action, generation, reason, actor, recorded_at from"
            f" {self._table('outhaul_controls')} where action in"
            f" ({', '.join('?' * len(wanted))}) order by recorded_at",
            wanted,
        )
        return {row[0]: Control(*row[1:]) for row in rows}

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

    # --- statements

    def _table(self, name: str) -> str:
        return self._dialect.relation(*self._place, name)

    def _write(self, sql: str, parameters: Sequence[Any]) -> int:
        self.writes += 1
        return self._connection.execute(sql, parameters)


def _lease_lost(lease: LeaseGrant) -> LeaseLost:
    return LeaseLost(
        f"'{lease.activation}': the lease of this sync has ended or was taken over; "
        "it stopped sending, and what it had not committed is in doubt"
    )
