"""`outhaul_rejections`, and the refused rows that wait beside a diff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_type_hints

from outhaul.ledger.leases import lease_lost
from outhaul.ledger.records import ActivationRecord, LeaseGrant, RefusedRow, Rejection
from outhaul.ledger.statements import Statements
from outhaul.model import Change

_REJECTIONS_A_STATEMENT = 500
_TYPES = {int: "bigint", bool: "boolean"}
_REFUSED = {
    name: _TYPES.get(kind, "text") for name, kind in get_type_hints(Rejection).items()
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
                f" generation, fence, {', '.join(_REFUSED)}, recorded_at)"
                f" select held.*, refused.*, {self._dialect.now} from"
                " (select activation, generation,"
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

    def rejections(self, record: ActivationRecord) -> list[RefusedRow]:
        """What of this generation was refused, by position, also more than once."""
        diff, beside, key = self._places(record)
        content = [self._dialect.identifier(c.stored_as) for c in record.columns]
        columns = [
            *(f"diff.{name}" for name in key),
            *(f"rejections.{name}" for name in ("change", "kind", "code", "message")),
            "rejections.recorded_at",
            self._dialect.since("rejections.recorded_at"),
            "diff._outhaul_seq",
            "earlier._outhaul_attempts",
            "earlier._outhaul_change",
            *(f"{side}.{name}" for side in ("diff", "earlier") for name in content),
        ]
        rows = self._query(
            f"select {', '.join(columns)} from {self._refusals} as rejections"
            f" inner join {diff} as diff on diff._outhaul_seq = rejections.seq"
            " and diff._outhaul_generation = rejections.generation"
            f" left join {beside} as earlier on {_same('diff', 'earlier', key)}"
            " where rejections.activation = ? and rejections.generation = ?"
            " order by rejections.seq, rejections.recorded_at",
            (record.name, record.generation),
        )
        return [_refused_now(row, len(key), len(content)) for row in rows]

    def waiting_rejections(
        self, record: ActivationRecord, committed: int
    ) -> list[RefusedRow]:
        """What earlier generations were refused, and this one did not deliver."""
        diff, beside, key = self._places(record)
        names = ("change", "kind", "code", "message")
        columns = [
            *(f"beside.{name}" for name in key),
            *(f"beside._outhaul_{name}" for name in names),
            "beside._outhaul_rejected_at",
            self._dialect.since("beside._outhaul_rejected_at"),
            "diff._outhaul_seq",
            "beside._outhaul_attempts",
            "beside._outhaul_retry_at",
            self._dialect.since("beside._outhaul_retry_at"),
        ]
        rows = self._query(
            f"select {', '.join(columns)} from {beside} as beside"
            f" left join {diff} as diff on {_same('diff', 'beside', key)}"
            " and diff._outhaul_change is not null and diff._outhaul_generation = ?"
            " where diff._outhaul_seq is null or diff._outhaul_seq > ?"
            " order by beside._outhaul_rejected_at",
            (record.generation, committed),
        )
        return [RefusedRow(row[: len(key)], *row[len(key) :]) for row in rows]

    def _places(self, record: ActivationRecord) -> tuple[str, str, list[str]]:
        """The diff, the table of its refused rows, and the columns of its key."""
        stored = {column.name: column.stored_as for column in record.columns}
        return (
            self._dialect.relation(*record.relation),
            self._dialect.relation(
                *record.relation[:2], f"{record.relation[2]}__rejected"
            ),
            [self._dialect.identifier(stored[name]) for name in record.key],
        )

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


def _same(left: str, right: str, names: Sequence[str]) -> str:
    return " and ".join(f"{left}.{name} = {right}.{name}" for name in names)


def _refused_now(row: tuple[Any, ...], keys: int, columns: int) -> RefusedRow:
    """A rejection, counted on where the same row came before, as the build does it."""
    *told, attempts, earlier = row[keys : -2 * columns]
    content = row[-2 * columns :]
    is_the_same = (
        attempts is not None
        and content[:columns] == content[columns:]
        and (told[0] == "removed") == (earlier == "removed")
    )
    counted = attempts + 1 if is_the_same else 1
    return RefusedRow._make((row[:keys], *told, counted, None, None))


def _values(rejection: Rejection) -> tuple[Any, ...]:
    return tuple(each.value if isinstance(each, Change) else each for each in rejection)
