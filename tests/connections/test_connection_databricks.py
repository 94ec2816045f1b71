"""The profile; and Databricks' driver against what stands in for a warehouse."""

import pytest

from outhaul.connections.databricks import (
    DatabricksConnection,
    connect_options,
    opens_natively,
)
from outhaul.errors import ConfigurationError, WarehouseError, WarehouseUnreachable
from tests.warehouses.choice import only_on

on_databricks = only_on("databricks")
PROFILE = {
    "host": "https://dbc.example.com/",
    "http_path": "/sql/1.0/warehouses/1",
    "catalog": "main",
    "schema": "shop",
}


def test_a_token_of_the_profile_is_used():
    assert connect_options(PROFILE | {"token": "t"}) == {
        "server_hostname": "dbc.example.com",
        "http_path": "/sql/1.0/warehouses/1",
        "catalog": "main",
        "schema": "shop",
        "session_configuration": None,
        "user_agent_entry": "outhaul",
        "_disable_pandas": True,
        "access_token": "t",
    }


def test_what_the_profile_says_of_the_connection_is_kept():
    options = connect_options(
        PROFILE
        | {
            "token": "t",
            "session_properties": {"statement_timeout": "60"},
            "connection_parameters": {
                "_tls_trusted_ca_file": "ca.pem",
                "http_headers": {"X-Team": "crm"},
            },
        }
    )
    assert options["session_configuration"] == {"statement_timeout": "60"}
    assert options["_tls_trusted_ca_file"] == "ca.pem"
    assert options["http_headers"] == [("X-Team", "crm")]


def test_a_service_principal_of_the_profile_is_used():
    options = connect_options(PROFILE | {"client_id": "i", "client_secret": "s"})
    assert callable(options["credentials_provider"])
    assert "access_token" not in options


def test_a_profile_that_lacks_keys_is_refused():
    with pytest.raises(ConfigurationError, match="has no host, http_path"):
        connect_options({"token": "t"})


def test_what_needs_a_browser_goes_through_dbt():
    assert opens_natively(PROFILE | {"token": "t"})
    assert opens_natively(PROFILE | {"client_id": "i", "client_secret": "s"})
    assert not opens_natively(PROFILE | {"auth_type": "oauth"})
    assert not opens_natively(PROFILE | {"azure_client_id": "i", "token": "t"})


@pytest.fixture(scope="module")
def profile(server, tmp_path_factory):
    warehouse = server.new(tmp_path_factory.mktemp("databricks"))
    warehouse.empty()
    yield warehouse.output
    warehouse.close()


@pytest.fixture
def connection(profile):
    opened = DatabricksConnection(profile)
    yield opened
    opened.close()


@on_databricks
@pytest.mark.conformance
def test_a_token_that_is_refused_is_not_shown(profile):
    refused = DatabricksConnection({**profile, "token": "wrong-token"})
    with pytest.raises(WarehouseUnreachable) as caught:
        refused.query("select 1")
    assert "wrong-token" not in str(caught.value)
    refused.close()


REFUSED = {
    "select row_number() over () as n from range(3)": (
        "select row_number() over (order by id) as n from range(3)"
    ),
    "create or replace table shop_refused.t as select 1 as `a b`": (
        "create or replace table shop_refused.t tblproperties"
        " ('delta.columnMapping.mode' = 'name') as select 1 as `a b`"
    ),
    "merge into shop_refused.held as held using (select 1 as id union all select 1) as"
    " given on held.id = given.id when matched then update set id = 2": (
        "merge into shop_refused.held as held using (select 1 as id) as given on"
        " held.id = given.id when matched then update set id = 2"
    ),
}


@on_databricks
@pytest.mark.conformance
@pytest.mark.parametrize("refused", REFUSED)
def test_the_emulator_refuses_what_databricks_refuses(connection, refused):
    connection.execute("create schema if not exists shop_refused")
    connection.execute("create or replace table shop_refused.held as select 1 as id")
    with pytest.raises(WarehouseError):
        connection.execute(refused)
    connection.execute(REFUSED[refused])


@on_databricks
@pytest.mark.conformance
def test_a_merge_does_to_each_row_what_its_first_clause_says(connection):
    connection.execute("create schema if not exists shop_merged")
    rows = "select 1 as id, 'a' as name union all select 2, 'b' union all select 3, 'c'"
    connection.execute(f"create or replace table shop_merged.held as {rows}")
    changed = connection.execute(
        "merge into shop_merged.held as held using (select 1 as id, 'x' as name"
        " union all select 2, 'gone' union all select 9, 'new' union all select 8, 'no'"
        ") as given on held.id = given.id when matched and given.name = 'gone' then"
        " delete when matched then update set name = given.name when not matched and"
        " given.name <> 'no' then insert (id, name) values (given.id, given.name)"
    )
    assert changed == 3
    assert connection.query("select * from shop_merged.held order by id") == [
        (1, "x"),
        (3, "c"),
        (9, "new"),
    ]
