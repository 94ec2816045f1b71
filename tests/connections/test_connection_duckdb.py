import subprocess
import sys
from datetime import date, datetime, timedelta
from decimal import Decimal
from threading import Thread

import duckdb
import pytest

from outhaul import exact
from outhaul.connections.duckdb import DuckDBConnection, opens_natively
from outhaul.errors import (
    ConfigurationError,
    RelationMissing,
    WarehouseError,
    WarehouseUnreachable,
)

HOLD_THE_FILE = """
import sys, duckdb
held = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path):
    path = str(tmp_path / "shop.duckdb")
    duckdb.connect(path).close()
    return path


@pytest.fixture
def connection(path):
    return DuckDBConnection({"type": "duckdb", "path": path})


@pytest.fixture
def holder(path):
    """Another process that holds the file until its standard input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_FILE, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout and process.stdout.readline() == b"held\n"
        yield process
        process.stdin.close()


def test_rows_come_back_and_affected_rows_are_counted(connection):
    assert connection.execute("create table t (a int, b text)") == 0
    assert (
        connection.execute("insert into t values (?, ?), (?, ?)", [1, "x", 2, "y"]) == 2
    )
    assert connection.execute("update t set b = ? where a > ?", ["z", 0]) == 2
    assert connection.query("select a, b from t order by a") == [(1, "z"), (2, "z")]
    assert connection.execute("delete from t where a = ?", [1]) == 1
    assert connection.execute("delete from t where a = ?", [1]) == 0
    assert connection.query("insert into t values (3, 'c') returning a") == [(3,)]
    assert connection.execute("create or replace table u as select 1 as a") in (0, 1)


def test_the_file_is_free_between_statements(connection, path):
    connection.execute("create table t as select 1 as a")
    command = f"import duckdb; print(duckdb.connect({path!r}).sql('from t').fetchall())"
    done = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[(1,)]\n"
    connection.close()
    assert connection.query("from t") == [(1,)]


def test_percent_signs_and_question_marks_in_text_survive(connection):
    assert connection.query("select 'a%?%s', 7 % 4, ?", ["50%?"]) == [
        ("a%?%s", 3, "50%?")
    ]
    with pytest.raises(ValueError, match="1 placeholders for 2 values"):
        connection.query("select '?', ?", [1, 2])


