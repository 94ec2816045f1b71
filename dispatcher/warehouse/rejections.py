"""`outhaul_rejections`, and the refused rows that wait beside a diff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dispatcher.records import ActivationRecord, LeaseGrant, Rejection
from dispatcher.warehouse.leases import lease_lost
from dispatcher.warehouse.statements import Statements

_REJECTIONS_A_STATEMENT = 500
_REFUSED = {
    "seq": "bigint",
    "change": "text",
    "kind": "text",
    "code": "text",
    "message": "text",
    "is_in_doubt": "boolean",
}


class Rejections(Statements):
    """Rows that did not reach the destination, and why."""

    def record_rejections(
        self, lease: LeaseGrant, rejections: Sequence[Rejection]
    ) -> None:
        """Append rejections, some hundreds a statement, if the lease is still ours.

        Raises LeaseLost; what another holder saw accepted must not count as refused.
        """
        is_held, holding = self._held_by(lease)
        fitting = (self._dialect.parameters - len(holding)) // len(_REFUSED)
        size = min(_REJECTIONS_A_STATEMENT, fitting)
        for start in range(0, len(rejections), size):
            chunk = rejections[start : start + size]
            refused = self._dialect.rows(_REFUSED, len(chunk))
            written = self._write(
                f"insert into {self._table('outhaul_rejections')} (activation,"
                " generation, fence, seq, change, kind, code, message, is_in_doubt,"
                " recorded_at) select held.*, refused.*,"
                f" {self._dialect.now} from (select activation, generation,"
                f" lease_fence from {self._table('outhaul_activations')}"
                f" where {is_held}) as held cross join ({refused}) as refused",
                (
                    *holding,
                    *(value for rejection in chunk for value in _values(rejection)),
                ),
            )
            if written != len(chunk):
                raise lease_lost(lease)

    def rejected_positions(self, name: str, generation: int, after: int) -> set[int]:
        """The rejected positions of a generation beyond `after`."""
        rows = self._query(
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
        stored = {column.name: column.stored_as for column in record.columns}
        key = [self._dialect.identifier(stored[name]) for name in record.key]
        names = (
            "change",
            "kind",
            "code",
            "message",
            "attempts",
            "rejected_at",
            "retry_at",
        )
        fresh = self._query(
            f"select {', '.join(f'diff.{name}' for name in key)}, rejections.change,"
            " rejections.kind, rejections.code, rejections.message, 1,"
            " rejections.recorded_at, null"
            f" from {self._refusals} as rejections"
            f" inner join {relation} as diff on diff._outhaul_seq = rejections.seq"
            " and diff._outhaul_generation = rejections.generation"
            " where rejections.activation = ? and rejections.generation = ?"
            " order by rejections.seq, rejections.recorded_at",
            (record.name, record.generation),
        )
        held = self._query(
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

    @property
    def _refusals(self) -> str:
        """The rejections that no `adopt` made void. The build has the same rule."""
        return (
            f"(select rejections.* from {self._table('outhaul_rejections')}"
            " as rejections left join (select activation, generation,"
            f" max(recorded_at) as adopted_at from {self._table('outhaul_controls')}"
            " where action = 'adopt' group by activation, generation) as adoptions"
            " on rejections.activation = adoptions.activation"
            " and rejections.generation = adoptions.generation"
            " where adoptions.adopted_at is null"
            " or adoptions.adopted_at < rejections.recorded_at)"
        )

    def refused_counts(self) -> dict[str, int]:
        """Per activation how many rows of its published generation were refused."""
        rows = self._query(
            "select rejections.activation, count(distinct rejections.seq)"
            f" from {self._refusals} as rejections"
            f" inner join {self._table('outhaul_activations')} as activations"
            " on rejections.activation = activations.activation"
            " and rejections.generation = activations.generation"
            " group by rejections.activation"
        )
        return {row[0]: int(row[1]) for row in rows}


def _values(rejection: Rejection) -> tuple[Any, ...]:
    return (
        rejection.seq,
        rejection.change.value,
        rejection.kind,
        rejection.code,
        rejection.message,
        rejection.is_in_doubt,
    )
