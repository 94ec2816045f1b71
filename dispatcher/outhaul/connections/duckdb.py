"""A DuckDB file, opened for each statement and closed again.

One process at a time may write a DuckDB file, and shuts out readers meanwhile
(https://duckdb.org/docs/stable/connect/concurrency). Opening costs some 15 ms,
so we hold the file only while a statement runs, and wait for our turn. In one
process all connections to a file need the same options: `config_options`, as
dbt-duckdb passes them.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from outhaul.connections.base import affected_rows, import_driver
from outhaul.connections.duckdb_values import rows_of
from outhaul.connections.failures import unreachable, warehouse_error
from outhaul.connections.placeholders import check_placeholders
from outhaul.errors import ConfigurationError, WarehouseError, WarehouseUnreachable

# What this module does, or may leave out; a profile with any other key goes
# through dbt's adapter, which knows how to attach, mount and authenticate.
_KEYS = {
    "type",
    "path",
    "database",
    "schema",
    "settings",
    "config_options",
    "extensions",
    "threads",
    "retries",
    "external_root",
    "disable_transactions",
    "keep_open",
}
SESSION = ("set TimeZone = 'UTC'", "set preserve_insertion_order = true")
_LOCKED = ("Could not set lock", "Conflicting lock")

_locks: dict[str, threading.Lock] = {}
_locks_guard = threading.Lock()


def opens_natively(credentials: Mapping[str, Any]) -> bool:
    """Whether the profile asks for nothing but a local file."""
    path = str(credentials.get("path") or ":memory:")
    local = "://" not in path and not path.startswith(("md:", "motherduck:"))
    used = {key for key, value in credentials.items() if value not in (None, [], {})}
    return local and not path.startswith("ducklake:") and used <= _KEYS


def open_connection(credentials: Mapping[str, Any]) -> DuckDBConnection:
    """The connection of a profile; contacts nothing yet."""
    return DuckDBConnection(credentials)


class DuckDBConnection:
    """A DuckDB file that is open only while a statement runs."""

    adapter_type = "duckdb"

    def __init__(
        self,
        credentials: Mapping[str, Any],
        *,
        lock_wait_seconds: float = 60.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._driver = import_driver("duckdb", "duckdb")
        self._path = _path_of(credentials)
        self._config = dict(credentials.get("config_options") or {})
        self._settings = dict(credentials.get("settings") or {})
        self._extensions = list(credentials.get("extensions") or [])
        self._wait = lock_wait_seconds
        self._sleep = sleep
        self._clock = clock
        self._turn = _lock_of(self._path)

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        def rows(connection: Any) -> list[tuple[Any, ...]]:
            return rows_of(connection, sql, parameters)

        found: list[tuple[Any, ...]] = self._run(sql, parameters, rows)
        return found

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        def count(connection: Any) -> int:
            connection.execute(sql, list(parameters) or None)
            return affected_rows(connection)

        return int(self._run(sql, parameters, count))

    def close(self) -> None:
        """Nothing stays open between statements."""

    def _run(
        self, sql: str, parameters: Sequence[Any], run: Callable[[Any], Any]
    ) -> Any:
        check_placeholders(sql, parameters)
        failure: WarehouseError
        with self._turn, self._opened() as connection:
            try:
                return run(connection)
            except (self._driver.Error, ValueError) as error:
                failure = warehouse_error(error, sql=sql, parameters=parameters)
        raise failure

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        connection = self._open()
        try:
            yield connection
        finally:
            connection.close()

    def _open(self) -> Any:
        if not os.path.exists(self._path):
            raise ConfigurationError(
                f"there is no DuckDB file {self._path}; run 'dbt build' first. A "
                f"relative path in profiles.yml counts from the working directory"
            )
        deadline = self._clock() + self._wait
        pause = 0.05
        while True:
            try:
                connection = self._driver.connect(self._path, config=self._config)
                break
            except self._driver.Error as error:
                message = unreachable(error, f"the DuckDB file {self._path}", ())
                locked = any(text in str(error) for text in _LOCKED)
            left = deadline - self._clock()
            if not locked or left <= 0:
                waited = f"; waited {self._wait:g} s for its lock" if locked else ""
                raise WarehouseUnreachable(message + waited)
            self._sleep(min(pause, left))
            pause = min(pause * 1.5, 1.0)
        return self._prepared(connection)

    def _prepared(self, connection: Any) -> Any:
        """Extensions and settings as dbt-duckdb applies them; ours come last."""
        step = "extensions"
        try:
            for extension in self._extensions:
                named = isinstance(extension, dict)
                connection.load_extension(extension["name"] if named else extension)
            step = "settings"
            for name, value in self._settings.items():
                text = str(value).replace("'", "''")
                connection.execute(f"set {name} = '{text}'")
            for setting in SESSION:
                connection.execute(setting)
            return connection
        except (self._driver.Error, KeyError) as error:
            problem = type(error).__name__
        connection.close()
        raise ConfigurationError(
            f"profiles.yml: DuckDB refused the '{step}' of the target ({problem}); "
            f"check that 'dbt debug' accepts them"
        )


def _path_of(credentials: Mapping[str, Any]) -> str:
    path = str(credentials.get("path") or ":memory:")
    if path == ":memory:":
        raise ConfigurationError(
            "profiles.yml: the duckdb target has path ':memory:', which no other "
            "process can see; name a file that dbt and outhaul share"
        )
    return os.path.abspath(path)


def _lock_of(path: str) -> threading.Lock:
    """One lock a file: threads of this process take turns as processes do."""
    with _locks_guard:
        return _locks.setdefault(os.path.realpath(path), threading.Lock())