def test_values_come_back_as_plain_python_types(connection):
    (row,) = connection.query(
        """
        select 1, 1.10::decimal(38, 2), 0.5::double, true, 'é', null,
            date '2024-02-29', timestamp '2024-02-29 12:00:00.123456',
            timestamptz '2024-02-29 12:00:00+02', '\\x00\\xFF'::blob,
            uuid 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', ['a', null], {'a': [1]},
            '{"a": [1, null]}'::json, 9007199254740993, null::json
        """
    )
    assert row[:8] == (
        *(1, Decimal("1.10"), 0.5, True, "é", None),
        *(date(2024, 2, 29), datetime(2024, 2, 29, 12, 0, 0, 123456)),
    )
    assert str(row[1]) == "1.10"
    assert row[8].isoformat() == "2024-02-29T10:00:00+00:00"
    assert row[8].utcoffset() == timedelta(0)
    assert row[9:] == (
        *(b"\x00\xff", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", ["a", None]),
        *({"a": [1]}, {"a": [1, None]}, 9007199254740993, None),
    )


def test_values_that_the_driver_would_change_come_back_as_they_are(connection):
    wanted = {
        "interval '1 month'": "P1M",
        "interval '-90 minutes'": "-PT1H30M",
        "0.1::float": 0.1,
        "time '24:00:00'": "24:00:00",
        "timestamp_ns '2024-02-29 12:00:00.123456'": datetime(
            2024, 2, 29, 12, 0, 0, 123456
        ),
        """'{"a": 12345678901234567.89}'::json""": {
            "a": Decimal("12345678901234567.89")
        },
        "date '9999-12-31'": date(9999, 12, 31),
        """{'j': '[1.50]'::json, 'i "x"': [interval '1 day'], 'f': 0.1::float}""": {
            "j": [Decimal("1.50")],
            'i "x"': ["P1D"],
            "f": 0.1,
        },
        "map {'a': date '2024-02-29', 'b': null}": {"a": date(2024, 2, 29), "b": None},
        "[uuid 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11']": [
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
        ],
    }
    (row,) = connection.query(f"select {', '.join(wanted)}")
    assert dict(zip(wanted, row, strict=True)) == wanted
    (row,) = connection.query("select [timestamptz '2024-02-29 12:00:00.5+02']")
    assert row[0][0].isoformat() == "2024-02-29T10:00:00.500000+00:00"


def test_G14_a_date_that_python_cannot_hold_is_unreadable(connection):
    (row,) = connection.query(
        "select date '20000-01-01', 'infinity'::date, '-infinity'::timestamp,"
        " 'infinity'::timestamptz, ['infinity'::date],"
        " timestamp_ns '2024-02-29 12:00:00.123456789'"
    )
    far = exact.FAR_DATE
    assert row == (far, far, far, far, [far], exact.FINE_TIME)


def test_G18_json_that_python_cannot_hold_is_unreadable(connection):
    deep = "[" * 100_000 + "]" * 100_000
    assert connection.query("select ?", [deep]) == [(deep,)]
    assert exact.parse_json(deep) is exact.NOT_JSON
    assert exact.parse_json('{"a": NaN}') is exact.NOT_JSON
    assert exact.parse_json('{"a": [null]}') == {"a": [None]}


def test_rows_stay_in_order_whatever_the_profile_sets(path):
    connection = DuckDBConnection(
        {"path": path, "settings": {"preserve_insertion_order": False}}
    )
    setting = "current_setting('preserve_insertion_order')"
    assert connection.query(f"select {setting}") == [(True,)]


def test_E19_the_session_is_in_utc_whatever_the_profile_sets(path):
    connection = DuckDBConnection(
        {"path": path, "settings": {"TimeZone": "Asia/Tokyo"}}
    )
    sql = "select (timestamptz '2024-01-01 00:00+00')::varchar"
    assert connection.query(sql) == [("2024-01-01 00:00:00+00",)]


def test_settings_and_options_of_the_profile_are_used(path):
    connection = DuckDBConnection(
        {
            "path": path,
            "settings": {"threads": 1, "errors_as_json": False},
            "config_options": {"memory_limit": "100MB"},
            "extensions": ["json", "icu"],
        }
    )
    assert connection.query(
        "select current_setting('threads'), current_setting('memory_limit')"
    ) == [(1, "95.3 MiB")]


@pytest.mark.parametrize(
    ("profile", "step"),
    [
        ({"settings": {"no_such_setting": 1}}, "settings"),
        ({"extensions": ["no_such_extension"]}, "extensions"),
        ({"extensions": [{"repo": "community"}]}, "extensions"),
    ],
)
def test_settings_that_duckdb_refuses_are_told(path, profile, step):
    with pytest.raises(ConfigurationError, match=f"refused the '{step}'"):
        DuckDBConnection({"path": path} | profile).query("select 1")


def test_an_option_that_duckdb_refuses_is_told(path):
    connection = DuckDBConnection({"path": path, "config_options": {"nope": 1}})
    with pytest.raises(WarehouseUnreachable, match="not recognized: nope"):
        connection.query("select 1")


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
    for sql, values in (
        ("insert into people values ('ann@example.com', 2)", []),
        ("insert into people values (?, 2)", ["ann@example.com"]),
        ("select 'ann@example.com'::int", []),
        ("select ?::int", ["ann@example.com"]),
        ("select error('no ann@example.com')", []),
        ("select ?", ["ann\ud800@example.com"]),
    ):
        with pytest.raises(WarehouseError) as caught:
            connection.execute(sql, values)
        assert "example" not in str(caught.value)
        assert caught.value.__context__ is None


def test_a_file_that_another_process_holds_is_waited_for(path, holder):
    pauses = []

    def sleep(seconds):
        pauses.append(seconds)
        if len(pauses) == 3:
            holder.stdin.close()
            holder.wait()

    connection = DuckDBConnection({"path": path}, sleep=sleep)
    assert connection.query("select 1") == [(1,)]
    assert len(pauses) == 3
    assert pauses == sorted(pauses)


def test_the_wait_for_a_held_file_ends(path, holder):
    now = [0.0]

    def sleep(seconds):
        now[0] += seconds

    connection = DuckDBConnection(
        {"path": path}, lock_wait_seconds=5, sleep=sleep, clock=lambda: now[0]
    )
    with pytest.raises(WarehouseUnreachable) as caught:
        connection.query("select 1")
    assert str(holder.pid) in str(caught.value)
    assert str(caught.value).endswith("waited 5 s for its lock")
    assert now[0] == pytest.approx(5)


def test_threads_and_connections_of_one_process_take_turns(path):
    connections = [DuckDBConnection({"path": path}) for _ in range(2)]
    connections[0].execute("create table t (a int)")
    failures = []

    def update(connection):
        try:
            for _ in range(5):
                connection.execute("insert into t values (1)")
                connection.execute("update t set a = a + 1")
        except WarehouseError as error:
            failures.append(error)

    threads = [Thread(target=update, args=(connections[i % 2],)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert connections[0].query("select count(*), max(a) from t") == [(20, 21)]


def test_a_file_that_does_not_exist_is_not_created(tmp_path):
    path = tmp_path / "none.duckdb"
    with pytest.raises(ConfigurationError, match=f"no DuckDB file {path}; run 'dbt"):
        DuckDBConnection({"path": str(path)}).query("select 1")
    assert not path.exists()


def test_a_file_that_is_no_database_is_told(tmp_path):
    path = tmp_path / "junk.duckdb"
    path.write_text("junk" * 1000)
    with pytest.raises(WarehouseUnreachable, match="not a valid DuckDB database file"):
        DuckDBConnection({"path": str(path)}).query("select 1")


def test_a_relative_path_counts_from_the_working_directory(path, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    connection = DuckDBConnection({"path": "shop.duckdb"})
    monkeypatch.chdir("/")
    assert connection.query("select 1") == [(1,)]


def test_a_database_in_memory_is_refused():
    for profile in ({}, {"path": ":memory:"}):
        with pytest.raises(ConfigurationError, match="no other process can see"):
            DuckDBConnection(profile)


def test_only_a_plain_file_is_opened_without_dbt():
    assert opens_natively({"type": "duckdb", "path": "x.duckdb", "attach": []})
    assert opens_natively({"path": "x.duckdb", "schema": "s", "retries": {"a": 1}})
    for unusual in (
        {"path": "md:shop"},
        {"path": "s3://bucket/x.duckdb"},
        {"path": "ducklake:x"},
        {"path": "x.duckdb", "attach": [{"path": "y.duckdb"}]},
        {"path": "x.duckdb", "motherduck_token": "t"},
    ):
        assert not opens_natively(unusual), unusual
