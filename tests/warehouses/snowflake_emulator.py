"""An emulator of Snowflake: fakesnow's server, with what dbt and outhaul need more of.

It runs in an environment of its own (`requirements-snowflake.txt`), as a process:

    python -I snowflake_emulator.py PORT

and ends with its standard input. fakesnow translates SQL to DuckDB's and answers by
Snowflake's HTTP protocol. Each function below mends a difference between fakesnow 0.12
and Snowflake that would fail a correct statement; none makes a wrong statement pass.
"""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from importlib import import_module
from typing import Any

import duckdb
import fakesnow.arrow
import pyarrow
import pyarrow.compute
import snowflake.connector.errors
from fakesnow import server as serve
from fakesnow.cursor import FakeSnowflakeCursor
from sqlglot import exp

_DDL = (exp.Alter, exp.Create, exp.Drop)
_WRITES = (*_DDL, exp.Delete, exp.Insert, exp.Merge, exp.Update)
_FAILED = 1003  # Snowflake's code of a statement that it cannot run
# Answered and not done: it shows no query history, and its clock is in UTC anyway.
_IGNORED = ["alter session (un)?set (query_tag|timezone)"]

_transform = FakeSnowflakeCursor._transform
_transform_explode = FakeSnowflakeCursor._transform_explode
_execute = FakeSnowflakeCursor._execute
_timestamps = fakesnow.arrow.timestamp_to_sf_struct
_server = import_module("fakesnow.server")  # whose name the function `server` has too
_binding = _server.from_binding
_row_type = _server.describe_as_rowtype
_writing = threading.RLock()


def transform(self: FakeSnowflakeCursor, statement: exp.Expression, params: Any) -> Any:
    """Make ordinary tables of temporary ones with a qualified name.

    Snowflake's temporary tables live in a schema; DuckDB's only in a catalog "temp".
    """
    if isinstance(statement, exp.Create):
        created = statement.this
        table = created.this if isinstance(created, exp.Schema) else created
        properties = statement.args.get("properties")
        if properties and table is not None and table.args.get("db"):
            kept = [
                each
                for each in properties.expressions
                if not isinstance(each, exp.TemporaryProperty)
            ]
            properties.set("expressions", kept)
    return _transform(self, statement, params)


def transform_explode(
    self: FakeSnowflakeCursor, statement: exp.Expression
) -> list[exp.Expression]:
    """Leave `merge` to DuckDB, which has it.

    fakesnow takes it apart into several statements, which fail within a transaction,
    and for values that name no table.
    """
    if isinstance(statement, exp.Merge):
        return [statement]
    exploded: list[exp.Expression] = _transform_explode(self, statement)
    return exploded


def execute(
    self: FakeSnowflakeCursor, statement: exp.Expression, params: Any = None
) -> None:
    """Run one statement as Snowflake does beside others, and in a transaction.

    Writers wait for each other, where DuckDB refuses the second; DDL commits what is
    open; a failure is an answer and ends the transaction, where fakesnow would answer
    500, which makes the driver try again for ever.
    """
    is_write = isinstance(statement, _WRITES)
    try:
        if is_write:
            _writing.acquire()
        if isinstance(statement, _DDL):
            with suppress(duckdb.TransactionException):
                self._duck_conn.commit()
            self._conn._in_transaction = False
        _execute(self, statement, params)
        if isinstance(statement, exp.Merge):
            _count_merged_rows(self)
        if isinstance(statement, exp.Describe):
            _name_whole_numbers(self)
    except snowflake.connector.errors.Error:
        _roll_back(self)
        raise
    except Exception as error:
        _roll_back(self)
        raise snowflake.connector.errors.ProgrammingError(
            msg=f"{type(error).__name__}: {error}", errno=_FAILED, sqlstate="42000"
        ) from error
    finally:
        if is_write:
            _writing.release()


def timestamps(values: pyarrow.Array | pyarrow.ChunkedArray) -> pyarrow.StructArray:
    """Keep null times null, which fakesnow sends as 1970-01-01."""
    built = _timestamps(values)
    if isinstance(values, pyarrow.ChunkedArray):
        values = values.combine_chunks()
    fields = [built.field(index) for index in range(built.type.num_fields)]
    return pyarrow.StructArray.from_arrays(
        fields, fields=list(built.type), mask=values.is_null()
    )


def binding(bound: dict[str, Any]) -> Any:
    """Take a number with a fraction for a number, which fakesnow takes for text."""
    if bound["type"] == "REAL" and bound["value"] is not None:
        return float(bound["value"])
    return _binding(bound)


def row_type(described: list[Any]) -> Any:
    """Refuse a column of a type that Snowflake lacks, and do not answer 500."""
    try:
        return _row_type(described)
    except NotImplementedError as error:
        raise snowflake.connector.errors.ProgrammingError(
            msg=f"not supported: {error}", errno=_FAILED, sqlstate="42000"
        ) from error


def _count_merged_rows(cursor: FakeSnowflakeCursor) -> None:
    """DuckDB answers a merge with one number, Snowflake with a named one."""
    table = cursor._arrow_table
    assert table is not None
    count = table.column(0)[0].as_py()
    cursor._last_sql = f'select {count} as "number of rows inserted"'
    cursor._last_params = None
    cursor._duck_conn.execute(cursor._last_sql)
    cursor._arrow_table = cursor._duck_conn.to_arrow_table()
    cursor._rowcount = count


def _name_whole_numbers(cursor: FakeSnowflakeCursor) -> None:
    """`describe table` calls whole numbers without a cast INTEGER, others NUMBER."""
    table = cursor._arrow_table
    if table is not None and "type" in table.column_names:
        index = table.column_names.index("type")
        types = pyarrow.compute.replace_substring_regex(
            table.column(index), "^INTEGER$", "NUMBER(38,0)"
        )
        cursor._arrow_table = table.set_column(index, "type", types)


def _roll_back(cursor: FakeSnowflakeCursor) -> None:
    with suppress(duckdb.Error):
        cursor._duck_conn.rollback()
    cursor._conn._in_transaction = False


def main() -> None:
    """Serve until the process that started this one is gone."""
    FakeSnowflakeCursor._transform = transform
    FakeSnowflakeCursor._transform_explode = transform_explode
    FakeSnowflakeCursor._execute = execute
    fakesnow.arrow.timestamp_to_sf_struct = timestamps
    _server.from_binding = binding
    _server.describe_as_rowtype = row_type
    _server.shared_fs.nop_regexes = _IGNORED
    with serve(port=int(sys.argv[1]), host="127.0.0.1"):
        sys.stdin.read()


if __name__ == "__main__":
    main()
