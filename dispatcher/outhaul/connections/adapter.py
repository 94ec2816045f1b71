"""What the dispatcher knows of one of dbt's adapters, as one record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from outhaul.connections.base import Connection, affected_rows
from outhaul.connections.dialect import Dialect
from outhaul.connections.failures import warehouse_error
from outhaul.errors import WarehouseError

Rows = list[tuple[Any, ...]]


def plain_rows(cursor: Any) -> Rows:
    """All rows of a cursor's statement, with the values as the driver gives them."""
    return [tuple(row) for row in cursor.fetchall()]


def named_database(credentials: Mapping[str, Any]) -> str:
    """The database of a profile's target, by any of its names; empty without one."""
    keys = ("database", "dbname", "project", "catalog")
    return next((str(credentials[key]) for key in keys if credentials.get(key)), "")


@dataclass(frozen=True)
class Adapter:
    """An adapter of dbt's; its file in this folder has it as `ADAPTER`.

    The last two are for our own connection; the others hold as well where dbt's
    adapter opened the session.

    dialect: its SQL.
    database: the database of a profile's target, as dbt calls it.
    default_schema: where dbt builds models if the target names no schema.
    session: statements that put a session in UTC, and values in an exact form.
    placeholder: what stands for a value in a statement of its driver: `?` or `%s`.
    prepared: a session as the driver opened it, made to read values exactly.
    rows, written: the rows that a cursor's statement returned; how many it wrote.
    query: runs a statement and returns its rows, where a cursor alone cannot.
    failure: our error for one of the driver's; called as `warehouse_error` is.
    dbt_keys: keys of the profile that dbt's adapter gets from us.
    opens_natively: whether we know all that a profile's target says.
    connection: our own connection for such a target; it contacts nothing yet.
    """

    name: str
    dialect: Dialect
    database: Callable[[Mapping[str, Any]], str] = named_database
    default_schema: str = ""
    session: Sequence[str] = ()
    placeholder: str = "%s"
    prepared: Callable[[Any], Any] = lambda session: session
    rows: Callable[[Any], Rows] = plain_rows
    written: Callable[[Any], int] = affected_rows
    query: Callable[[Any, str, Sequence[Any]], Rows] | None = None
    failure: Callable[..., WarehouseError] = warehouse_error
    dbt_keys: Mapping[str, Any] = field(default_factory=dict)
    opens_natively: Callable[[Mapping[str, Any]], bool] = lambda credentials: False
    connection: Callable[[Mapping[str, Any]], Connection] | None = None
