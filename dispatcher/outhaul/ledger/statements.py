"""What the statements of the dispatcher stand on: a connection, names, a count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from outhaul.connections.adapters import adapter_of
from outhaul.connections.base import Connection
from outhaul.errors import RelationMissing
from outhaul.ledger.records import LeaseGrant

Row = dict[str, Any]


class Statements:
    """A connection, and where the ledger's tables are.

    Values are bound parameters; names come from the ledger and are quoted. Every
    write is one statement that is right on its own, so no transaction is needed.

    database, schema: where the ledger is. `writes` counts the statements that wrote,
    for reports and benchmarks.
    """

    def __init__(self, connection: Connection, database: str, schema: str) -> None:
        self._connection = connection
        self._dialect = adapter_of(connection.adapter_type).dialect
        self._place = (database, schema)
        self.writes = 0

    def close(self) -> None:
        """End the session."""
        self._connection.close()

    def _table(self, name: str) -> str:
        return self._dialect.dbt_relation(*self._place, name)

    def _held_by(self, lease: LeaseGrant) -> tuple[str, tuple[Any, ...]]:
        """The activation's row while this lease is live: a condition, its values."""
        return (
            "activation = ? and lease_holder = ? and lease_fence = ? and generation = ?"
            f" and lease_expires_at > {self._dialect.now}",
            (lease.activation, lease.holder, lease.fence, lease.generation),
        )

    def _query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with _advice_where_it_is_missing():
            return self._connection.query(sql, parameters)

    def _rows(
        self, names: Sequence[str], sql: str, parameters: Sequence[Any] = ()
    ) -> list[Row]:
        """The rows of a query by the names of its columns."""
        rows = self._query(sql, parameters)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _append(self, table: str, row: Mapping[str, Any]) -> None:
        """Append a row to a table of the ledger, whose `recorded_at` is now."""
        self._write(
            f"insert into {self._table(table)} ({', '.join(row)}, recorded_at)"
            f" select {', '.join('?' * len(row))}, {self._dialect.now}",
            tuple(row.values()),
        )

    def _write(self, sql: str, parameters: Sequence[Any]) -> int:
        self.writes += 1
        with _advice_where_it_is_missing():
            return self._connection.execute(sql, parameters)


@contextmanager
def _advice_where_it_is_missing() -> Iterator[None]:
    try:
        yield
    except RelationMissing as error:
        raise RelationMissing(
            f'{error}; if it was dropped, run "dbt build", which makes it anew'
        ) from None
