"""Runs a statement as Databricks would."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pyarrow as pa
import sqlglot
from sqlglot import exp

from databricks_on_sail.catalog import describe, with_listings
from databricks_on_sail.merge import merge
from databricks_on_sail.statement import (
    NOTHING,
    Engine,
    Parameter,
    Refused,
    Statement,
    bound,
)
from databricks_on_sail.writes import change, create_table, insert

# Answered and not done: every session is in UTC, and nothing else is configurable.
_SETTINGS = re.compile(r"set\s+(time\s+zone\s+'utc'|\S+\s*=)", re.IGNORECASE)
_UNORDERED = (exp.RowNumber, exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue)


def run(engine: Engine, sql: str, parameters: Sequence[Parameter]) -> pa.Table:
    """Run one statement; raises Refused, and what Sail raises."""
    _refuse(sql)
    if parameters:
        sql = bound(Statement.of(sql), parameters)
    statement = Statement.of(with_listings(engine, sql))
    for words, handle in _HANDLERS.items():
        if statement.begins(*words.split()):
            return handle(engine, statement)
    return engine.run(statement.sql)


def _refuse(sql: str) -> None:
    """Raise what Databricks says to what Sail would take."""
    try:
        trees = [tree for tree in sqlglot.parse(sql, read="databricks") if tree]
    except sqlglot.errors.SqlglotError as error:
        raise Refused(f"[PARSE_SYNTAX_ERROR] {error}") from None
    if len(trees) != 1:
        raise Refused("[PARSE_SYNTAX_ERROR] several statements at once")
    for window in trees[0].find_all(exp.Window):
        if isinstance(window.this, _UNORDERED) and not window.args.get("order"):
            raise Refused(
                f"[WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE] {window.this.sql()} needs an"
                " order of its window"
            )


def _set(engine: Engine, statement: Statement) -> pa.Table:
    if not _SETTINGS.match(statement.text(0)):
        raise Refused(f"[UNSUPPORTED_FEATURE] {statement.sql}")
    return NOTHING


def _plain(engine: Engine, statement: Statement) -> pa.Table:
    """What answers nothing on Databricks."""
    engine.run(statement.sql)
    return NOTHING


_HANDLERS: dict[str, Callable[[Engine, Statement], pa.Table]] = {
    "set": _set,
    "describe": describe,
    "create table": create_table,
    "create or replace table": create_table,
    "create": _plain,
    "drop": _plain,
    "use": _plain,
    "insert into": insert,
    "update": change,
    "delete from": change,
    "merge into": merge,
}
