"""BigQuery's errors as ours, without data of rows and without credentials.

An error has a reason, which is one of a fixed list, and a message, which may repeat a
value of a row: only messages that speak of names are kept as they are.
https://cloud.google.com/bigquery/docs/error-messages
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from outhaul.connections.failures import unreachable, without_values
from outhaul.errors import RelationMissing, WarehouseError, WarehouseUnreachable
from outhaul.text.redaction import excerpt

# The job failed as a whole, and through no fault of the statement.
_FAILED_JOB = {"jobBackendError", "jobInternalError", "jobRateLimitExceeded"}
# Other statements change the same table. BigQuery has tried some times itself.
_CONFLICT = re.compile(
    r"Could not serialize access to table|[Aa]borted due to concurrent update"
    r"|Too many DML statements outstanding"
)
_SPEAKS_OF_NAMES = re.compile(
    r"(?:Not found|Access Denied|Already Exists|Syntax error|Unrecognized name"
    r"|Function not found|Type not found|Query exceeded limit for bytes billed"
    r"|Resources exceeded|Quota exceeded|Exceeded rate limits|No matching signature"
    r"|Could not serialize|Transaction is aborted|Cannot access field|Column )"
)
_MISSING = re.compile(r"Not found: (?:Table|Dataset)")
# What comes after it is a value, or what somebody wrote into `error('…')`.
_SPEAKS_OF_VALUES = re.compile(
    r"Bad \w+ value|Could not (?:cast|convert|parse)|(?:Failed|Error) (?:to )?pars\w+"
    r"|Invalid \w+(?: value)?|[Dd]ivision by zero|\w+ overflow|Scalar subquery produced"
    r"|Array index|Job execution was cancelled|UPDATE/MERGE must match"
)
_ADVICE = {
    "accessDenied": (
        "a grant is missing: the account needs roles/bigquery.jobUser on the project "
        "that runs its queries and roles/bigquery.dataEditor on the datasets"
    ),
    "bytesBilledLimitExceeded": (
        "the statement would read more than 'maximum_bytes_billed' of profiles.yml"
    ),
    "stopped": (
        "the job was cancelled, or ran longer than 'job_execution_timeout_seconds' of "
        "profiles.yml"
    ),
}
_NO_ANSWER = {
    "ChunkedEncodingError",
    "ConnectionError",
    "ConnectTimeout",
    "ReadTimeout",
    "RefreshError",
    "RetryError",
    "SSLError",
    "Timeout",
    "TransportError",
}


def may_be_repeated(error: BaseException) -> bool:
    """Whether the statement changed nothing, and may succeed if it is run again."""
    return reason_of(error) in _FAILED_JOB or bool(_CONFLICT.search(_text(error)))


def bigquery_error(
    error: BaseException, parameters: Sequence[Any], secrets: Sequence[str]
) -> WarehouseError:
    """Our error for the driver's, to be raised outside of the `except` block."""
    name = type(error).__name__
    if name in _NO_ANSWER or getattr(error, "code", None) in (500, 502, 503, 504):
        return WarehouseUnreachable(unreachable(error, "BigQuery", secrets))
    reason = reason_of(error)
    label = f"{name}, {reason}" if reason else name
    text = f"the warehouse answered: {_message(error, parameters, secrets)} ({label})"
    if _MISSING.search(_text(error)):
        return RelationMissing(text)
    if _CONFLICT.search(_text(error)):
        return WarehouseError(
            f"{text}; other statements kept changing the same table: try again"
        )
    advice = _ADVICE.get(reason)
    return WarehouseError(f"{text}; {advice}" if advice else text)


def reason_of(error: BaseException) -> str:
    """BigQuery's word for what went wrong; empty for what it did not say itself."""
    return str(_first(error).get("reason") or "")


def _first(error: BaseException) -> dict[str, Any]:
    errors = getattr(error, "errors", None)
    found = errors[0] if errors else {}
    return found if isinstance(found, dict) else {}


def _text(error: BaseException) -> str:
    return str(_first(error).get("message") or getattr(error, "message", error))


def _message(
    error: BaseException, parameters: Sequence[Any], secrets: Sequence[str]
) -> str:
    lines = _text(error).strip().splitlines() or ["no message"]
    line = without_values(lines[0], parameters)
    if not _SPEAKS_OF_NAMES.match(line):
        known = _SPEAKS_OF_VALUES.match(line)
        line = f"{known[0]} …" if known else "an error whose text may hold data"
    return excerpt(line, secrets)
