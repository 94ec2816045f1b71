"""What connections have in common: one session, and what becomes of a statement.

A warehouse's file says how its driver opens a session and what its errors mean; all
else is here.
"""

from __future__ import annotations

import random
import select
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, suppress
from typing import Any

from outhaul.connections.adapter import Adapter, Rows
from outhaul.connections.failures import unreachable
from outhaul.connections.placeholders import check_placeholders, to_format_style
from outhaul.errors import OuthaulError, WarehouseError, WarehouseUnreachable


class SessionConnection(ABC):
    """One session, opened by the first statement; one statement at a time.

    A session that turns out to have ended before a statement ran is opened again,
    once. A statement that may have run is never sent again; one that gave way to a
    concurrent one did not run, and is sent `attempts` times in all, with random pauses
    of `pause` seconds at most before the second, and twice as long each time.
    keeps_session: whether the session stays open between statements.

    place: what a message calls the warehouse. errors: what its driver raises.
    secrets: what no message may show. user: whom a missing grant is for.
    settings: statements for a new session, after those of the adapter.
    pauses: the seconds before each further attempt to open a session.
    sleep, chance: of all pauses.
    """

    attempts = 1
    pause = 1.0
    keeps_session = True

    def __init__(
        self,
        adapter: Adapter,
        place: str,
        errors: tuple[type[Exception], ...],
        *,
        secrets: Sequence[str] = (),
        user: str = "",
        settings: Sequence[str] = (),
        pauses: Sequence[float] = (),
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.adapter_type = adapter.name
        self._adapter = adapter
        self._place = place
        self._errors = errors
        self._secrets = secrets
        self._user = user
        self._settings = (*adapter.session, *settings)
        self._pauses = pauses
        self._sleep = sleep
        self._chance = chance
        self._turn: AbstractContextManager[Any] = threading.Lock()
        self._session: Any = None

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> Rows:
        """Run one statement and return all of its rows."""
        found: Rows = self._run(sql, parameters, self._read)
        return found

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run one statement; returns how many rows it wrote, 0 for DDL."""
        return int(self._run(sql, parameters, self._write))

    def close(self) -> None:
        """End the session. Closing twice is harmless."""
        with self._turn:
            self._discard()

    # --- what a warehouse's file says

    @abstractmethod
    def _open(self) -> Any:
        """A new session; may raise what `errors` has."""

    def _unopened(self, error: Exception) -> tuple[OuthaulError, bool]:
        """Our error for a session that did not open; whether it may open later."""
        message = unreachable(error, self._place, self._secrets)
        return WarehouseUnreachable(message), True

    def _is_alive(self, session: Any) -> bool:
        """Whether the warehouse still listens, as far as can be told for nothing."""
        return True

    def _cursor(self, session: Any) -> AbstractContextManager[Any]:
        """What a statement is run with."""
        return closing(session.cursor())

    def _execute(self, cursor: Any, sql: str, parameters: Sequence[Any]) -> None:
        if parameters and self._adapter.placeholder == "%s":
            sql = to_format_style(sql)
        cursor.execute(sql, *([list(parameters)] if parameters else []))

    def _has_ended(self, error: Exception) -> bool:
        """Whether the session was over, so that the statement did not run."""
        return False

    def _is_lost(self, error: Exception) -> bool:
        """Whether the connection broke, so that the statement may have run."""
        return False

    def _gave_way(self, error: Exception) -> bool:
        """Whether the statement changed nothing, and may succeed if it is run again."""
        return False

    def _failure(
        self, error: Exception, sql: str, parameters: Sequence[Any], lost: bool
    ) -> WarehouseError:
        """Our error for one of the driver's."""
        return self._adapter.failure(
            error,
            sql=sql,
            parameters=parameters,
            secrets=self._secrets,
            user=self._user,
            lost=lost,
        )

    # --- what all do alike

    def _read(self, session: Any, sql: str, parameters: Sequence[Any]) -> Rows:
        with self._cursor(session) as cursor:
            if self._adapter.query is not None:
                return self._adapter.query(cursor, sql, parameters)
            self._execute(cursor, sql, parameters)
            return self._adapter.rows(cursor)

    def _write(self, session: Any, sql: str, parameters: Sequence[Any]) -> int:
        with self._cursor(session) as cursor:
            self._execute(cursor, sql, parameters)
            return self._adapter.written(cursor)

    def _run(
        self,
        sql: str,
        parameters: Sequence[Any],
        work: Callable[[Any, str, Sequence[Any]], Any],
    ) -> Any:
        check_placeholders(sql, parameters)
        with self._turn:
            try:
                return self._attempt(sql, parameters, work)
            finally:
                if not self.keeps_session:
                    self._discard()

    def _attempt(
        self,
        sql: str,
        parameters: Sequence[Any],
        work: Callable[[Any, str, Sequence[Any]], Any],
    ) -> Any:
        """Errors are raised outside of `except`, or the driver's would hang on ours."""
        for attempt in range(1, self.attempts + 1):
            was_open = self._session is not None
            session = self._usable()
            try:
                return work(session, sql, parameters)
            except OuthaulError:
                raise
            except self._errors as error:
                ended, gave_way = self._has_ended(error), self._gave_way(error)
                lost = self._is_lost(error)
                failure = self._failure(error, sql, parameters, lost)
            if lost or ended:
                self._discard()
            if attempt == self.attempts or not (gave_way or (ended and was_open)):
                break
            if gave_way:
                self._sleep(self._chance() * self.pause * 2 ** (attempt - 1))
        raise failure

    def _usable(self) -> Any:
        """The open session, or a new one."""
        if self._session is not None and not self._is_alive(self._session):
            self._discard()
        pauses = self._opening_pauses()
        while self._session is None:
            try:
                self._session = self._open()
                self._prepare(self._session)
                break
            except OuthaulError:
                self._discard()
                raise
            except self._errors as error:
                failure, may_open_later = self._unopened(error)
            self._discard()
            pause = next(pauses, None) if may_open_later else None
            if pause is None:
                raise failure
            self._sleep(pause)
        return self._session

    def _opening_pauses(self) -> Iterator[float]:
        return iter(self._pauses)

    def _prepare(self, session: Any) -> None:
        if self._settings:
            with self._cursor(session) as cursor:
                for setting in self._settings:
                    cursor.execute(setting)

    def _discard(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with suppress(*self._errors, OSError):  # it may have ended by itself
                self._end(session)

    def _end(self, session: Any) -> None:
        session.close()


def squares(retries: int) -> list[float]:
    """The pauses before so many further attempts to open a session, as dbt's are."""
    return [float(attempt * attempt) for attempt in range(1, retries + 1)]


def has_news(socket: Any) -> bool:
    """Whether a server has said something: that it closes an idle session, or a notice.

    socket: what `select` takes.
    """
    readable, _, _ = select.select([socket], [], [], 0)
    return bool(readable)
