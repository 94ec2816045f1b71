"""Drivers' errors as ours, without data of rows and without credentials.

A database repeats values in its messages: PostgreSQL's `DETAIL: Key
(email)=(ann@example.com) already exists` is the rule, not the exception. So
only the first line is kept; names are kept where the message speaks of names
(syntax, missing relations, permissions), everything quoted is dropped where it
speaks of values, and the statement's parameters are dropped everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from outhaul.errors import RelationMissing, WarehouseError, WarehouseUnreachable
from outhaul.text.redaction import excerpt, one_line
from outhaul.text.secret_texts import Secrets

_PREFIX = re.compile(r"^(?:ERROR|FATAL|[A-Z][\w ]* Error):\s*")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_TITLE = re.compile(r"(?:[A-Z]\w* )+Error")
_DENIED = re.compile(r"permission denied for ((?:materialized |foreign )?\w+) (\S+)")
_VERB = re.compile(r"\s*(?:--[^\n]*\n|/\*.*?\*/|\s)*(\w+)", re.DOTALL)

# The first two characters of a SQLSTATE whose messages speak of names, not of
# values: https://www.postgresql.org/docs/current/errcodes-appendix.html
_SPEAKS_OF_NAMES = {"08", "0A", "25", "28", "3D", "3F", "40", "42", "53", "55", "57"}
# DuckDB has no SQLSTATE; these are its exceptions of the same kind.
_NAMING_ERRORS = {
    "BinderException",
    "CatalogException",
    "ConnectionException",
    "IOException",
    "ParserException",
    "PermissionException",
    "TransactionException",
}
_SPEAKS_OF_VALUES = {"", "21", "22", "23", "2B", "54", "58", "XX"}
_GONE_STATES = {"57P01", "57P02", "57P03"}
_MISSING_STATES = {"42P01", "42S02"}
_MISSING_TEXT = re.compile(
    r"(?:Table|View) with name .* does not exist"
    r"|Not found: Table"
    r"|TABLE_OR_VIEW_NOT_FOUND"
)

# Concurrent writes of one table, in the words of Redshift, and of Delta Lake.
_CONFLICT = re.compile(
    r"Serializable isolation violation"
    r"|conflict with concurrent transaction"
    r"|\bConcurrent(?:Append|DeleteRead|DeleteDelete|Transaction)Exception"
    r"|\bDELTA_CONCURRENT_\w+"
)


def warehouse_error(
    error: BaseException,
    *,
    sql: str = "",
    parameters: Sequence[Any] = (),
    secrets: Sequence[str] = (),
    user: str = "",
    lost: bool = False,
) -> WarehouseError:
    """Our error for a driver's, to be raised outside of the `except` block.

    (Inside of it the driver's error would stay attached, message and all.)

    user: whom the database knows us as, to name the grant that is missing.
    lost: the connection broke, so the statement may or may not have run.
    """
    state = _sqlstate(error)
    name = type(error).__name__
    message = _message(error, state, parameters, secrets)
    label = f"{name} {state}" if state else name
    text = f"the warehouse answered: {message} ({label})"
    if lost or state[:2] == "08" or state in _GONE_STATES:
        return WarehouseUnreachable(
            f"the connection to the warehouse broke: {message} ({label})"
        )
    if state in _MISSING_STATES or _MISSING_TEXT.search(_told(error)):
        return RelationMissing(text)
    denied = _DENIED.search(message) if state == "42501" else None
    if denied:
        return WarehouseError(f"{text}; {_grant(denied, sql, user)}")
    return WarehouseError(text)


def is_conflict(error: BaseException) -> bool:
    """Whether a statement gave way to a concurrent one, and so changed nothing."""
    return _CONFLICT.search(_told(error)) is not None


def unreachable(error: BaseException, what: str, secrets: Sequence[str]) -> str:
    """The message for a connection that could not be opened."""
    line = excerpt(_first_line(error), secrets)
    return f"cannot connect to {what}: {line} ({type(error).__name__})"


def without_values(line: str, parameters: Sequence[Any]) -> str:
    """A message without the values that were sent with its statement.

    What is shorter than three characters tells of nobody, and stands in many words.
    """
    values = {str(value) for value in parameters if value is not None}
    for value in sorted(values, key=len, reverse=True):
        if len(value) > 2:
            line = line.replace(value, "…")
    return line


def _told(error: BaseException) -> str:
    """All that a driver says; Redshift's gives the fields of the server's message."""
    fields = error.args[0] if error.args else None
    if isinstance(fields, dict):
        return "\n".join(str(fields[key]) for key in ("M", "D") if key in fields)
    return str(error)


def _sqlstate(error: BaseException) -> str:
    fields = error.args[0] if error.args else None
    if isinstance(fields, dict):
        return str(fields.get("C", ""))
    for attribute in ("pgcode", "sqlstate"):
        value = getattr(error, attribute, None)
        if isinstance(value, str):
            return value
    return ""


def _first_line(error: BaseException) -> str:
    """The first line that says something; dbt puts a title above it."""
    lines = [line.strip() for line in _told(error).splitlines() if line.strip()]
    lines = [line for line in lines if not _TITLE.fullmatch(line)]
    return _PREFIX.sub("", lines[0]) if lines else "no message"


def _message(
    error: BaseException, state: str, parameters: Sequence[Any], secrets: Sequence[str]
) -> str:
    line = _first_line(error)
    line = one_line(Secrets.of(secrets).hide(line))
    line = without_values(line, parameters)
    if state[:2] in _SPEAKS_OF_NAMES or type(error).__name__ in _NAMING_ERRORS:
        return line
    if state[:2] not in _SPEAKS_OF_VALUES:
        return "an error of a trigger or function, whose text may hold data"
    return excerpt(_QUOTED.sub("…", line), secrets)


def _grant(denied: re.Match[str], sql: str, user: str) -> str:
    """The statement that most likely gives what is missing."""
    kind, name = denied.groups()
    verb = _VERB.match(sql)
    privilege = verb[1].lower() if verb else ""
    if kind == "schema":
        privilege = "create" if privilege == "create" else "usage"
    elif privilege not in ("insert", "update", "delete", "truncate", "create"):
        privilege = "select"
    if kind not in ("database", "function", "schema", "sequence"):
        kind = "table"  # as the statement wants it for views too
    return f'a grant is missing: grant {privilege} on {kind} {name} to "{user}"'
