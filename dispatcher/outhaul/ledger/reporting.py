"""What a report reads: the history of all activations, and models that count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from outhaul.ledger.statements import Statements
from outhaul.model import Change

Row = dict[str, Any]

_OUTCOMES = ("planned", "accepted", "rejected", "missing")


class Reporting(Statements):
    """Reads counts and names, never rows of a segment."""

    def builds(self, newest: int) -> list[Row]:
        """The newest builds of each activation, oldest first.

        Keys: activation, segment, generation, rows, built_at. Raises RelationMissing
        where the ledger is older than this table.
        """
        names = ("activation", "segment", "generation", "rows", "built_at")
        return self._rows(
            names,
            "select activation, segment, generation, rows_in_segment, built_at from"
            " (select *, row_number() over (partition by activation"
            " order by generation desc) as recency"
            f" from {self._table('outhaul_builds')}) as ranked where recency <= ?"
            " order by activation, generation",
            (newest,),
        )

    def syncs(self, activations: Sequence[str], newest: int) -> list[Row]:
        """The newest syncs of these activations, newest first.

        Keys: activation, generation, destination, service, status, started_at,
        seconds, requests, and counts such as accepted_inserted. A sync that wrote no
        end is `running` or `unfinished`, and has no seconds, requests and counts.
        """
        if not activations:
            return []
        counts = [f"{o}_{c.value}" for o in _OUTCOMES for c in Change]
        told = ("activation", "generation", "destination", "service")
        ended = ("seconds", "requests", *counts)
        shown = ", ".join(
            f"case when syncs.status <> 'running' then syncs.{name} end"
            for name in ended
        )
        return self._rows(
            (*told, "status", "started_at", *ended),
            f"select {', '.join(f'syncs.{name}' for name in told)},"
            " case when syncs.status <> 'running' then syncs.status"
            " when activations.lease_fence = syncs.fence"
            f" and activations.lease_expires_at > {self._dialect.now}"
            " then 'running' else 'unfinished' end,"
            f" syncs.started_at, {shown} from (select *, row_number() over (partition"
            " by sync_id order by case when status = 'running' then 1 else 0 end) as"
            " recency, min(recorded_at) over (partition by sync_id) as started_at"
            f" from {self._table('outhaul_syncs')}"
            f" where activation in ({_places(activations)})) as syncs"
            f" left join {self._table('outhaul_activations')} as activations"
            " on syncs.activation = activations.activation"
            " where syncs.recency = 1 order by syncs.started_at desc, syncs.activation"
            f" limit {int(newest)}",
            activations,
        )

    def delivered_by_day(self, days: int) -> list[Row]:
        """Rows that syncs of the last days delivered and did not, by day in UTC.

        Keys: activation, day, accepted, refused.
        """
        accepted, rejected, missing = (
            " + ".join(f"{outcome}_{change.value}" for change in Change)
            for outcome in _OUTCOMES[1:]
        )
        return self._rows(
            ("activation", "day", "accepted", "refused"),
            "select activation, cast(recorded_at as date) as day,"
            f" sum({accepted}), sum({rejected} + {missing})"
            f" from {self._table('outhaul_syncs')} where status <> 'running'"
            f" and recorded_at > {self._dialect.after(-days * 24 * 60 * 60)}"
            " group by activation, cast(recorded_at as date) order by day",
        )

    def reasons(self) -> list[Row]:
        """How often rows were refused, by activation and code, in the whole ledger.

        Keys: activation, code, kind, rows, first_at, last_at. A row that was refused
        in two generations counts twice; one that a crash recorded twice counts once.
        """
        return self._rows(
            ("activation", "code", "kind", "rows", "first_at", "last_at"),
            "select activation, code, kind, count(*), min(rejected_at),"
            " max(rejected_at) from (select activation, code, kind, generation, seq,"
            f" min(recorded_at) as rejected_at from {self._table('outhaul_rejections')}"
            " group by activation, code, kind, generation, seq) as attempts"
            " group by activation, code, kind order by 4 desc, activation, code",
        )

    def counted(
        self,
        relation: tuple[str | None, str | None, str],
        columns: Sequence[str],
        order: str,
        most: int,
    ) -> list[Row]:
        """The first rows of a model that counts, such as one of `outhaul.breakdown`.

        relation: as dbt names it; columns: the keys; order: one of them, with `desc`
        or not.
        """
        return self._rows(
            columns,
            f"select {', '.join(columns)} from {self._dialect.dbt_relation(*relation)}"
            f" order by {order} limit {int(most)}",
        )

    def _rows(
        self, names: Sequence[str], sql: str, parameters: Sequence[Any] = ()
    ) -> list[Row]:
        rows = self._query(sql, parameters)
        return [dict(zip(names, row, strict=True)) for row in rows]


def _places(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
