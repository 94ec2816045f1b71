"""What a report reads beside the views: builds, days, and models that count."""

from __future__ import annotations

from collections.abc import Sequence

from outhaul.ledger.statements import Row, Statements
from outhaul.model import Change

_OUTCOMES = ("accepted", "rejected", "missing")


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

    def delivered_by_day(self, days: int) -> list[Row]:
        """Rows that syncs of the last days delivered and did not, by day in UTC.

        Keys: activation, day, accepted, refused.
        """
        accepted, rejected, missing = (
            " + ".join(f"{outcome}_{change.value}" for change in Change)
            for outcome in _OUTCOMES
        )
        return self._rows(
            ("activation", "day", "accepted", "refused"),
            "select activation, cast(recorded_at as date) as day,"
            f" sum({accepted}), sum({rejected} + {missing})"
            f" from {self._table('outhaul_syncs')} where status <> 'running'"
            f" and recorded_at > {self._dialect.after(-days * 24 * 60 * 60)}"
            " group by activation, cast(recorded_at as date) order by day",
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
