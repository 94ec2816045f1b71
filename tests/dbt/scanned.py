"""What statements of a build read and write, told from their text and the tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlglot
from dbt.adapters.base.impl import BaseAdapter
from sqlglot import exp

from tests.statements.retried import tried

_CHANGES = (exp.Insert, exp.Update, exp.Delete, exp.Merge)
_KINDS = (
    ("ledger", re.compile(r"outhaul_\w+")),
    ("source", re.compile(r"people")),
    ("diff", re.compile(r"people_out(__dbt_tmp)?")),
    ("state", re.compile(r"people_out__(acknowledged|rejected)")),
    ("work", re.compile(r"people_out__\w+")),
)


@dataclass
class Scans:
    """By kind of table: bytes that were read, rows that were written.

    A query reads of a table the columns that it names, all of their rows, once for each
    time that it names the table. That is what BigQuery bills.
    """

    read: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)


@contextmanager
def scanning(dialect: str) -> Iterator[Scans]:
    """Watch the statements that dbt runs meanwhile."""
    scans = Scans()
    execute = BaseAdapter.execute

    def rows(adapter: Any, table: exp.Table) -> list[dict[str, Any]]:
        sql = f"select * from {table.sql(dialect=dialect)}"
        found = execute(adapter, sql, fetch=True)[1]
        names = [name.lower() for name in found.column_names]
        return [dict(zip(names, row.values(), strict=True)) for row in found.rows]

    def watch(self: Any, sql: str, *args: Any, **kwargs: Any) -> Any:
        statement = _parsed(sql, dialect)
        target = _target(statement)
        for table in _sources(statement, target):
            columns = _columns(table)
            for row in rows(self, table):
                read = [v for n, v in row.items() if columns is None or n in columns]
                scans.read[kind_of(table)] += sum(map(size, read))
        if target is None or not kind_of(target):
            return execute(self, sql, *args, **kwargs)
        is_new = isinstance(statement, exp.Create)
        before = Counter() if is_new else _counted(rows(self, target))
        answer = execute(self, sql, *args, **kwargs)
        after = _counted(rows(self, target))
        changed = max((after - before).total(), (before - after).total())
        scans.written[kind_of(target)] += changed
        return answer

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(BaseAdapter, "execute", watch)
        yield scans


def kind_of(table: exp.Table) -> str:
    """What a table is to a diff; empty for those of the warehouse itself."""
    name = table.name.lower()
    return next((kind for kind, known in _KINDS if known.fullmatch(name)), "")


def size(value: Any) -> int:
    """The bytes of a value, as BigQuery counts them."""
    if value is None:
        return 0
    if isinstance(value, bool):
        return 1
    return 2 + len(value.encode()) if isinstance(value, str) else 8


def _parsed(sql: str, dialect: str) -> exp.Expression | None:
    written = re.sub(r"/\*.*?\*/", "", sql, flags=re.DOTALL).strip()
    if re.match(r"(begin(?! declare)|commit|rollback|set)\b", written, re.IGNORECASE):
        return None
    return sqlglot.parse_one(tried(written), read=dialect)


def _target(statement: exp.Expression | None) -> exp.Table | None:
    """The table that a statement fills or changes."""
    is_query = isinstance(statement, exp.Create) and statement.expression is not None
    if not is_query and not isinstance(statement, _CHANGES):
        return None
    target: exp.Table | None = statement.this.find(exp.Table)
    return target


def _sources(
    statement: exp.Expression | None, target: exp.Table | None
) -> Iterator[exp.Table]:
    if target is None and not isinstance(statement, exp.Query):
        return
    is_read = isinstance(statement, (exp.Update, exp.Delete, exp.Merge))
    for table in statement.find_all(exp.Table):
        if kind_of(table) and (table is not target or is_read):
            yield table


def _columns(table: exp.Table) -> set[str] | None:
    """The names of the columns that are read of it; none for all of them."""
    select = table.parent_select
    found = (select or table.root()).find_all(exp.Column)
    if select is None:
        return {column.name.lower() for column in found}
    its = ("", table.alias_or_name.lower())
    if any(
        isinstance(each, exp.Star) or (each.is_star and each.args["table"].name in its)
        for each in select.expressions
    ):
        return None
    own = [column for column in found if column.parent_select is select]
    return {column.name.lower() for column in own if column.table.lower() in its}


def _counted(rows: list[dict[str, Any]]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(map(str, row.values())) for row in rows)
