"""What a service says, before anybody hears it.

`bind` hands out every service like this, so that nothing a destination answers
reaches a report, the ledger or a terminal with a secret of the account or a value of
the rows that it is about, however the service made its message of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar, cast

from outhaul.errors import (
    DestinationError,
    NotSent,
    OutcomeUnknown,
    OuthaulError,
    Refusal,
    RequestRefused,
    RequestTooLarge,
    RowRefused,
    StopSync,
    Throttled,
)
from outhaul.kit.rows import Collected, Rows
from outhaul.kit.service import Job, Service
from outhaul.model import ACCEPTED, Column, Outcome, Row, Status
from outhaul.text.row_values import RowValues
from outhaul.text.secret_texts import Secrets

MESSAGES = ("masked", "codes")
"""What may be kept of what a destination says; see `docs/configuration.md`."""

_T = TypeVar("_T")
_CODE = re.compile(r"[^A-Za-z0-9_.-]+")
_LONGEST_CODE = 80

# For `codes`: what an error is, where nothing that was answered may be repeated.
_CLASSES: tuple[tuple[type[DestinationError], str], ...] = (
    (StopSync, "the destination takes no such request"),
    (Throttled, "the destination asks for a pause"),
    (NotSent, "the request could not be sent"),
    (OutcomeUnknown, "no answer tells what became of the request"),
    (RequestTooLarge, "the request is too large for the destination"),
    (RequestRefused, "the destination refused the request"),
    (RowRefused, "the row cannot be sent as it is"),
)
_ROWS = {
    Status.REJECTED: "the destination refused the row",
    Status.MISSING: "the destination does not have the row's record",
}


def guarded(service: Service, secrets: Secrets, messages: str = "masked") -> Service:
    """The service, with all that it says masked; `messages`: one of `MESSAGES`."""
    return cast(Service, _Guarded(service, _Guard(secrets, messages == "codes")))


class _Guarded:
    """A service whose every word passes the guard; all else is the service's own."""

    def __init__(self, service: Service, guard: _Guard) -> None:
        self._service = service
        self._guard = guard

    def __getattr__(self, name: str) -> Any:
        return getattr(self._service, name)

    def check(self, columns: Sequence[Column]) -> list[str]:
        notes = self._guard.call(lambda: self._service.check(columns))
        return [self._guard.masked(note) for note in notes]

    def prepare(self, columns: Sequence[Column]) -> None:
        self._guard.call(lambda: self._service.prepare(columns))

    def locate(self, known_id: str = "") -> bool:
        return self._guard.call(lambda: self._service.locate(known_id))

    def look_up(self, rows: Rows) -> list[Any]:
        found = self._guard.call(lambda: self._service.look_up(rows), lambda: rows)
        return self._guard.outcomes(found, lambda: rows)

    def encode(self, row: Row, found: Any = None) -> bytes:
        try:
            return self._service.encode(row, found)
        except OuthaulError as error:
            self._guard.mask(error, Rows.of([row]), is_ours=True)
            raise

    def send(self, items: Collected) -> list[Outcome] | Job:
        rows = self._rows(items)
        answer = self._guard.call(lambda: self._service.send(items), rows)
        if isinstance(answer, Job):
            return answer
        return self._guard.outcomes(answer, rows)

    def poll(self, job: Job, items: Collected) -> list[Outcome] | None:
        rows = self._rows(items)
        answer = self._guard.call(lambda: self._service.poll(job, items), rows)
        return None if answer is None else self._guard.outcomes(answer, rows)

    def _rows(self, items: Collected) -> Callable[[], Rows]:
        """The rows of a request, when they are asked for: that can take a while.

        Rows that were spooled have no values, and reading them back takes memory.
        """
        return Rows.of if self._service.spooled else lambda: items.rows


class _Guard:
    """Masks texts about rows; `codes`: nothing but their class is kept."""

    def __init__(self, secrets: Secrets, codes: bool) -> None:
        self._secrets = secrets
        self._codes = codes

    def masked(self, text: str, values: Iterable[Any] = ()) -> str:
        """Without secrets and without these values."""
        return RowValues(values).hide(self._secrets.hide(text)) if text else text

    def call(self, act: Callable[[], _T], rows: Callable[[], Rows] = Rows.of) -> _T:
        """What the service returns; what it raises has a masked message."""
        try:
            return act()
        except OuthaulError as error:
            self.mask(error, rows())
            raise

    def mask(
        self,
        error: OuthaulError,
        rows: Rows,
        *,
        is_ours: bool = False,
    ) -> None:
        """Mask an error in place; is_ours: it repeats nothing that was answered."""
        text = self.masked(str(error), _values(rows))
        if isinstance(error, DestinationError):
            if error.code:
                error.code = self._code(error.code, _values(rows))
            if self._codes and not is_ours:
                text = _class_of(error)
        if isinstance(error, RequestRefused):
            for index, refusal in error.rows.items():
                values = rows[index].values.values() if index < len(rows) else ()
                shown = self._shown(Status.REJECTED, *refusal, values)
                error.rows[index] = Refusal(*shown)
        error.args = (text,)

    def outcomes(self, found: list[Any], rows_of: Callable[[], Rows]) -> list[Any]:
        """What was found or became of each row, masked where it is said in words."""
        if found.count(ACCEPTED) == len(found) or not any(
            type(each) is Outcome and (each.code or each.message) for each in found
        ):
            return found
        rows = rows_of()
        if len(rows) != len(found):  # which the engine does not take
            return [self._outcome(each, _values(rows)) for each in found]
        return [
            self._outcome(each, row.values.values())
            for each, row in zip(found, rows, strict=True)
        ]

    def _outcome(self, found: Any, values: Iterable[Any]) -> Any:
        if type(found) is not Outcome or not (found.message or found.code):
            return found
        code, text = self._shown(found.status, found.code, found.message, values)
        return found._replace(code=code, message=text)

    def _shown(
        self, status: Status, code: str, message: str, values: Iterable[Any]
    ) -> tuple[str, str]:
        values = tuple(values)
        text = _ROWS.get(status, "") if self._codes else self.masked(message, values)
        return self._code(code, values), text

    def _code(self, code: str, values: Iterable[Any]) -> str:
        """A code may be made of an answer too."""
        return _CODE.sub("_", self.masked(code, values))[:_LONGEST_CODE].strip("_")


def _class_of(error: DestinationError) -> str:
    texts = (text for kind, text in _CLASSES if isinstance(error, kind))
    text = next(texts, "the request failed")
    return f"{text} ({error.code})" if error.code else text


def _values(rows: Rows) -> Iterator[Any]:
    for column in rows.columns.values():
        yield from column
