"""What the Google Ads API, and one of the same forms, tells of rows that failed.

https://developers.google.com/google-ads/api/docs/best-practices/partial-failures
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from outhaul.errors import OutcomeUnknown, StopSync
from outhaul.http.answers import Response, classify
from outhaul.kit.api import by_index, object_of
from outhaul.model import ACCEPTED, UNKNOWN, Outcome, Status

_DONE = frozenset(
    {
        "CONVERSION_ALREADY_RETRACTED",
        "DUPLICATE_ADJUSTMENT_IN_REQUEST",
        "ORDER_ID_ALREADY_IN_USE",
        "RESTATEMENT_ALREADY_EXISTS",
    }
)
"""What Google says of a conversion or an adjustment that it has already."""
_OF_ROWS = frozenset(
    {
        "conversionAdjustmentUploadError",
        "conversionUploadError",
        "dateError",
        "fieldError",
        "internalError",
        "rangeError",
        "stringFormatError",
        "stringLengthError",
    }
)
"""Kinds of errors that are about a row; all others stop a sync."""
_OF_ACTIONS = frozenset(
    {
        "CUSTOMER_NOT_ACCEPTED_CUSTOMER_DATA_TERMS",
        "INVALID_CONVERSION_ACTION_TYPE",
        "NO_CONVERSION_ACTION_FOUND",
        "TOO_RECENT_CONVERSION_ACTION",
    }
)
"""Errors of those kinds that are about the account or the action of all rows."""


def outcomes_of(
    response: Response, rows: int, hints: Mapping[int, str]
) -> list[Outcome]:
    """One outcome for each row of a request, by the index that errors carry.

    Raises StopSync where an error is no row's fault, and what `classify` raises.
    """
    if response.status == 400:
        _errors(object_of(response).get("error"))
    classify(response, hints=hints)
    failure = object_of(response).get("partialFailureError")
    if not failure:
        return [ACCEPTED] * rows
    errors = _errors(failure)
    told = by_index(errors, rows, _index_of) if errors else None
    if told is None:
        raise OutcomeUnknown("Google tells of an error that belongs to no row")
    return [_outcome(response, each) for each in told]


def _errors(failure: Any) -> list[Mapping[str, Any]]:
    """What is wrong with rows. Raises StopSync for what is no row's fault."""
    details = failure.get("details") if isinstance(failure, dict) else None
    found = [error for each in details or () for error in each.get("errors") or ()]
    for error in found:
        kind, reason = _code(error)
        if kind not in _OF_ROWS or reason in _OF_ACTIONS:
            raise StopSync(f"Google refuses the request: {kind} {reason}")
    return found


def _outcome(response: Response, errors: Sequence[Mapping[str, Any]]) -> Outcome:
    codes = [_code(error) for error in errors]
    if all(reason in _DONE for _, reason in codes):
        return ACCEPTED
    if any(kind == "internalError" for kind, _ in codes):
        return UNKNOWN
    text = response.quote(str(errors[0].get("message") or ""))
    return Outcome(Status.REJECTED, codes[0][1].lower(), text)


def _code(error: Mapping[str, Any]) -> tuple[str, str]:
    """The kind of an error, and which of that kind."""
    kind, reason = next(iter((error.get("errorCode") or {"": ""}).items()))
    return str(kind), str(reason)


def _index_of(error: Mapping[str, Any]) -> Any:
    elements = (error.get("location") or {}).get("fieldPathElements") or [{}]
    return elements[0].get("index")
