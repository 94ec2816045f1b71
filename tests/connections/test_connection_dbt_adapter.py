import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml

from outhaul.config.project import Project, load_project
from outhaul.connections import connect
from outhaul.connections.adapters import adapter_of
from outhaul.connections.dbt_adapter import DbtAdapterConnection
from outhaul.connections.duckdb import DuckDBConnection
from outhaul.connections.postgres import PostgresConnection
from outhaul.connections.snowflake import SnowflakeConnection
from outhaul.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]


def project_for(folder: Path, output: dict) -> Project:
    folder.joinpath("dbt_project.yml").write_text("name: shop\nprofile: shop\n")
    profile = {"shop": {"target": "dev", "outputs": {"dev": output}}}
    folder.joinpath("profiles.yml").write_text(yaml.safe_dump(profile))
    return load_project(folder, folder, environ={})


def test_each_adapter_has_its_way_in(tmp_path, postgres):
    output = postgres.profile("public")
    assert isinstance(connect(project_for(tmp_path, output)), PostgresConnection)
    output = {"type": "duckdb", "path": "x.duckdb"}
    assert isinstance(connect(project_for(tmp_path, output)), DuckDBConnection)
    output["attach"] = [{"path": "y.duckdb"}]
    assert isinstance(connect(project_for(tmp_path, output)), DbtAdapterConnection)
    output = {"type": "snowflake", "account": "a", "schema": "s", "user": "u"}
    output["password"] = "p"
    assert isinstance(connect(project_for(tmp_path, output)), SnowflakeConnection)
    output["authenticator"] = "externalbrowser"
    assert isinstance(connect(project_for(tmp_path, output)), DbtAdapterConnection)


def test_an_attached_database_is_reached_through_dbt(tmp_path):
    other = str(tmp_path / "other.duckdb")
    with duckdb.connect(other) as held:
        held.execute("create table t as select 7 as a")
    path = str(tmp_path / "shop.duckdb")
    attach = [{"path": other, "alias": "more"}]
    output = {"type": "duckdb", "path": path, "attach": attach}
    connection = connect(project_for(tmp_path, output))
    assert connection.query("select a from more.t") == [(7,)]
    connection.close()
    with duckdb.connect(path):  # the file is free again
        pass


def test_an_adapter_that_is_not_installed_is_named_once(tmp_path, capfd):
    output = {"type": "nosuchdb", "schema": "s", "host": "h"}
    connection = connect(project_for(tmp_path, output))
    with pytest.raises(ConfigurationError, match="'dbt-core<2' dbt-nosuchdb"):
        connection.query("select 1")
    assert capfd.readouterr() == ("", "")  # dbt says nothing beside it


def test_keys_that_the_adapter_refuses_are_told(tmp_path):
    output = {"type": "postgres", "schema": "s", "host": "h", "user": "hunter2"}
    connection = connect(project_for(tmp_path, output), through_dbt=True)
    with pytest.raises(ConfigurationError, match="'dbt debug' tells which") as caught:
        connection.query("select 1")
    assert "hunter2" not in str(caught.value)


def test_without_dbt_the_message_says_what_to_install(tmp_path):
    output = {"type": "snowflake", "account": "a", "schema": "s"}
    project_for(tmp_path, output | {"authenticator": "externalbrowser"})
    command = """
import sys
sys.modules["dbt"] = None  # as if it were not installed
from outhaul.connections import connect
from outhaul.connections.adapters import adapter_of
from outhaul.errors import ConfigurationError
from outhaul.config.project import load_project
try:
    connect(load_project()).query("select 1")
except ConfigurationError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", command],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "dbt 1.x is not installed beside outhaul" in done.stdout
    assert "pip install 'dbt-core<2' dbt-snowflake" in done.stdout


DRIVERS = (
    *("databricks", "duckdb", "google.cloud.bigquery", "psycopg2"),
    *("redshift_connector", "snowflake"),
)


def test_neither_starting_nor_a_record_imports_dbt_or_a_driver():
    command = (
        "import sys, outhaul.config.project, outhaul.registry.destinations;"
        "from outhaul.connections.adapters import FILES, adapter_of;"
        "print([adapter_of(name).name for name in FILES] == list(FILES),"
        f"[m for m in ('dbt', 'dbt_common', *{DRIVERS}) if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", command],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "True []\n"


def test_an_adapter_without_a_file_speaks_duckdbs_sql():
    known = adapter_of("duckdb")
    for name, placeholder in (("trino", "?"), ("nosuchdb", "%s")):
        adapter = adapter_of(name)
        assert adapter.dialect is known.dialect
        assert adapter.placeholder == placeholder
        assert not adapter.opens_natively({})
    assert adapter_of("spark").session == ("set time zone 'UTC'",)
