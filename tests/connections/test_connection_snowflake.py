"""Snowflake's driver against the emulator, or against a real account."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest

from outhaul.connections.snowflake import SnowflakeConnection
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


def test_a_merge_counts_all_rows_that_it_wrote(connection):
    connection.execute("create table t as select 2 as a, 'y' as b")
    merged = connection.execute(
        "merge into t using (select 2 as a union all select 9) as s on t.a = s.a"
        " when matched then update set b = 'm' when not matched then insert (a) values"
        " (s.a)"
    )
    assert merged == 2


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
