"""Redshift through redshift_connector, with the keys of dbt-redshift's profile.

https://docs.getdbt.com/docs/core/connect-data-platform/redshift-setup
Users and passwords of the database are known here; IAM goes through dbt's adapter.
"""

from __future__ import annotations

import random
import re
import select
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from outhaul.connections.base import affected_rows, import_driver, whole_number
from outhaul.connections.failures import is_conflict, unreachable, warehouse_error
from outhaul.connections.placeholders import check_placeholders
from outhaul.connections.redshift_values import SESSION, register_types, rows_of
from outhaul.errors import ConfigurationError, WarehouseError, WarehouseUnreachable

# What stands in the way of a statement is gone soon, or will stay for long.
_ATTEMPTS = 6
_KEEPALIVES = ("tcp_keepalive_idle", "tcp_keepalive_interval", "tcp_keepalive_count")
_PLAIN_ROLE = re.compile(r'[A-Za-z_][\w$]*|"[^"]+"')


def opens_natively(credentials: Mapping[str, Any]) -> bool:
    """Whether the profile has a user of the database, and no identity provider."""
    return credentials.get("method") in (None, "database")


def open_connection(credentials: Mapping[str, Any]) -> RedshiftConnection:
    """The connection of a profile; contacts nothing yet."""
    return RedshiftConnection(credentials)


class RedshiftConnection:
    """One connection, opened by the first statement.

    A connection that turns out to be dropped before a statement is sent is opened
    again, once. A statement that may have run is never sent again; one that gave way
    to a concurrent one did not, and is tried a few times more.
    """

    adapter_type = "redshift"

    def __init__(
        self,
        credentials: Mapping[str, Any],
        *,
        sleep: Callable[[float], None] = time.sleep,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._driver = import_driver("redshift_connector", "redshift")
        self._options = connect_options(credentials)
        self._role = credentials.get("role")
        self._query_group = str(credentials.get("query_group") or "outhaul")
        self._retries = whole_number(credentials, "retries", 1)
        self._secrets = [str(self._options["password"])]
        self._sleep = sleep
        self._uniform = uniform
        self._lock = threading.Lock()
        self._connection: Any = None

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self._run(sql, parameters, rows_of)
        return found

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        return int(self._run(sql, parameters, affected_rows))

    def close(self) -> None:
        with self._lock:
            self._discard()

    def _run(
        self, sql: str, parameters: Sequence[Any], read: Callable[[Any], Any]
    ) -> Any:
        check_placeholders(sql, parameters)
        with self._lock:
            for attempt in range(1, _ATTEMPTS + 1):
                failure: WarehouseError
                try:
                    return self._execute(self._usable(), sql, parameters, read)
                except (self._driver.Error, OSError, ValueError, UnicodeError) as error:
                    gave_way = is_conflict(error)
                    lost = _is_lost(error, self._driver)
                    failure = warehouse_error(
                        error,
                        sql=sql,
                        parameters=parameters,
                        secrets=self._secrets,
                        user=str(self._options["user"]),
                        lost=lost,
                    )
                if lost:
                    self._discard()
                if not gave_way or attempt == _ATTEMPTS:
                    raise failure
                self._sleep(self._uniform(0, 0.1 * 2**attempt))
        raise AssertionError("the last attempt returns or raises")

    @staticmethod
    def _execute(
        connection: Any,
        sql: str,
        parameters: Sequence[Any],
        read: Callable[[Any], Any],
    ) -> Any:
        cursor = connection.cursor()
        cursor.paramstyle = "qmark"
        cursor.execute(sql, tuple(parameters) or None)
        return read(cursor)

    def _usable(self) -> Any:
        """The open connection, or a new one where it was dropped while idle."""
        if self._connection is not None and not self._is_alive():
            self._discard()
        if self._connection is None:
            self._connection = self._open()
        return self._connection

    def _is_alive(self) -> bool:
        """Whether the server still listens; asks it only when it has said something."""
        try:
            readable, _, _ = select.select([self._connection._usock], [], [], 0)
            if readable:
                self._connection.cursor().execute("select 1")
        except (self._driver.Error, OSError, ValueError):
            return False
        return True

    def _discard(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except (self._driver.Error, OSError):
                return  # it was closed by the server

    def _open(self) -> Any:
        """Connect, trying again as often as the profile's `retries` says."""
        for attempt in range(max(0, self._retries) + 1):
            self._sleep(attempt * attempt)
            try:
                return self._prepared(self._driver.connect(**self._options))
            except (self._driver.Error, OSError) as error:
                message = unreachable(error, _place(self._options), self._secrets)
        raise WarehouseUnreachable(message)

    def _prepared(self, connection: Any) -> Any:
        connection.autocommit = True
        register_types(connection)
        cursor = connection.cursor()
        for setting in SESSION:
            cursor.execute(setting)
        group = self._query_group.replace("'", "''")
        cursor.execute(f"set query_group to '{group}'")
        if self._role:
            cursor.execute(f"set role {_role(str(self._role))}")
        return connection


def connect_options(credentials: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of redshift_connector's `connect` for a dbt-redshift profile."""
    given = {
        "host": credentials.get("host"),
        "user": credentials.get("user"),
        "password": credentials.get("password") or credentials.get("pass"),
        "dbname": credentials.get("dbname") or credentials.get("database"),
    }
    missing = [key for key, value in given.items() if not value]
    if missing:
        raise ConfigurationError(
            f"profiles.yml: the redshift target has no {', '.join(missing)}"
        )
    sslmode = str(credentials.get("sslmode") or "prefer")
    options: dict[str, Any] = {
        "host": given["host"],
        "port": whole_number(credentials, "port", 5439),
        "user": given["user"],
        "password": given["password"],
        "database": given["dbname"],
        "timeout": whole_number(credentials, "connect_timeout", 0) or None,
        "application_name": "outhaul",
        # as dbt-redshift has it: the driver knows only these two ways to verify
        "ssl": sslmode != "disable",
        "sslmode": "verify-full" if sslmode == "verify-full" else "verify-ca",
        "tcp_keepalive": credentials.get("tcp_keepalive", True),
    }
    options |= {
        key: whole_number(credentials, key, 0)
        for key in _KEEPALIVES
        if credentials.get(key) is not None
    }
    return options


def _place(options: Mapping[str, Any]) -> str:
    return f"Redshift at {options['host']}, port {options['port']}"


def _role(role: str) -> str:
    """As dbt writes it, which is bare; anything that is no name is quoted."""
    if _PLAIN_ROLE.fullmatch(role):
        return role
    return '"' + role.replace('"', '""') + '"'


def _is_lost(error: BaseException, driver: Any) -> bool:
    """Whether the connection broke: the server's own errors have fields."""
    if isinstance(error, (driver.InterfaceError, OSError)):
        return True
    return not error.args and isinstance(error, driver.Error)
