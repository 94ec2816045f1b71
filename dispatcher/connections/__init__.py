"""Connections to warehouses, one file an adapter.

The usual profiles of PostgreSQL and DuckDB are opened by their own drivers, in
a fraction of a second; everything else asks dbt's adapter for its connection.
Drivers are imported when they are needed.
"""

from __future__ import annotations

from dispatcher.connections.base import Connection
from dispatcher.project import Project

__all__ = ["Connection", "connect"]


def connect(project: Project, *, through_dbt: bool = False) -> Connection:
    """A connection to the warehouse of the project's target.

    through_dbt: ask dbt's adapter also where we could do without.
    """
    credentials = project.credentials
    if project.adapter_type == "postgres" and not through_dbt:
        from dispatcher.connections.postgres import PostgresConnection

        return PostgresConnection(credentials)
    if project.adapter_type == "duckdb" and not through_dbt:
        from dispatcher.connections.duckdb import DuckDBConnection, opens_natively

        if opens_natively(credentials):
            return DuckDBConnection(credentials)
    from dispatcher.connections.dbt_adapter import DbtAdapterConnection

    return DbtAdapterConnection(project)
