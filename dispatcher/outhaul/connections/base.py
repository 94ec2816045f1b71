"""What a connection to a warehouse is to the rest of the dispatcher.

One method to read and one to write. Every statement is a transaction of its
own, every session runs in UTC, and a connection may be used by several threads:
it does one statement at a time.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, Protocol, TypeVar

from outhaul.errors import ConfigurationError
from outhaul.text.phrases import how_to_add

_PLAIN_ROLE = re.compile(r'[A-Za-z_][\w$]*|"[^"]+"')
_Default = TypeVar("_Default", int, None)


class Connection(Protocol):
    """An open way to one warehouse.

    Placeholders are `?`, for values alone. Values come back as Python types:
    str, int, float, Decimal, bool, date, datetime (with a time zone for a moment
    in time), time, bytes, list, dict and None; intervals as ISO 8601 durations. What
    none of them holds exactly, such as an infinite date, comes back as
    `exact.Unreadable`.

    Errors are WarehouseError and its subclasses, without data of rows.
    """

    adapter_type: str

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one statement and return all of its rows."""
        ...

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run one statement; returns how many rows it wrote, 0 for DDL."""
        ...

    def close(self) -> None:
        """End the session. Closing twice is harmless."""
        ...


class Target(Protocol):
    """What a connection needs of a project's target; `config.project` has it."""

    @property
    def name(self) -> str:
        """The project's."""

    @property
    def profile_name(self) -> str: ...

    @property
    def target_name(self) -> str: ...

    @property
    def adapter_type(self) -> str: ...

    @property
    def credentials(self) -> Mapping[str, Any]:
        """The target's output in `profiles.yml`, rendered."""

    @property
    def environ(self) -> Mapping[str, str]: ...


def import_driver(module: str, extra: str) -> ModuleType:
    """A driver's module, or an error that says how to install it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        missing = error.name
    raise ConfigurationError(
        f"the Python package '{missing}' is missing, which this warehouse needs; "
        f"{how_to_add(extra)}"
    )


def whole_number(
    credentials: Mapping[str, Any], key: str, default: _Default
) -> int | _Default:
    """A key of a profile that must be a whole number."""
    try:
        value = credentials.get(key)
        return default if value is None else int(value)
    except (TypeError, ValueError):
        pass
    raise ConfigurationError(f"profiles.yml: '{key}' must be a whole number")


def refuse_missing(adapter: str, missing: Sequence[str]) -> None:
    """Raises ConfigurationError where a target of `profiles.yml` lacks keys."""
    if missing:
        raise ConfigurationError(
            f"profiles.yml: the {adapter} target has no {', '.join(missing)}"
        )


def role_name(role: str) -> str:
    """As dbt writes it, which is bare; anything that is no name is quoted."""
    if _PLAIN_ROLE.fullmatch(role):
        return role
    return '"' + role.replace('"', '""') + '"'


def affected_rows(cursor: Any) -> int:
    """How many rows a cursor's last statement wrote, whichever way it says so.

    Most drivers set `rowcount`; DuckDB and Databricks answer with one row.
    """
    names = [str(column[0]).lower() for column in cursor.description or ()]
    if names == ["count"] or names[:1] == ["num_affected_rows"]:
        row = cursor.fetchone()
        return int(row[0]) if row else 0
    return max(0, int(cursor.rowcount or 0))
