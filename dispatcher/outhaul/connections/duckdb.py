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
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from outhaul.connections.adapter import Adapter, named_database
from outhaul.connections.base import import_driver
from outhaul.connections.dialect import Dialect
from outhaul.connections.duckdb_values import rows_of
from outhaul.connections.sessions import SessionConnection
from outhaul.errors import ConfigurationError, OuthaulError, WarehouseUnreachable

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
_LOCKED = ("Could not set lock", "Conflicting lock")
_NOW = "(now() at time zone 'utc')"

_locks: dict[str, threading.Lock] = {}
_locks_guard = threading.Lock()


class DuckDBConnection(SessionConnection):
    """A DuckDB file that is open only while a statement runs."""

    keeps_session = False

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
        self._own_settings = dict(credentials.get("settings") or {})
        self._extensions = list(credentials.get("extensions") or [])
        self._wait = lock_wait_seconds
        self._clock = clock
        super().__init__(
            ADAPTER,
            f"the DuckDB file {self._path}",
            (self._driver.Error, ValueError),
            sleep=sleep,
        )
        self._turn = _lock_of(self._path)

    def _open(self) -> Any:
        if not os.path.exists(self._path):
            raise ConfigurationError(
                f"there is no DuckDB file {self._path}; run 'dbt build' first. A "
                f"relative path in profiles.yml counts from the working directory"
            )
        return self._driver.connect(self._path, config=self._config)

    def _opening_pauses(self) -> Iterator[float]:
        """Short ones at first, as a statement of another process may be, to 1 s."""
        deadline = self._clock() + self._wait
        pause = 0.05
        while (left := deadline - self._clock()) > 0:
            yield min(pause, left)
            pause = min(pause * 1.5, 1.0)

    def _unopened(self, error: Exception) -> tuple[OuthaulError, bool]:
        failure, _ = super()._unopened(error)
        if not any(text in str(error) for text in _LOCKED):
            return failure, False
        waited = f"{failure}; waited {self._wait:g} s for its lock"
        return WarehouseUnreachable(waited), True

    def _prepare(self, session: Any) -> None:
        """Extensions and settings as dbt-duckdb applies them; ours come last."""
        step = "extensions"
        try:
            for extension in self._extensions:
                named = isinstance(extension, dict)
                session.load_extension(extension["name"] if named else extension)
            step = "settings"
            for name, value in self._own_settings.items():
                text = str(value).replace("'", "''")
                session.execute(f"set {name} = '{text}'")
            super()._prepare(session)
            return
        except (self._driver.Error, KeyError) as error:
            problem = type(error).__name__
        raise ConfigurationError(
            f"profiles.yml: DuckDB refused the '{step}' of the target ({problem}); "
            f"check that 'dbt debug' accepts them"
        )

    def _cursor(self, session: Any) -> AbstractContextManager[Any]:
        """The connection itself: a cursor would be another one, without settings."""
        return nullcontext(session)


def opens_natively(credentials: Mapping[str, Any]) -> bool:
    """Whether the profile asks for nothing but a local file."""
    path = str(credentials.get("path") or ":memory:")
    local = "://" not in path and not path.startswith(("md:", "motherduck:"))
    used = {key for key, value in credentials.items() if value not in (None, [], {})}
    return local and not path.startswith("ducklake:") and used <= _KEYS


def _database(credentials: Mapping[str, Any]) -> str:
    """DuckDB names the catalog after the file, up to its first dot."""
    path = Path(str(credentials.get("path") or "memory"))
    return named_database(credentials) or path.name.lstrip(".").split(".")[0]


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


ADAPTER = Adapter(
    name="duckdb",
    dialect=Dialect(
        quote='"',
        now=_NOW,
        after=lambda seconds: f"({_NOW} + interval '{seconds} seconds')",
        since=lambda instant: f"extract(epoch from ({_NOW} - {instant}))",
    ),
    database=_database,
    default_schema="main",
    session=("set TimeZone = 'UTC'", "set preserve_insertion_order = true"),
    placeholder="?",
    query=rows_of,
    dbt_keys={"keep_open": False},  # or the file stays locked until the process ends
    opens_natively=opens_natively,
    connection=DuckDBConnection,
)
