"""A merge as a full outer join into a new table.

Sail has a `merge`, but its plan doubles with each column, and it counts the rows of all
files that it wrote.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import sqlglot
from sqlglot import exp

from databricks_on_sail.catalog import columns_of
from databricks_on_sail.statement import Engine, Refused, Statement
from databricks_on_sail.writes import replace

_UPDATED, _DELETED, _INSERTED = "updated", "deleted", "inserted"


@dataclass(frozen=True)
class _Clause:
    """One `when`. condition: when it holds; values: by the column, in lower case."""

    kind: str
    condition: str
    values: dict[str, str]


def merge(engine: Engine, statement: Statement) -> pa.Table:
    tree = sqlglot.parse_one(statement.sql, read="databricks")
    held, given = tree.this.alias_or_name, tree.args["using"].alias_or_name
    clauses = [_clause(when, held, given) for when in tree.args["whens"].expressions]
    using, on = statement.top("using"), statement.top("on")
    assert using is not None and on is not None
    target, _ = statement.name(2)
    joined = (
        f" from (select *, row_number() over (order by 1) as _row from {target})"
        f" as {held} full outer join (select *, 1 as _given from"
        f" {statement.text(using + 1, on)}) as {given} on {_sql(tree.args['on'])}"
    )
    counts = _counts(engine, clauses, f"{held}._row", joined)
    values = []
    for name, _ in columns_of(engine, target):
        chosen = [
            f"when {clause.condition} then"
            f" {clause.values.get(name.lower(), _otherwise(clause, held, name))}"
            for clause in clauses
            if clause.kind != _DELETED
        ]
        value = f"{held}.`{name}`"
        if chosen:
            value = f"case {' '.join(chosen)} else {value} end"
        values.append(f"{value} as `{name}`")
    # rows of the table that no clause deletes, and those that one inserts
    gone = [clause for clause in clauses if clause.kind == _DELETED]
    new = [clause for clause in clauses if clause.kind == _INSERTED]
    stays = f"({held}._row is not null and not {_first(clauses, gone)})"
    comes = f"({held}._row is null and {_first(clauses, new)})"
    rows = f"as select {', '.join(values)}{joined} where {stays} or {comes}"
    replace(engine, target, rows, is_checked=True)
    found = {"affected": sum(counts.values()), **counts}
    return pa.table({f"num_{name}_rows": [found[name]] for name in found})


def _clause(when: exp.When, held: str, given: str) -> _Clause:
    if when.args["matched"]:
        met = f"{held}._row is not null and {given}._given is not null"
    elif when.args.get("source"):
        met = f"{given}._given is null"
    else:
        met = f"{held}._row is null"
    if when.args.get("condition"):
        met += f" and ({_sql(when.args['condition'])})"
    then = when.args["then"]
    if isinstance(then, exp.Update):
        pairs = [(each.this.name, each.expression) for each in then.expressions]
    elif isinstance(then, exp.Insert):
        pairs = [
            (column.name, value)
            for column, value in zip(
                then.this.expressions, then.expression.expressions, strict=True
            )
        ]
    else:
        return _Clause(_DELETED, met, {})
    kind = _UPDATED if isinstance(then, exp.Update) else _INSERTED
    return _Clause(kind, met, {name.lower(): _sql(value) for name, value in pairs})


def _otherwise(clause: _Clause, held: str, name: str) -> str:
    """The value of a column that a clause does not name."""
    return f"{held}.`{name}`" if clause.kind == _UPDATED else "null"


def _action(clauses: list[_Clause]) -> str:
    """The number of the clause that a pair of rows meets, or 0."""
    cases = " ".join(
        f"when {clause.condition} then {number}"
        for number, clause in enumerate(clauses, start=1)
    )
    return f"case {cases} else 0 end"


def _counts(
    engine: Engine, clauses: list[_Clause], row: str, joined: str
) -> dict[str, int]:
    found = engine.run(
        "select _action, count(*) as pairs, count(_row) as held,"
        f" count(distinct _row) as rows from (select {_action(clauses)} as _action,"
        f" {row} as _row{joined}) group by _action"
    ).to_pylist()
    counts = {_UPDATED: 0, _DELETED: 0, _INSERTED: 0}
    for each in found:
        kind = clauses[each["_action"] - 1].kind if each["_action"] else None
        if kind != _DELETED and each["held"] != each["rows"]:
            raise Refused(
                "[DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE] several rows"
                " of the source match one of the table"
            )
        if kind is not None:
            counts[kind] += each["pairs"]
    return counts


def _first(clauses: list[_Clause], wanted: list[_Clause]) -> str:
    """Whether the first clause that a pair of rows meets is one of these."""
    numbers = [str(clauses.index(clause) + 1) for clause in wanted]
    return f"({_action(clauses)}) in ({', '.join(numbers)})" if numbers else "false"


def _sql(expression: exp.Expression) -> str:
    return expression.sql(dialect="databricks")
