"""A ledger in memory: real DuckDB, the tables of a real build, a clock of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from outhaul.connections.base import Connection, affected_rows
from outhaul.connections.duckdb import DuckDBConnection
from outhaul.connections.failures import warehouse_error
from outhaul.connections.postgres import PostgresConnection
from outhaul.engine.seams import Seams

SCHEMA = "shop"
DIFF = "people_out"
NOW = "(now() at time zone 'utc')"


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


class Ledger:
    """The tables that `statements` create, and the time that `advance` moves on.

    The macro `now` shadows DuckDB's own, so that leases end when a test says so.
    """

    database = "memory"

    def __init__(self, statements: Sequence[str]) -> None:
        self.connection = duckdb.connect()
        self.lock = threading.RLock()
        self.now = 1_000.0
        self._statements = statements
        self.run("set TimeZone = 'UTC'")
        self.run("create table world_clock as select timestamptz '2030-01-01' as now")
        self.run("create macro now() as (select now from world_clock)")
        self.run(f"create schema {SCHEMA}")
        for statement in statements:
            if DIFF not in statement:
                self.run(statement)

    def add_diff(self, name: str) -> None:
        """An activation that was never built, with its tables."""
        for statement in self._statements:
            if DIFF in statement:
                self.run(statement.replace(DIFF, name))
        self.run(
            f"insert into {SCHEMA}.outhaul_activations (activation, ledger_version,"
            " generation, rows_acknowledged, lease_fence)"
            f" values ('{name}', 1, 0, 0, 0)"
        )

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self.lock:
            cursor = self.connection.execute(sql, list(parameters) or None)
            return list(cursor.fetchall())

    def advance(self, seconds: float) -> None:
        with self.lock:
            self.now += seconds
            self.run(
                "update world_clock set now = now + to_microseconds(?)",
                [round(seconds * 1_000_000)],
            )

    def clock(self) -> float:
        return self.now

    def seams(self) -> Seams:
        return LedgerSeams(clock=self.clock, ledger=self)

    def connect(self) -> Connection:
        return MemoryConnection(self)

    def close(self) -> None:
        self.connection.close()


class FileLedger:
    """A ledger in a DuckDB file, which real processes share; its clock is the real one.

    `advance` lets leases end earlier, which is the same to who looks at them.
    """

    def __init__(self, path: Path, statements: Sequence[str] = ()) -> None:
        self.path = path
        self.database = path.stem
        self._statements = statements
        if statements:
            duckdb.connect(str(path)).close()
            self.run(f"create schema {SCHEMA}")
            for statement in statements:
                if DIFF not in statement:
                    self.run(statement)

    add_diff = Ledger.add_diff

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.path)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            cursor = connection.execute(sql, list(parameters) or None)
            return list(cursor.fetchall())

    def advance(self, seconds: float) -> None:
        self.run(
            f"update {SCHEMA}.outhaul_activations set lease_expires_at ="
            f" lease_expires_at - interval '{round(seconds)} seconds'"
        )

    def seams(self) -> Seams:
        return Seams()

    def connect(self) -> Connection:
        return DuckDBConnection({"path": str(self.path)})


Hook = Callable[[str, Sequence[Any]], None]


def nothing(sql: str, parameters: Sequence[Any]) -> None:
    """A hook that lets everything pass."""


class MemoryConnection:
    """A `Connection` to a ledger; the hooks may fail or kill around each statement."""

    adapter_type = "duckdb"

    def __init__(
        self, ledger: Ledger, before: Hook = nothing, after: Hook = nothing
    ) -> None:
        self.ledger = ledger
        self.before = before
        self.after = after

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = self._run(
            sql, parameters, lambda cursor: cursor.fetchall()
        )
        return rows

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        return int(self._run(sql, parameters, affected_rows))

    def close(self) -> None:
        """The ledger outlives its connections."""

    def _run(self, sql: str, parameters: Sequence[Any], read: Any) -> Any:
        self.before(sql, parameters)
        failure = None
        with self.ledger.lock:
            try:
                cursor = self.ledger.connection.execute(sql, list(parameters) or None)
                result = read(cursor)
            except duckdb.Error as error:
                failure = warehouse_error(error, sql=sql, parameters=parameters)
        if failure is not None:
            raise failure
        self.after(sql, parameters)
        return result


class PostgresLedger:
    """A ledger in PostgreSQL, whose tables a build has made; its clock is real."""

    def __init__(self, profile: Mapping[str, Any]) -> None:
        self.database = profile["dbname"]
        self._profile = profile
        self._connection = PostgresConnection(profile)

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        if sql.startswith("select"):
            return self._connection.query(sql, parameters)
        self._connection.execute(sql, parameters)
        return []

    advance = FileLedger.advance

    def seams(self) -> Seams:
        return Seams()

    def connect(self) -> Connection:
        return PostgresConnection(self._profile)

    def close(self) -> None:
        self._connection.close()


@dataclass(frozen=True)
class ScaledSeams(Seams):
    """Time that runs `scale` times as fast."""

    clock: Callable[[], float] = field(init=False)
    scale: float = 50.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "clock", lambda: time.monotonic() * self.scale)

    def wait(self, seconds: float) -> None:
        super().wait(seconds / self.scale)


@dataclass(frozen=True)
class LedgerSeams(Seams):
    """Waiting moves the ledger's clock on, and takes no time."""

    ledger: Ledger | None = None

    def wait(self, seconds: float) -> None:
        if seconds > 0 and self.ledger is not None and not self.stop.is_set():
            self.ledger.advance(seconds)
