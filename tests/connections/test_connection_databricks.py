"""What can be told without a Databricks: the profile, and that nobody answers."""

import pytest

from dispatcher.connections.databricks import (
    DatabricksConnection,
    connect_options,
    opens_natively,
)
from dispatcher.errors import ConfigurationError

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
        "user_agent_entry": "outhaul",
        "access_token": "t",
    }


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


def test_the_number_of_parameters_must_fit():
    connection = DatabricksConnection(PROFILE | {"token": "t"})
    with pytest.raises(ValueError, match="1 placeholders for 2 values"):
        connection.query("select ?", [1, 2])
    connection.close()
