"""Databricks through databricks-sql-connector, with the keys of its dbt profile.

https://docs.getdbt.com/docs/core/connect-data-platform/databricks-setup
Tokens and OAuth of a service principal are known here; all else, such as a log-in in
the browser, goes through dbt's adapter.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from typing import Any

from outhaul.connections.adapter import Adapter
from outhaul.connections.base import import_driver, refuse_missing
from outhaul.connections.databricks_values import rows_of
from outhaul.connections.dialect import Dialect, selected_rows
from outhaul.connections.failures import is_conflict
from outhaul.connections.sessions import SessionConnection

# What an idle session is told before anything of a statement has run.
_ENDED = ("Invalid SessionHandle", "INVALID_HANDLE", "session is closed")


class DatabricksConnection(SessionConnection):
    """One session of databricks-sql-connector."""

    # A concurrent write of the same table, which may be a large one, ends within a
    # minute: eight attempts wait for 51 seconds at most.
    attempts = 8
    pause = 0.4

    def __init__(
        self,
        credentials: Mapping[str, Any],
        *,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._driver = import_driver("databricks.sql", "databricks")
        # The driver lets those of its transport out.
        http_error = import_driver("urllib3.exceptions", "databricks").HTTPError
        self._no_answer = (self._driver.RequestError, http_error, OSError)
        self._options = connect_options(credentials)
        secrets = (credentials.get("token"), credentials.get("client_secret"))
        super().__init__(
            ADAPTER,
            f"Databricks at {credentials['host']}",
            (self._driver.Error, http_error, OSError, ValueError),
            secrets=[str(secret) for secret in secrets if secret],
            sleep=sleep,
            chance=chance,
        )

    def _open(self) -> Any:
        return self._driver.connect(**self._options)

    def _has_ended(self, error: Exception) -> bool:
        return any(text in str(error) for text in _ENDED)

    def _is_lost(self, error: Exception) -> bool:
        return isinstance(error, self._no_answer)

    def _gave_way(self, error: Exception) -> bool:
        return is_conflict(error)


def opens_natively(credentials: Mapping[str, Any]) -> bool:
    """Whether the profile has a token, or the secret of a service principal."""
    secret = credentials.get("client_id") and credentials.get("client_secret")
    if credentials.get("azure_client_id") or credentials.get("compute"):
        return False
    return bool(credentials.get("token") or secret)


def connect_options(credentials: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of the driver's `connect` for a dbt-databricks profile."""
    needed = ("host", "http_path")
    refuse_missing("databricks", [key for key in needed if not credentials.get(key)])
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


ADAPTER = Adapter(
    name="databricks",
    dialect=Dialect(
        quote="`",
        # A moment: in a session in UTC, as ours are, it reads like a clock in UTC.
        now="current_timestamp()",
        after=lambda n: f"timestampadd(second, {n}, current_timestamp())",
        since=lambda instant: (
            f"(unix_micros(current_timestamp()) - unix_micros({instant})) / 1000000.0"
        ),
        rows=lambda columns, count: selected_rows(columns, count, "string"),
        # https://docs.databricks.com/dev-tools/python-sql-connector.html
        parameters=255,
    ),
    session=("set time zone 'UTC'",),
    placeholder="?",
    rows=rows_of,
    opens_natively=opens_natively,
    connection=DatabricksConnection,
)
