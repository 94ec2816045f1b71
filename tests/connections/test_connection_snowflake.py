"""Snowflake's driver against the emulator, or against a real account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from outhaul.config.project import load_project
from outhaul.connections import connect
from outhaul.connections.snowflake import SnowflakeConnection
from outhaul.errors import RelationMissing, WarehouseError
from tests.warehouses.base import Server, WarehouseUnderTest
from tests.warehouses.choice import only_on

pytestmark = [only_on("snowflake"), pytest.mark.conformance]


@pytest.fixture(scope="module")
def warehouse(server: Server, tmp_path_factory: Any) -> Iterator[WarehouseUnderTest]:
    warehouse = server.new(tmp_path_factory.mktemp("snowflake"))
    yield warehouse
    warehouse.close()


@pytest.fixture
def connection(warehouse: WarehouseUnderTest) -> Iterator[SnowflakeConnection]:
    warehouse.empty()
    connection = SnowflakeConnection(warehouse.output)
    yield connection
    connection.close()


def test_rows_come_back_and_affected_rows_are_counted(connection):
    assert connection.execute("create table t (a int, b text)") == 0
    assert connection.execute("insert into t select ?, ?", [1, "x"]) == 1
    assert (
        connection.execute("insert into t select 2, 'y' union all select 3, 'z'") == 2
    )
    assert connection.execute("update t set b = ? where a > ?", ["q", 1]) == 2
    assert connection.query("select a, b from t order by a") == [
        (1, "x"),
        (2, "q"),
        (3, "q"),
    ]
    assert connection.execute("delete from t where a = ?", [1]) == 1
    assert connection.execute("update t set b = 'x' where a = 1") == 0
    merged = connection.execute(
        "merge into t using (select 2 as a union all select 9) as s on t.a = s.a"
        " when matched then update set b = 'm' when not matched then insert (a) values"
        " (s.a)"
    )
    assert merged == 2
    assert connection.execute("drop table t") == 0


def test_every_statement_is_committed_by_itself(connection, warehouse):
    connection.execute("create table t (a int)")
    connection.execute("insert into t values (1)")
    assert warehouse.run_own("select * from shop.t") == [(1,)]
    with pytest.raises(WarehouseError):
        connection.query("select nothing_of_the_kind")
    assert connection.query("select 1") == [(1,)]


def test_percent_signs_and_question_marks_in_text_survive(connection):
    assert connection.query("select 'a%?', mod(7, 4)") == [("a%?", 3)]
    assert connection.query("select 'a%?%s', ?", ["50%?"]) == [("a%?%s", "50%?")]
    connection.execute("""create table "what?" ("50%" int)""")
    assert connection.execute("""insert into "what?" ("50%") select ?""", [1]) == 1


def test_the_number_of_parameters_must_fit(connection):
    with pytest.raises(ValueError, match="1 placeholders for 2 values"):
        connection.query("select ?", [1, 2])


def test_G22_values_are_bound(connection):
    evil = "'; drop table t; -- \\ \" ? %s \U0001f600"
    connection.execute("create table t (a text, b boolean, c bigint, d double)")
    statement = "insert into t select ?, cast(? as boolean), cast(? as bigint), ?"
    assert connection.execute(statement, [evil, True, 2**60, 0.5]) == 1
    assert connection.execute(statement, [None, None, None, None]) == 1
    assert connection.query("select * from t where a = ?", [evil]) == [
        (evil, True, 2**60, 0.5)
    ]
    assert connection.query("select * from t where a is null") == [(None,) * 4]


def test_values_come_back_as_plain_python_types(connection):
    (row,) = connection.query(
        """
        select 1, cast('1.10' as number(38, 2)), cast(0.5 as float), true, 'é', null,
            date '2024-02-29', '2024-02-29 12:00:00.123456'::timestamp_ntz,
            '2024-02-29 12:00:00 +0200'::timestamp_tz,
            '2024-02-29 12:00:00 +0200'::timestamp_ltz,
            time '10:00:00', to_binary('00FF', 'HEX'), 9007199254740993
        """
    )
    assert row == (
        *(1, Decimal("1.10"), 0.5, True, "é", None),
        *(date(2024, 2, 29), datetime(2024, 2, 29, 12, 0, 0, 123456)),
        *(datetime(2024, 2, 29, 10, tzinfo=timezone.utc),) * 2,
        *(time(10), b"\x00\xff", 9007199254740993),
    )
    assert str(row[1]) == "1.10"
    assert row[7].tzinfo is None
    assert row[8].utcoffset() == row[9].utcoffset() == timedelta(0)
    assert type(row[11]) is bytes


def test_semi_structured_values_come_back_as_lists_and_dicts(connection):
    (row,) = connection.query(
        """
        select parse_json('{"a": [1, null, "undefined"]}'), parse_json('"text"'),
            object_construct('a', 1), array_construct(1, null, 'undefined'),
            parse_json('null'), cast(null as variant)
        """
    )
    assert row == (
        {"a": [1, None, "undefined"]},
        "text",
        {"a": 1},
        [1, None, "undefined"],
        None,
        None,
    )


def test_E19_the_session_is_in_utc(connection):
    assert connection.query(
        "select to_varchar('2024-01-01 00:00:00 +0000'::timestamp_ltz,"
        " 'YYYY-MM-DD HH24:MI')"
    ) == [("2024-01-01 00:00",)]


def test_a_missing_relation_is_told_apart(connection):
    for sql in ("select * from nope", "insert into nope values (1)"):
        with pytest.raises(RelationMissing, match="does not exist"):
            connection.query(sql)
    with pytest.raises(WarehouseError) as caught:
        connection.query("select nope")
    assert type(caught.value) is WarehouseError


def test_J15_errors_hold_no_personal_data(connection):
    connection.execute("create table people (email text, age int)")
    for sql, values in (
        ("insert into people select 'x', cast('ann@example.com' as int)", ()),
        ("insert into people select 'x', cast(? as int)", ("ann@example.com",)),
        ("insert into people select 'x', cast('ann of example' as int)", ()),
    ):
        with pytest.raises(WarehouseError) as caught:
            connection.execute(sql, values)
        assert "ann" not in str(caught.value)
        assert caught.value.__context__ is None
    with pytest.raises(WarehouseError) as caught:
        connection.execute("insert into people select ?, 1", ["ann\ud800@example.com"])
    assert "example" not in str(caught.value)


def test_several_threads_share_a_connection(connection):
    connection.execute("create table t (a int)")

    def insert(number: int) -> None:
        for _ in range(5):
            connection.execute("insert into t select ?", [number])

    threads = [Thread(target=insert, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert connection.query("select count(*) from t") == [(20,)]


def test_two_writers_of_one_row_wait_for_each_other(connection, warehouse):
    connection.execute("create table t (a int)")
    connection.execute("insert into t values (0)")
    others = [SnowflakeConnection(warehouse.output) for _ in range(4)]

    def count(own: SnowflakeConnection) -> None:
        for _ in range(5):
            assert own.execute("update t set a = a + 1") == 1

    threads = [Thread(target=count, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()
    assert connection.query("select a from t") == [(20,)]


def test_a_result_of_many_rows_comes_whole(connection):
    rows = connection.query(
        "select seq4(), 'name ' || seq4() from table(generator(rowcount => 20000))"
    )
    assert len(rows) == 20_000
    assert rows[-1] == (19_999, "name 19999")


def test_closing_twice_is_harmless_and_a_closed_connection_opens_again(connection):
    assert connection.query("select 1") == [(1,)]
    connection.close()
    connection.close()
    assert connection.query("select 1") == [(1,)]


def test_dbts_adapter_gives_the_same(warehouse, tmp_path: Path):
    (tmp_path / "dbt_project.yml").write_text("name: shop\nprofile: shop\n")
    profile = {"shop": {"target": "dev", "outputs": {"dev": warehouse.output}}}
    (tmp_path / "profiles.yml").write_text(yaml.safe_dump(profile))
    project = load_project(tmp_path, tmp_path, environ={})
    native, through_dbt = connect(project), connect(project, through_dbt=True)
    assert isinstance(native, SnowflakeConnection)
    sql = "select ?, 1.50::number(10, 2), parse_json('[1]'), current_date()"
    try:
        assert native.query(sql, ["x"]) == through_dbt.query(sql, ["x"])
    finally:
        native.close()
        through_dbt.close()
