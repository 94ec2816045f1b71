"""Connections to warehouses, one file an adapter.

The usual profiles are opened by the warehouse's own driver, without dbt; what a
file of this folder does not know of a profile, dbt's adapter is asked for. Drivers
are imported when they are needed.
"""

from __future__ import annotations

from importlib import import_module

from outhaul.config.project import Project
from outhaul.connections.base import Connection
from outhaul.connections.labels import labelled

__all__ = ["Connection", "connect"]

# The adapters with a file of their own, which offers `opens_natively(credentials)`
# and `open_connection(credentials)`.
_NATIVE = ("bigquery", "databricks", "duckdb", "postgres", "redshift", "snowflake")


def connect(project: Project, *, through_dbt: bool = False) -> Connection:
    """A connection to the warehouse of the project's target.

    through_dbt: ask dbt's adapter also where we could do without.
    """
    if project.adapter_type in _NATIVE and not through_dbt:
        module = import_module(f"outhaul.connections.{project.adapter_type}")
        if module.opens_natively(project.credentials):
            with labelled(target=project.target_name):
                opened: Connection = module.open_connection(project.credentials)
            return opened
    from outhaul.connections.dbt_adapter import DbtAdapterConnection

    return DbtAdapterConnection(project)
