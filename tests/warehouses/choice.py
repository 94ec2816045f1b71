"""Which warehouses a run of the tests covers.

Without a choice, the newest PostgreSQL takes every test. The others take those that are
marked `conformance` and are not lengthy, since a build takes seconds there; DuckDB also
those that are marked `also_on_duckdb`. With OUTHAUL_TEST_WAREHOUSE=<name>, which
`make test WAREHOUSE=<name>` sets, that warehouse takes every test that runs on
warehouses, and no other test runs.
"""

from __future__ import annotations

import os
from importlib import import_module

import pytest

from tests.warehouses.base import Server

# What a user may choose, and the file of this folder that starts it.
WAREHOUSES = {
    "duckdb": "duckdb",
    "postgres": "postgres",
    "postgres14": "postgres",
    "postgres15": "postgres",
    "postgres16": "postgres",
    "postgres17": "postgres",
    "redshift": "redshift",
    "snowflake": "snowflake",
    "bigquery": "bigquery",
    "databricks": "databricks",
}
# Between the oldest PostgreSQL and the newest, nothing that we use has changed.
ON_REQUEST = ("postgres15", "postgres16", "postgres17")


def chosen() -> str | None:
    """The one warehouse that was asked for, if any."""
    name = os.environ.get("OUTHAUL_TEST_WAREHOUSE") or None
    if name is not None and name not in WAREHOUSES:
        raise pytest.UsageError(
            f"there is no warehouse '{name}'; there are {', '.join(WAREHOUSES)}"
        )
    return name


def start(request: pytest.FixtureRequest) -> Server:
    """What the warehouse of a parametrized fixture runs on."""
    module = import_module(f"tests.warehouses.{WAREHOUSES[request.param]}")
    server: Server = module.start(request)
    return server


def is_wanted(item: pytest.Item) -> bool:
    """Whether this run covers a test."""
    callspec = getattr(item, "callspec", None)
    warehouse = callspec.params.get("server") if callspec else None
    wanted = chosen()
    if wanted is not None:
        return bool(warehouse == wanted)
    if warehouse is None or warehouse == "postgres":
        return True
    if warehouse == "duckdb" and (
        item.get_closest_marker("also_on_duckdb") or _names_its_warehouses(item)
    ):
        return True
    core = item.get_closest_marker("conformance")
    if core is None or warehouse in ON_REQUEST:
        return False
    return not core.kwargs.get("lengthy", False)


def _names_its_warehouses(item: pytest.Item) -> bool:
    """Whether the test is one of `only_on`."""
    marks = item.iter_markers("parametrize")
    return any(mark.args[0] == "server" for mark in marks)


def only_on(*names: str) -> pytest.MarkDecorator:
    """For tests of what no warehouse has a part in, and of what only these can do."""
    return pytest.mark.parametrize("server", names, indirect=True)
