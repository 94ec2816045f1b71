"""Snowflake through its own driver, with the keys of dbt-snowflake's profile.

Values are bound by the server (`?`), so none stands in the text of a query history. A
request that got no answer is repeated by the driver under its first id, which Snowflake
does not run twice. Results come as Arrow, in chunks that are fetched one by one.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from outhaul.connections.base import import_driver
from outhaul.connections.failures import unreachable
from outhaul.connections.labels import labels
from outhaul.connections.placeholders import check_placeholders
from outhaul.connections.snowflake_failures import (
    has_ended,
    may_be_repeated,
    refused_login,
    statement_error,
)
from outhaul.connections.snowflake_login import (
    connect_options,
    logs_in_directly,
    secrets_of,
    whole_number,
)
from outhaul.connections.snowflake_values import rows_of, written_rows
from outhaul.errors import WarehouseError, WarehouseUnreachable

# How often a statement that certainly changed nothing is run, before we give up.
_ATTEMPTS = 6


def opens_natively(credentials: Mapping[str, Any]) -> bool:
    """Whether the profile logs in by password, key pair or token, without a proxy."""
    return logs_in_directly(credentials)


def open_connection(credentials: Mapping[str, Any]) -> SnowflakeConnection:
    """The connection of a profile; contacts nothing yet."""
    return SnowflakeConnection(credentials)


class SnowflakeConnection:
    """One session, opened by the first statement.

    A session that has ended is opened again, once: a statement of such a session is
    refused before it runs. One that may have run is never sent again.

    sleep, chance: of the pauses before something is repeated.
    """

    adapter_type = "snowflake"

    def __init__(
        self,
        credentials: Mapping[str, Any],
        *,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._driver = import_driver("snowflake.connector", "snowflake")
        self._options = connect_options(credentials)
        self._has_own_tag = bool(credentials.get("query_tag"))
        self._retries = whole_number(credentials, "connect_retries", 1)
        self._pause = whole_number(credentials, "connect_timeout", -1)
        self._secrets = secrets_of(credentials)
        self._sleep = sleep
        self._chance = chance
        self._lock = threading.Lock()
        self._session: Any = None

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self._run(sql, parameters, rows_of)
        return found

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        return int(self._run(sql, parameters, written_rows))

    def close(self) -> None:
        with self._lock:
            self._end()

    def _run(
        self, sql: str, parameters: Sequence[Any], read: Callable[[Any], Any]
    ) -> Any:
        check_placeholders(sql, parameters)
        with self._lock:
            for attempt in range(_ATTEMPTS):
                was_open = self._session is not None
                session = self._usable()
                failure: WarehouseError
                try:
                    with session.cursor() as cursor:
                        cursor.execute(
                            sql, list(parameters) or None, _statement_params=self._tag()
                        )
                        return read(cursor)
                except self._driver.Error as error:
                    ended, repeats = has_ended(error), may_be_repeated(error)
                    failure = self._failure(error, parameters)
                except (OSError, OverflowError, ValueError) as error:
                    ended = repeats = False
                    failure = self._failure(error, parameters)
                if ended or isinstance(failure, WarehouseUnreachable):
                    self._end()
                if not repeats and not (ended and was_open):
                    break
                if repeats:
                    self._sleep(self._chance() * 2**attempt)
        raise failure

    def _failure(
        self, error: BaseException, parameters: Sequence[Any]
    ) -> WarehouseError:
        role = str(self._options.get("role") or "")
        return statement_error(error, parameters, self._secrets, role)

    def _tag(self) -> dict[str, str] | None:
        """What the query history shows beside this statement: its activation."""
        activation = labels().get("activation")
        if self._has_own_tag or activation is None:
            return None
        return {"QUERY_TAG": f"outhaul {activation}"}

    def _usable(self) -> Any:
        """The session, which is opened as often as `connect_retries` says."""
        for attempt in range(max(0, self._retries) + 1):
            if self._session is not None:
                break
            self._sleep(attempt * (self._pause if self._pause >= 0 else attempt))
            try:
                self._session = self._driver.connect(**self._options)
                break
            except self._driver.Error as error:
                refusal = refused_login(error, self._options, self._secrets)
                place = f"Snowflake, account '{self._options['account']}'"
                message = unreachable(error, place, self._secrets)
                message += "; check 'account' in profiles.yml"
            if refusal is not None:
                raise refusal
        if self._session is None:
            raise WarehouseUnreachable(message)
        return self._session

    def _end(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            try:
                session.close()
            except (self._driver.Error, OSError):
                return  # it was gone already
