"""Connections to warehouses, one file an adapter.

The usual profiles are opened by the warehouse's own driver, without dbt; what a
file of this folder does not know of a profile, dbt's adapter is asked for. Drivers
are imported when they are needed.
"""

from __future__ import annotations

from outhaul.connections.adapters import adapter_of
from outhaul.connections.base import Connection, Target
from outhaul.connections.labels import labelled

__all__ = ["Connection", "connect"]


def connect(project: Target, *, through_dbt: bool = False) -> Connection:
    """A connection to the warehouse of the project's target; contacts nothing yet.

    through_dbt: ask dbt's adapter also where we could do without.
    """
    adapter = adapter_of(project.adapter_type)
    native = adapter.connection if adapter.opens_natively(project.credentials) else None
    if native is not None and not through_dbt:
        with labelled(target=project.target_name):
            return native(project.credentials)
    from outhaul.connections.dbt_adapter import DbtAdapterConnection

    return DbtAdapterConnection(project, adapter)
