"""Redshift through redshift_connector, with the keys of dbt-redshift's profile.

https://docs.getdbt.com/docs/core/connect-data-platform/redshift-setup
Users and passwords of the database are known here; IAM goes through dbt's adapter.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from outhaul.connections.adapter import Adapter
from outhaul.connections.base import (
    import_driver,
    refuse_missing,
    role_name,
    whole_number,
)
from outhaul.connections.dialect import Dialect, selected_rows
from outhaul.connections.failures import is_conflict
from outhaul.connections.redshift_values import SESSION, prepared, rows_of
from outhaul.connections.sessions import SessionConnection, has_news, squares

_KEEPALIVES = ("tcp_keepalive_idle", "tcp_keepalive_interval", "tcp_keepalive_count")


class RedshiftConnection(SessionConnection):
    """One connection of redshift_connector."""

    # What stands in the way of a statement is gone within seconds, or stays for long:
    # six attempts wait for six seconds at most.
    attempts = 6
    pause = 0.2

    def __init__(
        self,
        credentials: Mapping[str, Any],
        *,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._driver = import_driver("redshift_connector", "redshift")
        self._options = connect_options(credentials)
        super().__init__(
            ADAPTER,
            f"Redshift at {self._options['host']}, port {self._options['port']}",
            (self._driver.Error, OSError, ValueError),
            secrets=[str(self._options["password"])],
            user=str(self._options["user"]),
            settings=_settings(credentials),
            pauses=squares(whole_number(credentials, "retries", 1)),
            sleep=sleep,
            chance=chance,
        )

    def _open(self) -> Any:
        connection = self._driver.connect(**self._options)
        connection.autocommit = True
        return prepared(connection)

    def _is_alive(self, session: Any) -> bool:
        try:
            if has_news(session._usock):
                session.cursor().execute("select 1")
        except self._errors:
            return False
        return True

    @contextmanager
    def _cursor(self, session: Any) -> Iterator[Any]:
        """In the driver's other style, a `%` of the statement would be refused."""
        cursor = session.cursor()
        cursor.paramstyle = "qmark"
        yield cursor

    def _execute(self, cursor: Any, sql: str, parameters: Sequence[Any]) -> None:
        cursor.execute(sql, list(parameters) or None)

    def _is_lost(self, error: Exception) -> bool:
        """The server's own errors have fields."""
        if isinstance(error, (self._driver.InterfaceError, OSError)):
            return True
        return not error.args and isinstance(error, self._driver.Error)

    def _gave_way(self, error: Exception) -> bool:
        return is_conflict(error)


def opens_natively(credentials: Mapping[str, Any]) -> bool:
    """Whether the profile has a user of the database, and no identity provider."""
    return credentials.get("method") in (None, "database")


def _settings(credentials: Mapping[str, Any]) -> list[str]:
    """What the profile says of each session."""
    group = str(credentials.get("query_group") or "outhaul").replace("'", "''")
    settings = [f"set query_group to '{group}'"]
    if credentials.get("role"):
        settings.append(f"set role {role_name(str(credentials['role']))}")
    return settings


def connect_options(credentials: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of redshift_connector's `connect` for a dbt-redshift profile."""
    given = {
        "host": credentials.get("host"),
        "user": credentials.get("user"),
        "password": credentials.get("password") or credentials.get("pass"),
        "dbname": credentials.get("dbname") or credentials.get("database"),
    }
    refuse_missing("redshift", [key for key, value in given.items() if not value])
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


ADAPTER = Adapter(
    name="redshift",
    dialect=Dialect(
        quote='"',
        # The beginning of the transaction, so of the statement; getdate() knows no
        # fractions of a second.
        now="sysdate",
        after=lambda seconds: f"dateadd(second, {seconds}, sysdate)",
        since=lambda instant: f"datediff(millisecond, {instant}, sysdate) / 1000.0",
        # "text" has 256 bytes there
        rows=lambda columns, count: selected_rows(columns, count, "varchar(65535)"),
    ),
    session=SESSION,
    prepared=prepared,
    rows=rows_of,
    opens_natively=opens_natively,
    connection=RedshiftConnection,
)
