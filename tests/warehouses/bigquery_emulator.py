"""Starts what stands in for BigQuery; runs in the emulator's own environment.

It keeps its data in DuckDB, whose extension for places is installed from a package, into
the folder that HOME names.
"""

from __future__ import annotations

import sys

import duckdb_extensions
from bqemulator.cli import main

if __name__ == "__main__":
    rest_port, grpc_port = sys.argv[1:]
    duckdb_extensions.import_extension("spatial")
    ports = ["--rest-port", rest_port, "--grpc-port", grpc_port]
    main(["start", *ports, "--log-level", "warning", "--log-format", "console"])
