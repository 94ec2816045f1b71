"""The promises of `outhaul.connections.base`, as checks of any connection.

Each check takes a `Setup`: a warehouse with an empty schema `shop`, and what opens
connections to it. `test_connections.py` runs all of them for all warehouses. Each makes
tables of its own name, so that nothing has to be emptied in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from outhaul.connections.adapters import adapter_of
from outhaul.connections.base import Connection
from outhaul.errors import (
    OuthaulError,
    RelationMissing,
    WarehouseError,
    WarehouseUnreachable,
)
from tests.connections.cases import Case
from tests.warehouses.base import WarehouseUnderTest

EVIL = "'; drop table t; -- \\ \" ? %s\n` \U0001f600"
PERSON = "ann@example.com"


@dataclass
class Setup:
    """A warehouse that is ready, and a connection that the checks share.

    reopens: whether it opens a session again that has ended.
    """

    case: Case
    warehouse: WarehouseUnderTest
    open: Callable[[Mapping[str, Any]], Connection]
    reopens: bool = True
    connection: Connection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = self.open(self.warehouse.output)

    @contextmanager
    def another(self, output: Mapping[str, Any]) -> Iterator[Connection]:
        """The only open connection, for a target of `profiles.yml`.

        dbt's adapter for DuckDB has one handle a process.
        """
        self.connection.close()
        connection = self.open(output)
        try:
            yield connection
        finally:
            connection.close()

    def table(self, name: str, columns: str) -> str:
        """Make a table; `integer` and `text` are words for types."""
        for word in ("integer", "text"):
            columns = columns.replace(word, getattr(self.case, word))
        assert self.connection.execute(f"create table shop.{name} ({columns})") == 0
        return f"shop.{name}"


def make_ready(warehouse: WarehouseUnderTest, case: Case) -> None:
    """Leave nothing in a warehouse but what the case needs."""
    warehouse.empty()
    for statement in case.types:
        warehouse.run_own(statement)


def failure_of(connection: Connection, sql: str, *parameters: Any) -> OuthaulError:
    with pytest.raises(OuthaulError) as caught:
        connection.query(sql, parameters)
    return caught.value


def check_that_rows_come_back_and_written_rows_are_counted(setup: Setup) -> None:
    connection = setup.connection
    table = setup.table("counted", "a integer, b text")
    inserted = f"insert into {table} (a, b) select ?, ? union all select 2, ?"
    assert connection.execute(inserted, [1, "x", "y"]) == 2
    assert connection.execute(f"update {table} set b = ? where a > ?", ["z", 0]) == 2
    assert connection.execute(f"update {table} set b = ? where a > ?", ["z", 9]) == 0
    rows = connection.query(f"select a, b from {table} order by a")
    assert rows == [(1, "z"), (2, "z")]
    assert connection.execute(f"delete from {table} where a = ?", [1]) == 1
    assert connection.execute(f"delete from {table} where a = ?", [1]) == 0
    assert connection.query(f"select a from {table} where a > ?", [9]) == []
    if setup.case.returning:
        returned = f"insert into {table} (a) values (3) returning a"
        assert connection.query(returned) == [(3,)]
    assert connection.execute(f"drop table {table}") == 0


def check_that_every_statement_is_committed_by_itself(setup: Setup) -> None:
    table = setup.table("committed", "a integer")
    setup.connection.execute(f"insert into {table} values (1)")
    assert setup.warehouse.run_own(f"select a from {table}") == [(1,)]
    failure_of(setup.connection, "select nope")
    assert setup.connection.execute(f"insert into {table} values (2)") == 1
    found = setup.warehouse.run_own(f"select a from {table} order by a")
    assert found == [(1,), (2,)]


def check_that_percent_and_question_marks_of_the_text_survive(setup: Setup) -> None:
    connection, remainder = setup.connection, setup.case.remainder
    assert connection.query(f"select 'a%?', {remainder}") == [("a%?", 3)]
    rows = connection.query(f"select 'a%?%s', {remainder}, ?", ["50%?"])
    assert rows == [("a%?%s", 3, "50%?")]
    dialect = adapter_of(connection.adapter_type).dialect
    name = dialect.identifier(setup.case.odd_name)
    sql = f"select {name} from (select 1 as {name}) as named where {name} = ?"
    assert connection.query(sql, [1]) == [(1,)]


def check_that_the_number_of_parameters_must_fit(setup: Setup) -> None:
    for sql, values in (("select ?", [1, 2]), ("select '?'", [1])):
        with pytest.raises(ValueError, match=r"\d placeholders for \d values"):
            setup.connection.query(sql, values)


def check_that_values_are_bound(setup: Setup) -> None:
    """G22"""
    table = setup.table("bound", "a text, b boolean, c integer")
    insert = f"insert into {table} (a, b, c) select ?, ?, ?"
    values = (EVIL, True, 2**60)
    assert setup.connection.execute(insert, values) == 1
    found = setup.connection.query(f"select * from {table} where a = ?", [EVIL])
    assert found == [values]
    assert setup.connection.query("select ?, ?", [0.5, None]) == [(0.5, None)]


def check_that_values_come_back_as_plain_python_types(setup: Setup) -> None:
    """G06, G14, G18"""
    values, connection = setup.case.values, setup.connection
    if setup.case.apart:
        row = [connection.query(f"select {sql}")[0][0] for sql in values]
    else:
        row = list(connection.query("select " + ", ".join(values))[0])
    for (sql, wanted), value in zip(values.items(), row, strict=True):
        assert is_same(value, wanted), f"{sql}: {value!r}, and not {wanted!r}"


def is_same(value: Any, wanted: Any) -> bool:
    """Of one type, and a number with as many places."""
    if isinstance(wanted, Decimal):
        return str(value) == str(wanted)
    is_nan = value != value and wanted != wanted
    return type(value) is type(wanted) and (value == wanted or is_nan)


def check_that_the_session_is_in_utc(setup: Setup) -> None:
    """E19: whatever the warehouse or the profile says."""
    for statement in setup.case.elsewhere:
        setup.warehouse.run_own(statement.format(**setup.warehouse.output))
    with setup.another({**setup.warehouse.output, **setup.case.settings}) as other:
        [(moment,)] = other.query(f"select {setup.case.moment}")
    assert moment.startswith("2024-01-01 00:00")


def check_that_a_missing_relation_is_told_apart(setup: Setup) -> None:
    for sql in setup.case.missing:
        assert type(failure_of(setup.connection, sql)) is RelationMissing
    assert type(failure_of(setup.connection, "select nope")) is WarehouseError
    assert setup.connection.query("select 1") == [(1,)]


def check_that_errors_hold_no_data_of_rows(setup: Setup) -> None:
    """J15"""
    for sql in setup.case.refused:
        for error in (
            failure_of(setup.connection, sql.replace("?", f"'{PERSON}'")),
            failure_of(setup.connection, sql, *[PERSON] * sql.count("?")),
        ):
            assert isinstance(error, WarehouseError)
            assert "example" not in str(error)
            assert error.__context__ is None


def check_that_a_text_that_is_none_ends_in_an_error(setup: Setup) -> None:
    for text in setup.case.not_texts:
        error = failure_of(setup.connection, "select ?", text)
        assert isinstance(error, WarehouseError)
        assert "example" not in str(error)
        assert setup.connection.query("select 1") == [(1,)]


def check_that_several_threads_may_share_it(setup: Setup) -> None:
    table = setup.table("shared", "a integer")
    sql = f"insert into {table} (a) select ?"

    def insert(number: int) -> list[int]:
        return [setup.connection.execute(sql, [number]) for _ in range(3)]

    with ThreadPoolExecutor(max_workers=4) as threads:
        assert list(threads.map(insert, range(4))) == [[1] * 3] * 4
    assert setup.connection.query(f"select count(*) from {table}") == [(12,)]


def check_that_it_may_be_closed_twice_and_opens_again(setup: Setup) -> None:
    with setup.another(setup.warehouse.output) as other:
        other.close()
        assert other.query("select 1") == [(1,)]
        other.close()
        other.close()
        assert other.query("select 1") == [(1,)]


def check_that_a_session_that_ended_while_idle_is_opened_again(setup: Setup) -> None:
    if not (setup.reopens and setup.case.backend):
        return
    connection, backend = setup.connection, f"select {setup.case.backend}"
    [(first,)] = connection.query(backend)
    setup.warehouse.run_own(f"select pg_terminate_backend({first}, 5000)")
    table = setup.table("ended", "a integer")
    assert connection.query(backend) != [(first,)]
    assert connection.query(f"select * from {table}") == []


def check_that_a_statement_that_may_have_run_is_not_sent_again(setup: Setup) -> None:
    """E05"""
    if not (setup.reopens and setup.case.backend):
        return
    end = f"select nextval('shop.runs'), pg_terminate_backend({setup.case.backend})"
    error = failure_of(setup.connection, end)
    assert type(error) is WarehouseUnreachable
    assert "broke" in str(error)
    assert setup.connection.query("select nextval('shop.runs')") == [(2,)]


def check_that_one_who_is_away_is_told_without_secrets(setup: Setup) -> None:
    if not setup.case.away:
        return
    with setup.another({**setup.warehouse.output, **setup.case.away}) as other:
        error = failure_of(other, "select 1")
    assert type(error) is WarehouseUnreachable
    assert str(error).startswith("cannot connect to ")
    assert "hunter2" not in str(error)
    assert error.__context__ is None


CHECKS = [check for name, check in globals().items() if name.startswith("check_that_")]
