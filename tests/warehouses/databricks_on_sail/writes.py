"""Statements that write, with the answers that Databricks gives to them."""

from __future__ import annotations

import itertools
import uuid

import pyarrow as pa

from databricks_on_sail.catalog import columns_of, ddl_type
from databricks_on_sail.statement import NOTHING, Engine, Refused, Statement


def create_table(engine: Engine, statement: Statement) -> pa.Table:
    """A Delta table at a location of its own.

    Sail takes another format where none is named, keeps the files of a table that is
    dropped, and cannot replace a table by one with other columns.
    """
    replaces = statement.begins("create", "or")
    index = 4 if replaces else 2
    exists = statement.text(index, index + 3).lower()
    if exists.split() == ["if", "not", "exists"]:
        index += 3
    name, end = statement.name(index)
    body = statement.closing(end) if statement.text(end, end + 1) == "(" else end
    rest = body
    if statement.text(body, body + 2).lower().split() == ["using", "delta"]:
        rest = body + 2
    declared, query = statement.text(end, body), statement.text(rest)
    if not replaces:
        head = f"{statement.text(0, index)} {name} {declared}"
        made = engine.run(f"{head} {new_place(engine)} {query}")
        _check_names(engine, name, query)
        return written(made)
    return replace(engine, name, query, declared)


def new_place(engine: Engine) -> str:
    """Where a table lies that nothing else has ever used."""
    return f"using delta location '{engine.folder / uuid.uuid4().hex}'"


def replace(
    engine: Engine, name: str, query: str, declared: str = "", is_checked: bool = False
) -> pa.Table:
    """Fill a table under another name, then give its files the name.

    query: the rest of the statement, from its table properties on.
    """
    *schema, _ = name.rsplit(".", 1)
    beside = ".".join([*schema, f"`{uuid.uuid4().hex}`"])
    place = new_place(engine)
    made = engine.run(f"create table {beside} {declared} {place} {query}")
    if not is_checked:
        _check_names(engine, beside, query)
    engine.run(f"drop table if exists {name}")
    engine.run(f"create table {name} {place}")
    engine.run(f"drop table {beside}")
    return written(made)


def _check_names(engine: Engine, name: str, query: str) -> None:
    """Some characters need a property of the table, which Sail does not ask for.

    https://docs.databricks.com/aws/en/delta/column-mapping
    """
    names = "".join(column for column, _ in columns_of(engine, name))
    if set(names) & set(" ,;{}()\n\t=") and "delta.columnMapping.mode" not in query:
        engine.run(f"drop table {name}")
        raise Refused(
            "[DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES] the names of the columns need"
            " delta.columnMapping.mode"
        )


def written(made: pa.Table) -> pa.Table:
    """Sail's count of new rows as Databricks gives it; nothing of an empty table."""
    if "count" not in made.column_names:
        return NOTHING
    count = made.column("count")
    return pa.table({"num_affected_rows": count, "num_inserted_rows": count})


def insert(engine: Engine, statement: Statement) -> pa.Table:
    """Columns that are not listed become null, where Sail wants them all."""
    index = 3 if statement.tokens[2].text.lower() == "table" else 2
    name, end = statement.name(index)
    listed, after = "", end
    if statement.text(end, end + 1) == "(":
        after = statement.closing(end)
        listed = statement.text(end + 1, after - 1)
    query = _named(Statement.of(statement.text(after)))
    if listed:
        given = [each.strip(" `\n").lower() for each in listed.split(",")]
        missing = [
            (column, of)
            for column, of in columns_of(engine, name)
            if column.lower() not in given
        ]
        if missing:
            nulls = ", ".join(
                f"cast(null as {ddl_type(of)}) as `{column}`" for column, of in missing
            )
            query = f"select given.*, {nulls} from ({query}) as given"
            listed += ", " + ", ".join(f"`{column}`" for column, _ in missing)
        listed = f"({listed})"
    return written(engine.run(f"insert into {name} {listed} {query}"))


def _named(query: Statement) -> str:
    """A select whose columns have names: Sail refuses two that read alike."""
    if not query.begins("select"):
        return query.sql
    names = itertools.count(1)
    ends = []
    depth = 0
    is_list = False
    for index, token in enumerate(query.tokens):
        depth += (token.text == "(") - (token.text == ")")
        word = token.text.lower()
        if depth == 0 and is_list and word in (",", "from", "where", "union"):
            ends.append(index)
            is_list = word == ","
        elif depth == 0 and word == "select":
            is_list = True
    if is_list:
        ends.append(len(query.tokens))
    sql = query.sql
    for end in reversed(ends):
        last = query.tokens[end - 1]
        is_named = end > 1 and query.tokens[end - 2].text.lower() == "as"
        if not is_named and last.text != "*":
            place = last.end + 1
            sql = f"{sql[:place]} as _{next(names)}{sql[place:]}"
    return sql


def change(engine: Engine, statement: Statement) -> pa.Table:
    """Count the rows of an update or a delete first: Sail counts those of whole files.

    Nothing comes in between, because each warehouse runs one statement at a time.
    """
    is_update = statement.begins("update")
    start = 1 if is_update else 2
    where = statement.top("where")
    stop = statement.top("set") if is_update else where
    condition = f" {statement.text(where)}" if where is not None else ""
    counted = f"select count(*) as rows from {statement.text(start, stop)}{condition}"
    count = engine.run(counted).column("rows")
    engine.run(statement.sql)
    return pa.table({"num_affected_rows": count})
