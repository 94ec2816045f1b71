"""Against the real driver, and a PostgreSQL that passes for a Redshift."""

from datetime import date, datetime, timezone
from decimal import Decimal
from threading import Thread

import pytest

from outhaul import exact
from outhaul.connections.redshift import (
    RedshiftConnection,
    connect_options,
    opens_natively,
)
from outhaul.errors import (
    ConfigurationError,
    RelationMissing,
    WarehouseError,
    WarehouseUnreachable,
)
from tests.warehouses.redshift import RedshiftWarehouse
from tests.warehouses.redshift_proxy import redshift_proxy


@pytest.fixture(scope="module")
def warehouse(postgres):
    database = postgres.new_database()
    with redshift_proxy(database) as port:
        warehouse = RedshiftWarehouse(database, port)
        yield warehouse
        warehouse.close()


@pytest.fixture
def behind(warehouse):
    """The same database, as PostgreSQL."""
    warehouse.empty()
    return warehouse


@pytest.fixture
def connection(behind):
    connection = RedshiftConnection(behind.output, sleep=lambda seconds: None)
    connection.execute("set search_path to shop")
    yield connection
    connection.close()


def test_rows_come_back_and_affected_rows_are_counted(connection):
    assert connection.execute("create table t (a int, b varchar(20))") == 0
    assert (
        connection.execute("insert into t values (?, ?), (?, ?)", [1, "x", 2, "y"]) == 2
    )
    assert connection.execute("update t set b = ? where a > ?", ["z", 0]) == 2
    assert connection.query("select a, b from t order by a") == [(1, "z"), (2, "z")]
    assert connection.execute("delete from t where a = ?", [1]) == 1
    assert connection.execute("delete from t where a = ?", [1]) == 0


def test_every_statement_is_committed_by_itself(connection, behind):
    connection.execute("create table t (a int)")
    connection.execute("insert into t values (1)")
    assert behind.run_own("select * from shop.t") == [(1,)]
    with pytest.raises(WarehouseError):
        connection.query("select 1/0")
    assert connection.query("select 1") == [(1,)]


def test_percent_signs_and_question_marks_in_text_survive(connection):
    assert connection.query("select 'a%?', 7 % 4") == [("a%?", 3)]
    assert connection.query("select 'a%?%s', 7 % 4, ?", ["50%?"]) == [
        ("a%?%s", 3, "50%?")
    ]
    connection.execute("""create table "what?" ("50%" int)""")
    assert connection.execute("""insert into "what?" ("50%") values (?)""", [1]) == 1
    with pytest.raises(ValueError, match="1 placeholders for 2 values"):
        connection.query("select ?", [1, 2])


def test_G22_values_are_bound(connection):
    evil = "'; drop table t; -- \\ \" ? %s"
    connection.execute("create table t (a varchar(100))")
    connection.execute("insert into t values (?)", [evil])
    assert connection.query("select a from t where a = ?", [evil]) == [(evil,)]


def test_values_come_back_as_plain_python_types(connection):
    (row,) = connection.query(
        """
        select 1, cast(1.10 as numeric(38, 2)), cast(0.5 as double precision), true,
            'é', null, date '2024-02-29', timestamp '2024-02-29 12:00:00.5',
            timestamptz '2024-02-29 12:00:00+02', 9007199254740993
        """
    )
    assert row == (
        *(1, Decimal("1.10"), 0.5, True, "é", None),
        *(date(2024, 2, 29), datetime(2024, 2, 29, 12, 0, 0, 500000)),
        *(datetime(2024, 2, 29, 10, tzinfo=timezone.utc), 9007199254740993),
    )
    assert str(row[1]) == "1.10"


def test_values_that_the_driver_would_change_come_back_as_they_are(connection):
    (row,) = connection.query(
        "select interval '1 month', interval '25 hours', cast(0.1 as real),"
        " interval '-90 minutes'"
    )
    assert row == ("P1M", "PT25H", 0.1, "-PT1H30M")


def test_G14_a_date_that_python_cannot_hold_is_unreadable(connection):
    far = exact.FAR_DATE
    assert connection.query(
        "select date '0044-03-15 BC', timestamp '20000-01-01',"
        " date '0001-01-01', date '9999-12-31'"
    ) == [(far, far, date(1, 1, 1), date(9999, 12, 31))]


def test_E19_the_session_is_in_utc(connection, behind):
    database = behind.output["dbname"]
    behind.run_own(f"alter database {database} set timezone = 'Asia/Tokyo'")
    try:
        connection.close()
        text = "cast(cast('2024-01-01 00:00+00' as timestamptz) as varchar(40))"
        assert connection.query(f"select {text}") == [("2024-01-01 00:00:00+00",)]
    finally:
        behind.run_own(f"alter database {database} reset timezone")


