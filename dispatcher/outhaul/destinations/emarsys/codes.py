"""What Emarsys' own codes mean; they count beside the status, also under HTTP 200.

https://dev.emarsys.com/docs/core-api-reference/error-codes
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from outhaul.errors import (
    DestinationError,
    OutcomeUnknown,
    RequestRefused,
    RequestTooLarge,
    StopSync,
    Throttled,
)
from outhaul.http.answers import Response, classify, wait_of
from outhaul.kit.values import caseless
from outhaul.model import Outcome, Status

MISSING = Outcome(Status.MISSING, "missing", "Emarsys has no contact of this address")

NOT_FOUND = "2008"
EXISTS = "2009"
INVALID_FIELD = "2006"
NAME_EXISTS = "9002"
LIST_EXISTS = "3005"

_TOO_LARGE = frozenset({"1000", "3002", "15002"})
_THROTTLED = frozenset({"7003", "15011"})
_TRY_AGAIN = frozenset({"1", "1003", "2011", "15006"})
_STOP = {
    "2004": "Emarsys does not know the field that contacts are recognised by",
    "2015": "the field that contacts are recognised by has no index: ask Emarsys",
    "2020": "Emarsys does not know the contact list",
    "3004": "Emarsys does not know the contact list; the next sync finds or creates it",
    "15004": "check 'table': Emarsys has none of this name",
    "15009": "'table' is a view, which cannot be written",
    "15010": "check 'connection': Emarsys has none of this name",
}
_ROWS = {
    "2005": "the key is empty or not valid",
    INVALID_FIELD: "a field is not valid",
    "2007": "a value does not fit its field",
    NOT_FOUND: "Emarsys has no contact of this key",
    EXISTS: "Emarsys has a contact of this key already",
    "2010": "Emarsys has several contacts of this key",
}
# Not a verdict on rows or keys, so statuses decide alone.
_BY_STATUS = frozenset({401, 403, 408, 425, 429})


def code_of(answer: Any) -> str:
    """The `replyCode` of an answer as text; empty where there is none."""
    code = answer.get("replyCode") if isinstance(answer, Mapping) else None
    return "" if code is None or isinstance(code, bool) else str(code)


def raise_failure(response: Response, code: str, hint: str) -> NoReturn:
    """Raise what an answer means that is not a success. hint: about 401 and 403."""
    status = response.status
    if status == 423:
        raise OutcomeUnknown(response.describe(), after=wait_of(response))
    if (
        code in ("", "0")
        or status in _BY_STATUS
        or status >= 500
        or 300 <= status < 400
    ):
        permission = "the API credential lacks the permission for this call"
        classify(response, (), {401: hint, 403: permission})
    raise _failure(response, code)


def _failure(response: Response, code: str) -> DestinationError:
    text = response.describe()
    if code in _STOP:
        return StopSync(f"{_STOP[code]} ({text})")
    if code in _TOO_LARGE or response.status == 413:
        return RequestTooLarge(text)
    if code in _THROTTLED:
        return Throttled(text, after=wait_of(response))
    if code in _TRY_AGAIN:
        return OutcomeUnknown(text, after=wait_of(response))
    if response.status in (404, 405, 406, 410, 415):
        return StopSync(text)
    return RequestRefused(text, code=f"emarsys_{code}")


def refused(errors: Mapping[str, str]) -> Outcome:
    """The outcome of a row that an answer blames, by its first code."""
    code, text = next(iter(errors.items()))
    message = _ROWS.get(code) or text or "Emarsys refused the row"
    return Outcome(Status.REJECTED, f"emarsys_{code}", message)


def exists_already(errors: Mapping[str, str]) -> bool:
    """Whether somebody else created the contact in between."""
    text = errors.get(INVALID_FIELD, "")
    return EXISTS in errors or "exist" in text.lower()


def errors_by_row(
    addresses: Sequence[str], errors: Mapping[str, Mapping[str, str]]
) -> list[Mapping[str, str]]:
    """Per row the errors of its address; who is not named has none.

    Raises OutcomeUnknown for an answer about an address that was not sent.
    """
    keys = [caseless(address) for address in addresses]
    if not errors.keys() <= set(keys):
        raise OutcomeUnknown("the answer tells of contacts that were not sent")
    return [errors.get(key, {}) for key in keys]
