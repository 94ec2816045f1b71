"""Databricks through databricks-sql-connector, with the keys of its dbt profile.

https://docs.getdbt.com/docs/core/connect-data-platform/databricks-setup
Tokens and OAuth of a service principal are known here; all else, such as a log-in in
the browser, goes through dbt's adapter.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from outhaul.connections.base import affected_rows, import_driver
from outhaul.connections.databricks_values import rows_of
from outhaul.connections.failures import is_conflict, unreachable, warehouse_error
from outhaul.connections.placeholders import check_placeholders
from outhaul.errors import ConfigurationError, WarehouseError, WarehouseUnreachable

# A concurrent write of the same table is over soon.
_ATTEMPTS = 8
# What an idle session is told before anything of a statement has run.
_ENDED = ("Invalid SessionHandle", "INVALID_HANDLE", "session is closed")


def opens_natively(credentials: Mapping[str, Any]) -> bool:
    """Whether the profile has a token, or the secret of a service principal."""
    secret = credentials.get("client_id") and credentials.get("client_secret")
    if credentials.get("azure_client_id") or credentials.get("compute"):
        return False
    return bool(credentials.get("token") or secret)


def open_connection(credentials: Mapping[str, Any]) -> DatabricksConnection:
    """The connection of a profile; contacts nothing yet."""
    return DatabricksConnection(credentials)


class DatabricksConnection:
    """One session, opened by the first statement.

    A session that has ended while idle is opened again, once. A statement that may have
    run is never sent again; one that gave way to a concurrent one did not, and is tried
    a few times more.
    """

    adapter_type = "databricks"

    def __init__(
        self,
        credentials: Mapping[str, Any],
        *,
        sleep: Callable[[float], None] = time.sleep,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._driver = import_driver("databricks.sql", "databricks")
        self._options = connect_options(credentials)
        self._place = f"Databricks at {credentials['host']}"
        self._secrets = [
            str(credentials[key])
            for key in ("token", "client_secret")
            if credentials.get(key)
        ]
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
            was_idle = self._connection is not None
            for attempt in range(1, _ATTEMPTS + 1):
                failure: WarehouseError
                if self._connection is None:
                    self._connection = self._open()
                try:
                    return self._execute(sql, parameters, read)
                except (self._driver.Error, OSError, ValueError) as error:
                    gave_way = is_conflict(error)
                    ended = any(text in str(error) for text in _ENDED)
                    lost = isinstance(error, (self._driver.RequestError, OSError))
                    failure = warehouse_error(
                        error,
                        sql=sql,
                        parameters=parameters,
                        secrets=self._secrets,
                        lost=lost,
                    )
                if lost or ended:
                    self._discard()
                if ended and was_idle:
                    was_idle = False
                    continue
                if not gave_way or attempt == _ATTEMPTS:
                    raise failure
                self._sleep(self._uniform(0, 0.2 * 2**attempt))
        raise AssertionError("the last attempt returns or raises")

    def _execute(
        self, sql: str, parameters: Sequence[Any], read: Callable[[Any], Any]
    ) -> Any:
        with self._connection.cursor() as cursor:
            cursor.execute(sql, list(parameters) or None)
            return read(cursor)

    def _discard(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(self._driver.Error, OSError):  # it had ended by itself
                connection.close()

    def _open(self) -> Any:
        try:
            connection = self._driver.connect(**self._options)
            with connection.cursor() as cursor:
                cursor.execute("set time zone 'UTC'")
            return connection
        except (self._driver.Error, OSError, ValueError) as error:
            message = unreachable(error, self._place, self._secrets)
        raise WarehouseUnreachable(message)


def connect_options(credentials: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of the driver's `connect` for a dbt-databricks profile."""
    missing = [key for key in ("host", "http_path") if not credentials.get(key)]
    if missing:
        raise ConfigurationError(
            f"profiles.yml: the databricks target has no {', '.join(missing)}"
        )
    host = str(credentials["host"]).removeprefix("https://").rstrip("/")
    options: dict[str, Any] = {
        "server_hostname": host,
        "http_path": credentials["http_path"],
        "catalog": credentials.get("catalog") or credentials.get("database"),
        "schema": credentials.get("schema"),
        "session_configuration": credentials.get("session_properties"),
        "user_agent_entry": "outhaul",
        # Through pandas, NaN would come back as null, and an array as numpy's.
        "_disable_pandas": True,
        **(credentials.get("connection_parameters") or {}),
    }
    if options.get("http_headers"):
        options["http_headers"] = list(dict(options["http_headers"]).items())
    if credentials.get("token"):
        return options | {"access_token": credentials["token"]}
    return options | {"credentials_provider": _service_principal(host, credentials)}


def _service_principal(
    host: str, credentials: Mapping[str, Any]
) -> Callable[[], Callable[[], Mapping[str, str]]]:
    """Tokens for a service principal; asked for when the connection is opened."""

    def provider() -> Callable[[], Mapping[str, str]]:
        sdk = import_driver("databricks.sdk.core", "databricks")
        config = sdk.Config(
            host=f"https://{host}",
            client_id=credentials["client_id"],
            client_secret=credentials["client_secret"],
        )
        found: Callable[[], Mapping[str, str]] = sdk.oauth_service_principal(config)
        return found

    return provider