def test_a_missing_relation_is_told_apart(connection):
    with pytest.raises(RelationMissing, match="does not exist"):
        connection.query("select * from nope")
    with pytest.raises(WarehouseError) as caught:
        connection.query("select nope from (select 1 as a) as t")
    assert type(caught.value) is WarehouseError


def test_J15_errors_hold_no_personal_data(connection):
    connection.execute("create table people (email varchar(50), age int)")
    for sql in (
        "insert into people values ('ann@example.com', 'ann@example.com')",
        "select cast('ann@example.com' as int)",
    ):
        with pytest.raises(WarehouseError) as caught:
            connection.execute(sql)
        assert "ann@example.com" not in str(caught.value)
        assert caught.value.__context__ is None


def test_E14_a_missing_grant_is_named(connection, behind):
    connection.execute("create table people (email varchar(50))")
    behind.run_own("drop role if exists reader; create role reader login")
    behind.run_own("grant usage on schema shop to reader")
    low = RedshiftConnection(behind.output | {"user": "reader"})
    with pytest.raises(WarehouseError, match='select on table people to "reader"'):
        low.query("select * from shop.people")
    low.close()


@pytest.mark.parametrize("times, is_done", [(2, True), (9, False)])
def test_a_statement_that_gives_way_to_another_is_tried_again(
    connection, behind, times, is_done
):
    """The message is Redshift's; PostgreSQL has to be told when to say it."""
    behind.run_own(
        "create sequence shop.calls; create table shop.t (a int);"
        " create function shop.give_way() returns trigger language plpgsql as"
        f" $$ begin if nextval('shop.calls') <= {times} then raise exception '1023'"
        " using detail = 'Serializable isolation violation on table - 100';"
        " end if; return new; end $$;"
        " create trigger t before insert on shop.t execute function shop.give_way()"
    )
    if is_done:
        assert connection.execute("insert into t values (1)") == 1
    else:
        with pytest.raises(WarehouseError):
            connection.execute("insert into t values (1)")
    assert len(connection.query("select a from t")) == int(is_done)


def test_a_connection_dropped_while_idle_is_opened_again(connection, behind):
    connection.execute("create table t (a int)")
    (first,) = connection.query("select pg_backend_pid()")
    behind.run_own(f"select pg_terminate_backend({first[0]}, 5000)")
    assert connection.execute("insert into shop.t values (1)") == 1
    assert connection.query("select pg_backend_pid()") != [first]


def test_E05_a_statement_that_may_have_run_is_not_sent_again(connection, behind):
    behind.run_own("create sequence shop.runs")
    with pytest.raises(WarehouseUnreachable, match="broke"):
        connection.query(
            "select nextval('shop.runs'), pg_terminate_backend(pg_backend_pid())"
        )
    assert connection.query("select nextval('shop.runs')") == [(2,)]


def test_several_threads_share_a_connection(connection):
    connection.execute("create table t (a int)")

    def insert(number):
        for _ in range(10):
            connection.execute("insert into t values (?)", [number])

    threads = [Thread(target=insert, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert connection.query("select count(*) from t") == [(40,)]


def test_a_server_that_is_away_is_tried_as_often_as_the_profile_says(behind):
    waits = []
    profile = behind.output | {"port": 1, "retries": 2, "password": "hunter2"}
    connection = RedshiftConnection(profile, sleep=waits.append)
    with pytest.raises(WarehouseUnreachable) as caught:
        connection.query("select 1")
    assert "cannot connect to Redshift at 127.0.0.1, port 1" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert waits == [1, 4]


def test_closing_twice_is_harmless_and_a_closed_connection_opens_again(connection):
    connection.close()
    connection.close()
    assert connection.query("select 1") == [(1,)]


def test_the_keys_of_dbts_profile_are_understood():
    profile = {"host": "h", "user": "u", "pass": "p", "database": "d", "port": "5440"}
    plain = {
        "host": "h",
        "port": 5440,
        "user": "u",
        "password": "p",
        "database": "d",
        "timeout": None,
        "application_name": "outhaul",
        "ssl": True,
        "sslmode": "verify-ca",
        "tcp_keepalive": True,
    }
    assert connect_options(profile) == plain
    more = {"sslmode": "verify-full", "connect_timeout": 5, "tcp_keepalive_idle": 9}
    assert connect_options(profile | more) == plain | {
        "sslmode": "verify-full",
        "timeout": 5,
        "tcp_keepalive_idle": 9,
    }
    assert connect_options(profile | {"sslmode": "disable"})["ssl"] is False


def test_a_profile_that_lacks_keys_is_refused():
    with pytest.raises(ConfigurationError, match="has no host, user, password, dbname"):
        connect_options({"port": 1})


def test_only_users_of_the_database_are_connected_without_dbt():
    assert opens_natively({}) and opens_natively({"method": "database"})
    assert not opens_natively({"method": "iam"})
