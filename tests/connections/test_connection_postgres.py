from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from threading import Thread

import pytest

from outhaul import exact
from outhaul.connections.postgres import PostgresConnection, connect_options
from outhaul.errors import (
    ConfigurationError,
    RelationMissing,
    WarehouseError,
    WarehouseUnreachable,
)


@pytest.fixture
def database(postgres):
    return postgres.new_database()


@pytest.fixture
def connection(database):
    connection = PostgresConnection(database.profile("public"))
    yield connection
    connection.close()


def test_rows_come_back_and_affected_rows_are_counted(connection):
    assert connection.execute("create table t (a int, b text)") == 0
    assert (
        connection.execute("insert into t values (?, ?), (?, ?)", [1, "x", 2, "y"]) == 2
    )
    assert connection.execute("update t set b = ? where a > ?", ["z", 0]) == 2
    assert connection.query("select a, b from t order by a") == [(1, "z"), (2, "z")]
    assert connection.execute("delete from t where a = ?", [1]) == 1
    assert connection.query("insert into t values (3) returning a") == [(3,)]


def test_every_statement_is_committed_by_itself(connection, database):
    connection.execute("create table t (a int)")
    connection.execute("insert into t values (1)")
    assert database.run("select * from t") == [(1,)]
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


def test_the_number_of_parameters_must_fit(connection):
    with pytest.raises(ValueError, match="1 placeholders for 2 values"):
        connection.query("select ?", [1, 2])


def test_G22_values_are_bound(connection):
    evil = "'; drop table t; -- \\ \" ? %s"
    connection.execute("create table t (a text)")
    connection.execute("insert into t values (?)", [evil])
    assert connection.query("select a from t where a = ?", [evil]) == [(evil,)]


def test_values_come_back_as_plain_python_types(connection):
    (row,) = connection.query(
        """
        select 1, 1.10::numeric(38, 2), 0.5::float8, true, 'é', null,
            date '2024-02-29', timestamp '2024-02-29 12:00:00.123456',
            timestamptz '2024-02-29 12:00:00+02', time '10:00', interval '1 day',
            '\\x00ff'::bytea, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid,
            array['a', null], array['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid],
            '{"a": [1, null]}'::json, '[1]'::jsonb, 9007199254740993,
            int4range(1, 2), 'NaN'::numeric
        """
    )
    assert row[:19] == (
        *(1, Decimal("1.10"), 0.5, True, "é", None),
        *(date(2024, 2, 29), datetime(2024, 2, 29, 12, 0, 0, 123456)),
        *(datetime(2024, 2, 29, 10, tzinfo=timezone.utc), time(10), "P1D"),
        *(b"\x00\xff", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        *(["a", None], ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]),
        *({"a": [1, None]}, [1], 9007199254740993, "[1,2)"),
    )
    assert str(row[1]) == "1.10"
    assert row[9].utcoffset() is None
    assert row[8].utcoffset() == timedelta(0)
    assert row[19].is_nan()


def test_values_that_the_driver_would_change_come_back_as_they_are(connection):
    connection.execute("create type mood as enum ('sad', 'ok')")
    connection.execute("create domain small as int check (value < 10)")
    connection.execute("create domain smaller as small")
    wanted = {
        "interval '1 month'": "P1M",
        "interval '-90 minutes'": "-PT1H30M",
        "array[interval '1 year -1 days']": ["P1Y-1D"],
        "0.1::float4": 0.1,
        "array[0.1::float4, null]": [0.1, None],
        "time '24:00:00'": "24:00:00",
        "timetz '10:00:00.5+02'": time(10, 0, 0, 500000, timezone(timedelta(hours=2))),
        """'{"a": 12345678901234567.89}'::json""": {
            "a": Decimal("12345678901234567.89")
        },
        "array['[1.5]'::jsonb]": [[Decimal("1.5")]],
        "array['sad', 'ok', null]::mood[]": ["sad", "ok", None],
        "array[array['sad', 'ok']]::mood[]": [["sad", "ok"]],
        "array[1, 2]::smaller[]": [1, 2],
        "array[]::small[]": [],
        "null::mood[]": None,
        "'ok'::mood": "ok",
        "array['\\x00ff'::bytea]": [b"\x00\xff"],
        "array[inet '10.0.0.1']": ["10.0.0.1"],
    }
    (row,) = connection.query(f"select {', '.join(wanted)}")
    assert dict(zip(wanted, row, strict=True)) == wanted


def test_a_float_is_exact_whatever_the_database_sets(database):
    database.run(f"alter database {database.dbname} set extra_float_digits = -5")
    connection = PostgresConnection(database.profile("public"))
    assert connection.query("select 0.1::float8 + 0.2") == [(0.1 + 0.2,)]
    connection.close()


def test_G14_a_date_that_python_cannot_hold_is_unreadable(connection):
    far = exact.FAR_DATE
    (row,) = connection.query(
        "select date '0044-03-15 BC', timestamp '20000-01-01', "
        "timestamptz '0044-03-15 12:00+00 BC', 'infinity'::date, "
        "'-infinity'::timestamp, array['infinity'::date, date '2024-02-29'], "
        "array['20000-01-01'::timestamptz], date '0001-01-01', date '9999-12-31'"
    )
    assert row[:5] == (far,) * 5
    assert row[5:] == (
        *([far, date(2024, 2, 29)], [far], date(1, 1, 1), date(9999, 12, 31)),
    )


