"""Snowflake's errors as ours, without data of rows and without credentials.

An error has a number and a message. Messages of the numbers from 100000 on speak of
values, and may repeat them; the others speak of names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from outhaul.connections.failures import without_values
from outhaul.errors import (
    ConfigurationError,
    RelationMissing,
    WarehouseError,
    WarehouseUnreachable,
)
from outhaul.text.redaction import excerpt

_MISSING = {2003, 2043}
_LOCKED = {625}
# The session is over, which Snowflake finds before it runs a statement, or the driver
# before it sends one.
_ENDED = {390104, 390111, 390112, 390114, 250002}
_LOGIN_REFUSED = range(390000, 400000)
_OF_VALUES = range(100000, 200000)
_NO_ANSWER = {
    "BadGatewayError",
    "ForbiddenError",
    "GatewayTimeoutError",
    "HttpError",
    "InterfaceError",
    "InternalServerError",
    "OperationalError",
    "OtherHTTPRetryableError",
    "RequestExceedMaxRetryError",
    "RequestTimeoutError",
    "RevocationCheckError",
    "ServiceUnavailableError",
    "TooManyRequests",
}
_ADVICE = {
    604: "it was cancelled",
    606: (
        "no warehouse is active: set 'warehouse' in profiles.yml, and see that the "
        "role has usage on it"
    ),
    608: (
        "the warehouse is suspended and does not resume by itself: resume it, or set "
        "its auto_resume"
    ),
    625: "too many statements wait for the same table: try again",
    630: (
        "it ran longer than statement_timeout_in_seconds of the user, the session or "
        "the warehouse"
    ),
    3001: "a grant is missing for the role{role}",
    90073: (
        "a resource monitor has suspended the warehouse: raise its credit quota, name "
        "another 'warehouse' in profiles.yml, or wait for the next interval"
    ),
}
_LOGIN_ADVICE = {
    390100: "check 'user' and 'password' in profiles.yml",
    390144: (
        "the key does not fit: its public key must be set for the user (alter user … "
        "set rsa_public_key), and 'account' must have the form organisation-account"
    ),
    390189: "check 'role' in profiles.yml: it must exist and be granted to the user",
    390303: "the token is not valid: get a new one",
    390318: "the token has expired: get a new one",
    390422: "a network policy of the account does not allow this address",
}
_HEADING = re.compile(
    r"^(?:\d{6} \(\w{5}\): )?(?:[0-9a-f-]{36}: )?"
    r"(?:SQL (?:compilation|execution|access control) error:)?\s*"
)
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|\[[^\]]*\]")


def has_ended(error: BaseException) -> bool:
    """Whether the session was over, so that the statement did not run."""
    return _number(error) in _ENDED


def broke(error: BaseException) -> bool:
    """Whether the session is of no use any more, and the statement may have run."""
    return type(error).__name__ in _NO_ANSWER or has_ended(error)


def may_be_repeated(error: BaseException) -> bool:
    """Whether the statement changed nothing, and may succeed if it is run again."""
    return _number(error) in _LOCKED


def statement_error(
    error: BaseException,
    *,
    sql: str = "",
    parameters: Sequence[Any] = (),
    secrets: Sequence[str] = (),
    user: str = "",
    lost: bool = False,
) -> WarehouseError:
    """Our error for the driver's, to be raised outside of the `except` block.

    As `warehouse_error` is called; user: the role that may lack a grant.
    """
    number, name = _number(error), type(error).__name__
    label = f"{name} {number:06d}" if number > 0 else name
    message = _message(error, parameters, secrets)
    if lost or broke(error):
        return WarehouseUnreachable(
            f"the connection to the warehouse broke: {message} ({label})"
        )
    text = f"the warehouse answered: {message} ({label})"
    of_role = f" '{user}'" if user else ""
    if number in _MISSING and "not authorized" in message:
        return RelationMissing(
            f"{text}; either it is not there, or the role{of_role} has no grant on it"
        )
    if number in _MISSING:
        return RelationMissing(text) if number == 2003 else WarehouseError(text)
    if number not in _ADVICE and "resource monitor" in message:
        number = 90073
    advice = _ADVICE.get(number, "").format(role=of_role)
    return WarehouseError(f"{text}; {advice}" if advice else text)


def refused_login(
    error: BaseException, options: Mapping[str, Any], secrets: Sequence[str]
) -> ConfigurationError | None:
    """The error of a login that trying again does not help; None: it may."""
    number = _number(error)
    if number not in _LOGIN_REFUSED:
        return None
    advice = _LOGIN_ADVICE.get(number, "check the login in profiles.yml")
    who = options.get("user") or "the token's user"
    return ConfigurationError(
        f"profiles.yml: Snowflake, account '{options['account']}', refused the login "
        f"of '{who}': {_message(error, (), secrets)} ({number}); {advice}"
    )


def _number(error: BaseException) -> int:
    number = getattr(error, "errno", None)
    return number if isinstance(number, int) else 0


def _message(
    error: BaseException, parameters: Sequence[Any], secrets: Sequence[str]
) -> str:
    written = str(getattr(error, "raw_msg", None) or error)
    line = _HEADING.sub("", " ".join(written.split()))
    line = without_values(line, parameters)
    if _number(error) in _OF_VALUES or not _number(error):
        line = _QUOTED.sub("…", line)
    return excerpt(line, secrets) or "no message"
