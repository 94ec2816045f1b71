"""PostgreSQL through psycopg2, with the keys of dbt-postgres' profile.

https://docs.getdbt.com/docs/core/connect-data-platform/postgres-setup
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from outhaul.connections.adapter import Adapter
from outhaul.connections.base import (
    import_driver,
    refuse_missing,
    role_name,
    whole_number,
)
from outhaul.connections.dialect import Dialect
from outhaul.connections.postgres_values import SESSION, prepared, rows_of
from outhaul.connections.sessions import SessionConnection, has_news, squares
from outhaul.errors import OuthaulError

_NOW = "(clock_timestamp() at time zone 'utc')"
_SSL_KEYS = ("sslmode", "sslcert", "sslkey", "sslrootcert")


class PostgresConnection(SessionConnection):
    """One connection of psycopg2."""

    def __init__(
        self,
        credentials: Mapping[str, Any],
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._driver = import_driver("psycopg2", "postgres")
        import_driver("psycopg2.extras", "postgres")
        self._options = connect_options(credentials)
        role = str(credentials.get("role") or "")
        super().__init__(
            ADAPTER,
            f"PostgreSQL at {self._options['host']}, port {self._options['port']}",
            (self._driver.Error, ValueError),
            secrets=[str(self._options.get("password") or "")],
            user=role or str(self._options["user"]),
            settings=[f"set role {role_name(role)}"] if role else [],
            pauses=squares(whole_number(credentials, "retries", 1)),
            sleep=sleep,
        )

    def _open(self) -> Any:
        connection = self._driver.connect(**self._options)
        connection.autocommit = True
        return prepared(connection)

    def _unopened(self, error: Exception) -> tuple[OuthaulError, bool]:
        failure, _ = super()._unopened(error)
        return failure, isinstance(error, self._driver.OperationalError)

    def _is_alive(self, session: Any) -> bool:
        """An idle connection has news when the server closes it or sends a notice.

        Which of the two it was, a harmless statement tells.
        """
        if session.closed:
            return False
        try:
            if has_news(session):
                with session.cursor() as cursor:
                    cursor.execute("select 1")
        except self._driver.Error:
            return False
        return True

    def _is_lost(self, error: Exception) -> bool:
        return bool(self._session.closed)


def connect_options(credentials: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of psycopg2's `connect` for a dbt-postgres profile."""
    missing = [key for key in ("host", "user") if not credentials.get(key)]
    database = credentials.get("dbname") or credentials.get("database")
    missing += [] if database else ["dbname"]
    refuse_missing("postgres", missing)
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


ADAPTER = Adapter(
    name="postgres",
    dialect=Dialect(
        quote='"',
        now=_NOW,
        after=lambda seconds: f"({_NOW} + interval '{seconds} seconds')",
        since=lambda instant: f"extract(epoch from ({_NOW} - {instant}))",
        # A build holds its row until it commits: a sync is busy, and does not wait.
        lock_rows=" for update skip locked",
    ),
    session=SESSION,
    prepared=prepared,
    rows=rows_of,
    opens_natively=lambda credentials: True,  # every key of its profile is known here
    connection=PostgresConnection,
)
