"""PostgreSQL through psycopg2, with the keys of dbt-postgres' profile.

https://docs.getdbt.com/docs/core/connect-data-platform/postgres-setup
"""

from __future__ import annotations

import re
import select
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from outhaul.connections.base import affected_rows, import_driver, whole_number
from outhaul.connections.failures import unreachable, warehouse_error
from outhaul.connections.placeholders import check_placeholders, to_format_style
from outhaul.connections.postgres_values import SESSION, register_types, rows_of
from outhaul.errors import ConfigurationError, WarehouseError, WarehouseUnreachable

_SSL_KEYS = ("sslmode", "sslcert", "sslkey", "sslrootcert")
_PLAIN_ROLE = re.compile(r'[A-Za-z_][\w$]*|"[^"]+"')


def opens_natively(credentials: Mapping[str, Any]) -> bool:
    """Every key of dbt-postgres' profile is known here."""
    return True


def open_connection(credentials: Mapping[str, Any]) -> PostgresConnection:
    """The connection of a profile; contacts nothing yet."""
    return PostgresConnection(credentials)


class PostgresConnection:
    """One psycopg2 connection, opened by the first statement.

    A connection that turns out to be dropped before a statement is sent is
    opened again, once; a statement that may have run is never sent again.
    """

    adapter_type = "postgres"

    def __init__(
        self,
        credentials: Mapping[str, Any],
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._driver = import_driver("psycopg2", "postgres")
        import_driver("psycopg2.extras", "postgres")
        self._options = connect_options(credentials)
        self._role = credentials.get("role")
        self._retries = whole_number(credentials, "retries", 1)
        self._secrets = [str(self._options.get("password") or "")]
        self._sleep = sleep
        self._lock = threading.Lock()
        self._connection: Any = None

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self._run(sql, parameters, rows_of)
        return found

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        return int(self._run(sql, parameters, affected_rows))

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _run(
        self, sql: str, parameters: Sequence[Any], read: Callable[[Any], Any]
    ) -> Any:
        check_placeholders(sql, parameters)
        statement = to_format_style(sql) if parameters else sql
        with self._lock:
            connection = self._usable()
            failure: WarehouseError
            try:
                with connection.cursor() as cursor:
                    cursor.execute(statement, tuple(parameters) or None)
                    return read(cursor)
            except (self._driver.Error, ValueError, UnicodeError) as error:
                failure = warehouse_error(
                    error,
                    sql=sql,
                    parameters=parameters,
                    secrets=self._secrets,
                    user=str(self._role or self._options["user"]),
                    lost=bool(connection.closed),
                )
            raise failure

    def _usable(self) -> Any:
        """The open connection, or a new one where it was dropped while idle."""
        if self._connection is None or not self._is_alive():
            self._connection = self._open()
        return self._connection

    def _is_alive(self) -> bool:
        """Whether the server still listens; asks it only when it has said something.

        An idle connection becomes readable when the server closes it or sends a
        notice; which of the two it was, a harmless statement tells.
        """
        if self._connection.closed:
            return False
        readable, _, _ = select.select([self._connection.fileno()], [], [], 0)
        if not readable:
            return True
        try:
            with self._connection.cursor() as cursor:
                cursor.execute("select 1")
        except self._driver.Error:
            self._connection.close()
            return False
        return True

    def _open(self) -> Any:
        """Connect, trying again as often as the profile's `retries` says."""
        for attempt in range(max(0, self._retries) + 1):
            self._sleep(attempt * attempt)
            try:
                return self._prepared(self._driver.connect(**self._options))
            except self._driver.OperationalError as error:
                message = unreachable(error, _place(self._options), self._secrets)
            except self._driver.Error as error:
                message = unreachable(error, _place(self._options), self._secrets)
                break
        raise WarehouseUnreachable(message)

    def _prepared(self, connection: Any) -> Any:
        connection.autocommit = True
        register_types(connection)
        with connection.cursor() as cursor:
            cursor.execute(SESSION)
            if self._role:
                cursor.execute(f"set role {_role(str(self._role))}")
        return connection


def connect_options(credentials: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of psycopg2's `connect` for a dbt-postgres profile."""
    missing = [key for key in ("host", "user") if not credentials.get(key)]
    database = credentials.get("dbname") or credentials.get("database")
    missing += [] if database else ["dbname"]
    if missing:
        raise ConfigurationError(
            f"profiles.yml: the postgres target has no {', '.join(missing)}"
        )
    options: dict[str, Any] = {
        "host": credentials["host"],
        "port": whole_number(credentials, "port", 5432),
        "user": credentials["user"],
        "password": credentials.get("password") or credentials.get("pass"),
        "dbname": database,
        "connect_timeout": whole_number(credentials, "connect_timeout", 10),
        "application_name": credentials.get("application_name") or "outhaul",
        "client_encoding": "UTF8",
    }
    options |= {key: credentials[key] for key in _SSL_KEYS if credentials.get(key)}
    keepalives = whole_number(credentials, "keepalives_idle", 0)
    if keepalives:  # 0 is no valid socket option; it means: the system's default
        options["keepalives_idle"] = keepalives
    if credentials.get("search_path"):
        path = str(credentials["search_path"]).replace(" ", "\\ ")
        options["options"] = f"-c search_path={path}"
    return options


def _place(options: Mapping[str, Any]) -> str:
    return f"PostgreSQL at {options['host']}, port {options['port']}"


def _role(role: str) -> str:
    """As dbt writes it, which is bare; anything that is no name is quoted."""
    if _PLAIN_ROLE.fullmatch(role):
        return role
    return '"' + role.replace('"', '""') + '"'
