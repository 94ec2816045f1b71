"""Starts what stands in for BigQuery; runs in the emulator's own environment.

It keeps its data in DuckDB, whose extension for places is installed from a package,
into the folder that HOME names. Of the columns of a table that a query made, it forgets
which are JSON, places or intervals, and it lists the tables of data sets that do not
exist: that is mended here.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

import duckdb_extensions
from bqemulator.catalog import ddl_sync
from bqemulator.catalog.memory_repository import MemoryCatalogRepository
from bqemulator.cli import main
from bqemulator.domain.errors import ResourceRef, resource_not_found
from bqemulator.storage import arrow_bridge

TYPES = {b"JSON": "JSON", b"GEOMETRY": "GEOGRAPHY", b"INTERVAL": "INTERVAL"}


def keep_types() -> None:
    """Take the types of columns from DuckDB, where Arrow has none for them."""
    plain = ddl_sync._arrow_field_to_table_field

    def schema(engine: Any, table: str) -> Any:
        return engine.fetch_arrow(f"SELECT * FROM {table} LIMIT 0").schema

    def field(arrow_field: Any, mode_override: Any = None) -> Any:
        found = plain(arrow_field, mode_override)
        stored = (arrow_field.metadata or {}).get(b"bqemu.duckdb_type")
        return found.model_copy(update={"type": TYPES.get(stored, found.type)})

    arrow_bridge.introspect_arrow_schema = schema
    ddl_sync._arrow_field_to_table_field = field


def miss_datasets() -> None:
    """Answer 404 to who asks for the tables of a data set that does not exist."""
    tables_of = MemoryCatalogRepository.list_tables

    def list_tables(self: Any, project_id: str, dataset_id: str) -> Any:
        if self.get_dataset(project_id, dataset_id) is None:
            raise resource_not_found(ResourceRef("dataset", project_id, dataset_id))
        return tables_of(self, project_id, dataset_id)

    MemoryCatalogRepository.list_tables = list_tables


def end_with_standard_input() -> None:
    """Whoever started it may be killed."""
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    rest_port, grpc_port = sys.argv[1:]
    duckdb_extensions.import_extension("spatial")
    keep_types()
    miss_datasets()
    ports = ["--rest-port", rest_port, "--grpc-port", grpc_port]
    main(["start", *ports, "--log-level", "warning", "--log-format", "console"])
