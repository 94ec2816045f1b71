"""The adapters of dbt that the dispatcher knows something of."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from outhaul.connections.adapter import Adapter

# Those with a file of this folder, which offers `ADAPTER`.
FILES = ("bigquery", "databricks", "duckdb", "postgres", "redshift", "snowflake")
# What is known of others.
_OTHERS: dict[str, dict[str, Any]] = {
    "fabric": {"placeholder": "?"},
    "spark": {"session": ("set time zone 'UTC'",)},
    "sqlserver": {"placeholder": "?"},
    "synapse": {"placeholder": "?"},
    "trino": {"placeholder": "?"},
}


def adapter_of(name: str) -> Adapter:
    """The record of a dbt adapter; with DuckDB's SQL, the most standard, for others."""
    if name in FILES:
        found: Adapter = import_module(f"outhaul.connections.{name}").ADAPTER
        return found
    dialect = adapter_of("duckdb").dialect
    return Adapter(name=name, dialect=dialect, **_OTHERS.get(name, {}))
