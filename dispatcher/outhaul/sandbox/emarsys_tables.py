"""Tables of relational data that the stand-in of Emarsys holds.

At Emarsys a person makes tables, and the interface writes to them. Where nobody made
one here, a table comes into being with its first record, whose first field is the key;
from the first one that is declared on, all others are unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Record = Mapping[str, Any]
Refusal = tuple[int, int, str]
"""Status, code and text."""


class Tables:
    """rows: by name of connection and table, and by key. Not thread-safe."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, dict[str, Any]]] = {}
        self._columns: dict[str, list[str]] = {}
        self._keys: dict[str, list[str]] = {}
        self._connections: set[str] = set()

    def declare(
        self, connection: str, table: str, columns: Sequence[str], *keys: str
    ) -> None:
        """Make a table; keys: the columns of its primary key, by default the first."""
        self._connections.add(connection)
        self._make(f"{connection}.{table}", columns, keys or columns[:1])

    def refusal(
        self, connection: str, table: str, records: Sequence[Record]
    ) -> Refusal | None:
        """Why these records are not taken."""
        name = f"{connection}.{table}"
        if self._connections and connection not in self._connections:
            return 404, 15010, f"No such connection: {connection}"
        if self._connections and name not in self.rows:
            return 404, 15004, f"No such table: {table}"
        fields = list(records[0])
        columns = self._columns.get(name, fields)
        keys = self._keys.get(name, fields[:1])
        if unknown := sorted(set(fields) - set(columns)):
            return 400, 15013, f"No such column: {unknown[0]}"
        if missing := sorted(set(keys) - set(fields)):
            return 400, 15003, f"Missing field: {missing[0]}"
        if any(record[key] is None for record in records for key in keys):
            return 400, 15013, "A primary key cannot be null"
        return None

    def upsert(self, connection: str, table: str, records: Sequence[Record]) -> None:
        """Write records that are not refused, the last one of a key."""
        name = f"{connection}.{table}"
        if name not in self.rows:
            fields = list(records[0])
            self._make(name, fields, fields[:1])
        keys = self._keys[name]
        for record in records:
            key = ".".join(str(record[each]) for each in keys)
            self.rows[name].setdefault(key, {}).update(record)

    def dump(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "columns": self._columns,
            "keys": self._keys,
            "connections": sorted(self._connections),
        }

    def load(self, dumped: Mapping[str, Any]) -> None:
        self.rows = dict(dumped["rows"])
        self._columns = dict(dumped["columns"])
        self._keys = dict(dumped["keys"])
        self._connections = set(dumped["connections"])

    def _make(self, name: str, columns: Sequence[str], keys: Sequence[str]) -> None:
        self.rows[name] = {}
        self._columns[name] = list(columns)
        self._keys[name] = list(keys)