def test_G18_json_that_python_cannot_hold_is_unreadable(connection):
    deep = "[" * 5000 + "]" * 5000
    assert connection.query(f"select '{deep}'::json") == [(exact.NOT_JSON,)]


def test_E19_the_session_is_in_utc(database):
    database.run(f"alter database {database.dbname} set timezone = 'Asia/Tokyo'")
    connection = PostgresConnection(database.profile("public"))
    assert connection.query("select '2024-01-01 00:00+00'::timestamptz::text") == [
        ("2024-01-01 00:00:00+00",)
    ]
    connection.close()


def test_a_missing_relation_is_told_apart(connection):
    for sql in ("select * from nope", "insert into no.pe values (1)"):
        with pytest.raises(RelationMissing, match="does not exist"):
            connection.query(sql)
    with pytest.raises(WarehouseError) as caught:
        connection.query("select nope")
    assert type(caught.value) is WarehouseError


def test_J15_errors_hold_no_personal_data(connection):
    connection.execute("create table people (email text primary key, age int)")
    connection.execute("insert into people values ('ann@example.com', 1)")
    for sql in (
        "insert into people values ('ann@example.com', 2)",
        "insert into people values ('ann@example.com', 'ann@example.com')",
        "select 'ann@example.com'::int",
        "do $$ begin raise exception 'no ann@example.com'; end $$",
    ):
        with pytest.raises(WarehouseError) as caught:
            connection.execute(sql)
        assert "ann@example.com" not in str(caught.value)
        assert caught.value.__context__ is None
    for value in ("ann\0@example.com", "ann\ud800@example.com"):
        with pytest.raises(WarehouseError) as caught:
            connection.execute("insert into people values (?)", [value])
        assert "example" not in str(caught.value)


def test_E14_a_missing_grant_is_named(connection, database):
    connection.execute("create table people (email text)")
    role = f"reader_of_{database.dbname}"
    connection.execute(f"create role {role} login")
    low = PostgresConnection(database.profile("public") | {"user": role})
    with pytest.raises(WarehouseError, match=f'select on table people to "{role}"'):
        low.query("select * from people")
    with pytest.raises(WarehouseError, match=f'insert on table people to "{role}"'):
        low.execute("insert into people values ('x')")
    low.close()


def test_the_role_search_path_and_application_of_the_profile_are_used(database):
    database.run("create schema marts")
    role = f"role_of_{database.dbname}"
    database.run(f"create role {role}")
    profile = database.profile("marts") | {
        "role": role,
        "search_path": "marts, public",
        "keepalives_idle": 30,
        "sslmode": "prefer",
    }
    connection = PostgresConnection(profile)
    asked = "select current_user, current_setting('search_path'), application_name "
    (row,) = connection.query(
        asked + "from pg_stat_activity where pid = pg_backend_pid()"
    )
    assert row == (role, "marts, public", "outhaul")
    connection.close()


def test_a_connection_dropped_while_idle_is_opened_again(connection, database):
    connection.execute("create table t (a int)")
    (first,) = connection.query("select pg_backend_pid()")
    database.run(f"select pg_terminate_backend({first[0]}, 5000)")
    assert connection.execute("insert into t values (1)") == 1
    assert connection.query("select pg_backend_pid()") != [first]
    assert connection.query("select * from t") == [(1,)]


def test_E05_a_statement_that_may_have_run_is_not_sent_again(connection):
    connection.execute("create sequence runs")
    with pytest.raises(WarehouseUnreachable, match="broke"):
        connection.query(
            "select nextval('runs'), pg_terminate_backend(pg_backend_pid())"
        )
    assert connection.query("select nextval('runs')") == [(2,)]


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


def test_a_server_that_is_away_is_tried_as_often_as_the_profile_says(database):
    waits = []
    profile = database.profile("public") | {"port": 1, "retries": 2, "pass": "hunter2"}
    profile |= {"password": "hunter2", "host": "127.0.0.1"}
    connection = PostgresConnection(profile, sleep=waits.append)
    with pytest.raises(WarehouseUnreachable) as caught:
        connection.query("select 1")
    assert "cannot connect to PostgreSQL at 127.0.0.1, port 1" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert waits == [1, 4]


def test_closing_twice_is_harmless_and_a_closed_connection_opens_again(connection):
    connection.close()
    connection.close()
    assert connection.query("select 1") == [(1,)]


def test_the_keys_of_dbts_profile_are_understood():
    profile = {"host": "h", "user": "u", "pass": "p", "database": "d", "port": "6543"}
    assert connect_options(profile) == {
        "host": "h",
        "port": 6543,
        "user": "u",
        "password": "p",
        "dbname": "d",
        "connect_timeout": 10,
        "application_name": "outhaul",
        "client_encoding": "UTF8",
    }
    more = {"sslmode": "verify-full", "sslrootcert": "/ca.pem", "search_path": "a, b"}
    options = connect_options(profile | more | {"keepalives_idle": 5})
    assert options["options"] == "-c search_path=a,\\ b"
    assert options["sslrootcert"] == "/ca.pem"
    assert options["keepalives_idle"] == 5


def test_a_profile_that_lacks_keys_is_refused():
    with pytest.raises(ConfigurationError, match="has no host, user, dbname"):
        connect_options({"port": 1})
    with pytest.raises(ConfigurationError, match="'port' must be a whole number"):
        connect_options({"host": "h", "user": "u", "dbname": "d", "port": "five"})
