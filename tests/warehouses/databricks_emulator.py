"""Starts what stands in for Databricks; runs in the emulator's own environment.

    python -I databricks_emulator.py PORT FOLDER

Databricks' driver speaks Thrift over HTTP. A server answers it, and has the statements
run by Sail, an engine with Spark's SQL and Delta tables, in this process. Each path is
a warehouse of its own, with one catalog `main`; it runs one statement at a time, so
writers wait for each other, where those of Databricks may conflict.
"""

from __future__ import annotations

import os
import resource
import sys
import threading
from pathlib import Path

# A plan that grows without an end ends this process, and not the machine's memory.
MEMORY = 6 * 1024**3
SETTINGS = {
    "RUST_LOG": "error",
    "SAIL_CATALOG__LIST": (
        '[{name="main", type="memory", initial_database=["default"]}]'
    ),
    "SAIL_CATALOG__DEFAULT_CATALOG": "main",
    "SAIL_EXECUTION__DEFAULT_PARALLELISM": "1",
    # A long expression is walked to its end.
    "SAIL_RUNTIME__STACK_SIZE": str(64 * 1024**2),
    # The tables of a warehouse live as long as its session.
    "SAIL_SPARK__SESSION_TIMEOUT_SECS": "86400",
}


def end_with_standard_input() -> None:
    """Whoever started it may be killed."""
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.environ.update(SETTINGS)
    # Behind the packages: this folder has files that are named like some.
    sys.path.append(str(Path(__file__).parent))
    from databricks_on_sail.server import serve

    serve(int(sys.argv[1]), Path(sys.argv[2]))
