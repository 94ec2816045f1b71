"""Variables put a real account in the place of what stands in for it."""

import os

import pytest

from tests.warehouses import databricks, redshift
from tests.warehouses.choice import only_on


def test_variables_choose_an_account_of_databricks(monkeypatch, request):
    monkeypatch.setenv("OUTHAUL_TEST_DATABRICKS_HOST", "dbc.example.com")
    monkeypatch.setenv("OUTHAUL_TEST_DATABRICKS_HTTP_PATH", "/sql/1.0/warehouses/1")
    monkeypatch.setenv("OUTHAUL_TEST_DATABRICKS_TOKEN", "secret")
    assert isinstance(databricks.start(request), databricks.DatabricksAccount)


def test_variables_choose_a_redshift(monkeypatch, request):
    monkeypatch.setenv("OUTHAUL_TEST_REDSHIFT_HOST", "cluster.example.com")
    assert isinstance(redshift.start(request), redshift.RealRedshift)


@only_on("databricks", "redshift")
@pytest.mark.conformance
def test_without_them_a_server_of_the_tests_stands_in(server):
    for module in (databricks, redshift):
        if any(os.environ.get(name) for name in module._ACCOUNT):
            pytest.skip("there is an account")
    assert type(server).__name__ in ("DatabricksEmulator", "RedshiftServer")
