"""What an HTTP answer means: which error follows, and strict reading of JSON."""

from __future__ import annotations

import email.utils
import json
import math
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, NoReturn

from outhaul.errors import (
    DestinationError,
    OutcomeUnknown,
    RequestRefused,
    RequestTooLarge,
    StopSync,
    Throttled,
)
from outhaul.model import ACCEPTED, Outcome, Status
from outhaul.text.redaction import excerpt

# A wait beyond a day is a mistake of the server, not a request to us.
_LONGEST_WAIT = 86_400.0
# `X-RateLimit-Reset` tells the end of a period, which need not be waited for.
_LONGEST_RESET = 60.0
# Below this a reset is a number of seconds, above it a time since 1970.
_FIRST_TIMESTAMP = 1_000_000_000.0


@dataclass(frozen=True)
class Response:
    """An answer, read to its end.

    request: method and path without the query, for messages.
    headers: compared without case. secrets: what `quote` must not show.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    request: str = ""
    secrets: Iterable[str] = field(default=(), repr=False)

    def quote(self, text: str | bytes) -> str:
        """A part of the answer for a message, without secrets and personal data."""
        return excerpt(text, self.secrets)

    def describe(self) -> str:
        """One line for a message: what was asked, what was answered."""
        try:
            status = f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            status = str(self.status)
        text = self.quote(self.body)
        return f"{self.request} was answered {status}" + (f": {text}" if text else "")


def classify(
    response: Response,
    expected: Collection[int] = (200,),
    hints: Mapping[int, str] | None = None,
) -> None:
    """Return for an expected status, and raise what any other one means.

    Parameters
    ----------
    expected: the statuses whose body the caller will read.
    hints: what the user can do about a status, such as 401.
    """
    status = response.status
    if status in expected:
        return
    text = response.describe()
    hint = (hints or {}).get(status)
    if hint:
        text = f"{text} ({hint})"
    error = _error(response, text)
    error.code = f"http_{status}"
    raise error


def _error(response: Response, text: str) -> DestinationError:
    status = response.status
    if status in _REFUSED:
        return RequestRefused(text)
    if status in _TOO_LARGE:
        return RequestTooLarge(text)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Throttled(text, after=wait_of(response))
    if 200 <= status < 300:
        # To ask again would bring the same answer, for ever.
        raise StopSync(
            f"{text}; no such answer of this call is documented", outcome_unknown=True
        )
    if 300 <= status < 400 or status < 200:
        # A redirect is never followed: it could carry rows and key elsewhere.
        return StopSync(text, outcome_unknown=True)
    if (400 <= status < 500 and status not in _UNCERTAIN) or status in _NEVER:
        return StopSync(text)
    return OutcomeUnknown(text, after=wait_of(response))


_REFUSED = frozenset({400, 409, 422})
_TOO_LARGE = frozenset({413, 414})
_UNCERTAIN = frozenset({408, 425})
_NEVER = frozenset({501, 505})


def wait_of(response: Response, now: float | None = None) -> float | None:
    """Seconds to wait as the answer tells, or None.

    `Retry-After` in seconds or as a date, else `X-RateLimit-Reset` or
    `RateLimit-Reset`, in seconds or in unix seconds against the server's own clock.
    Negative and absurd ones count as not told.
    """
    headers = response.headers
    server = _timestamp(headers.get("Date", ""))
    now = server if server is not None else (time.time() if now is None else now)
    header = headers.get("Retry-After", "").strip()
    wait = _number(header)
    if wait is None:
        date = _timestamp(header)
        wait = None if date is None else date - now
    if wait is not None and 0 <= wait <= _LONGEST_WAIT:
        return wait
    header = headers.get("X-RateLimit-Reset") or headers.get("RateLimit-Reset", "")
    reset = _number(header.strip())
    if reset is None:
        return None
    wait = reset - now if reset >= _FIRST_TIMESTAMP else reset
    return min(wait, _LONGEST_RESET) if 0 <= wait <= _LONGEST_WAIT else None


def used_up(response: Response) -> float | None:
    """Seconds until there is anything left, where an answer says that nothing is.

    By `X-RateLimit-Remaining` or `RateLimit-Remaining`, and what `wait_of` reads.
    """
    headers = response.headers
    left = headers.get("X-RateLimit-Remaining") or headers.get("RateLimit-Remaining")
    return wait_of(response) if left and _number(left.strip()) == 0 else None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _timestamp(text: str) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def json_of(response: Response) -> Any:
    """The body as JSON, read strictly.

    A web page where JSON belongs is a login page or a captive portal: StopSync.
    Anything else that is not JSON, also NaN and keys that come twice, is
    OutcomeUnknown. A byte order mark is passed over.
    """
    refuse_page(response)
    try:
        return json.loads(
            response.body.lstrip().decode("utf-8-sig"),
            object_pairs_hook=_no_key_twice,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError):
        pass
    raise OutcomeUnknown(f"{response.describe()}; this cannot be read as JSON")


def refuse_page(response: Response) -> None:
    """Raise StopSync for a web page, which never is the answer of an API."""
    content_type = response.headers.get("Content-Type", "").lower()
    if "html" in content_type or response.body.lstrip()[:1] == b"<":
        raise StopSync(
            f"{response.describe()}; this is a web page where JSON was expected."
            " Check the address, and whether there is a proxy or a login in between",
            outcome_unknown=True,
        )


MEANINGS = ("accepted", "missing", "rejected", "retry", "stop")
"""What the status of an answer can be declared to mean."""


def outcomes_by_status(
    response: Response, meanings: Mapping[str, str], rows: int
) -> list[Outcome]:
    """One outcome for all rows of a request, where the service declares that.

    meanings: status to one of `MEANINGS`; the common table holds for all others.
    Rows that are rejected or missing must stand alone: a request of several is
    halved until they do.
    """
    meaning = meanings.get(str(response.status))
    code, text = f"http_{response.status}", response.describe()
    if meaning == "accepted":
        refuse_page(response)
        return [ACCEPTED] * rows
    if meaning == "missing" and rows == 1:
        return [Outcome(Status.MISSING, code, text)]
    if meaning in ("missing", "rejected"):
        raise RequestRefused(text, code=code)
    if meaning == "retry":
        raise OutcomeUnknown(text, after=wait_of(response))
    if meaning == "stop":
        raise StopSync(text)
    classify(response, expected=())
    raise TypeError("every status that is not expected has its error")


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key comes twice")
    return result


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
