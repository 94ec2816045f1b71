import subprocess
import sys
from threading import Thread

import duckdb
import pytest

from outhaul import exact
from outhaul.connections.duckdb import DuckDBConnection, opens_natively
from outhaul.errors import ConfigurationError, WarehouseError, WarehouseUnreachable

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


def test_the_file_is_free_between_statements(connection, path):
    connection.execute("create table t as select 1 as a")
    command = f"import duckdb; print(duckdb.connect({path!r}).sql('from t').fetchall())"
    done = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[(1,)]\n"
    connection.close()
    assert connection.query("from t") == [(1,)]


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
            for _ in range(2):
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
    assert connections[0].query("select count(*), max(a) from t") == [(8, 9)]


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
