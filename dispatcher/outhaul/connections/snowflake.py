"""Snowflake through its own driver, with the keys of dbt-snowflake's profile.

Values are bound by the server (`?`), so none stands in the text of a query history. A
request that got no answer is repeated by the driver under its first id, which Snowflake
does not run twice. Results come as Arrow, in chunks that are fetched one by one.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from outhaul.connections.adapter import Adapter
from outhaul.connections.base import import_driver, whole_number
from outhaul.connections.dialect import Dialect
from outhaul.connections.labels import labels
from outhaul.connections.sessions import SessionConnection, squares
from outhaul.connections.snowflake_failures import (
    broke,
    has_ended,
    may_be_repeated,
    refused_login,
    statement_error,
)
from outhaul.connections.snowflake_login import (
    connect_options,
    logs_in_directly,
    secrets_of,
)
from outhaul.connections.snowflake_values import rows_of, written_rows
from outhaul.errors import OuthaulError, WarehouseUnreachable

_PLAIN_NAME = re.compile(r"[A-Za-z_][\w$]*", re.ASCII)


class SnowflakeConnection(SessionConnection):
    """One session of Snowflake's driver, which puts it in UTC as it opens it."""

    # A statement is refused where too many wait for the same table already, which may
    # take long to pass: six attempts wait for half a minute at most.
    attempts = 6

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
        super().__init__(
            ADAPTER,
            f"Snowflake, account '{self._options['account']}'",
            (self._driver.Error, OSError, OverflowError, ValueError),
            secrets=secrets_of(credentials),
            user=str(self._options.get("role") or ""),
            pauses=_pauses(credentials),
            sleep=sleep,
            chance=chance,
        )

    def _open(self) -> Any:
        return self._driver.connect(**self._options)

    def _prepare(self, session: Any) -> None:
        """The options have said all, without a statement."""

    def _unopened(self, error: Exception) -> tuple[OuthaulError, bool]:
        refusal = refused_login(error, self._options, self._secrets)
        if refusal is not None:
            return refusal, False
        failure, _ = super()._unopened(error)
        message = f"{failure}; check 'account' in profiles.yml"
        return WarehouseUnreachable(message), True

    def _execute(self, cursor: Any, sql: str, parameters: Sequence[Any]) -> None:
        cursor.execute(sql, list(parameters) or None, _statement_params=self._tag())

    def _tag(self) -> dict[str, str] | None:
        """What the query history shows beside this statement: its activation."""
        activation = labels().get("activation")
        if self._has_own_tag or activation is None:
            return None
        return {"QUERY_TAG": f"outhaul {activation}"}

    def _has_ended(self, error: Exception) -> bool:
        return has_ended(error)

    def _is_lost(self, error: Exception) -> bool:
        return broke(error)

    def _gave_way(self, error: Exception) -> bool:
        return may_be_repeated(error)


def _pauses(credentials: Mapping[str, Any]) -> list[float]:
    retries = whole_number(credentials, "connect_retries", 1)
    pause = whole_number(credentials, "connect_timeout", -1)
    if pause < 0:
        return squares(retries)
    return [float(attempt * pause) for attempt in range(1, retries + 1)]


def _upper_case(name: str) -> str:
    """Snowflake stores names so that are written without quotes, as dbt does there."""
    return name.upper() if _PLAIN_NAME.fullmatch(name) else name


ADAPTER = Adapter(
    name="snowflake",
    dialect=Dialect(
        quote='"',
        now="sysdate()",
        after=lambda seconds: f"dateadd('second', {seconds}, sysdate())",
        since=lambda instant: f"datediff('millisecond', {instant}, sysdate()) / 1000",
        stored=_upper_case,
    ),
    session=("alter session set timezone = 'UTC'",),
    rows=rows_of,
    written=written_rows,
    failure=statement_error,
    opens_natively=logs_in_directly,
    connection=SnowflakeConnection,
)
