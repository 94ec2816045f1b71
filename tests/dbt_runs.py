"""Runs of dbt in the process of the tests."""

from __future__ import annotations

import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt_common.events.base_types import EventMsg
from dbt_common.tests import enable_test_caching

# What dbt has parsed of a macro's text serves each later run of this process; without
# that, the first run in a project takes five times as long.
enable_test_caching()


def run_dbt(
    folder: Path,
    *arguments: str,
    listen: Callable[[EventMsg], None] | None = None,
    writes_artifacts: bool = False,
    prints: bool = False,
    manifest: Manifest | None = None,
) -> dbtRunnerResult:
    """Run a command of dbt on the project in a folder, which holds its profile too.

    listen: is called with each event. writes_artifacts: whether dbt writes the files
    that describe the project and the run, which costs half the time. prints: whether
    it prints what it was asked for; each line of its log costs as much, printed or not.
    manifest: what `parse` returned for the project as it is, so that it is not read
    again, which takes a third of a build's time.
    """
    options = [
        # dbt would leave the log file open
        *("--log-level-file", "none"),
        *(("--quiet",) if prints else ("--log-level", "none")),
        *(() if writes_artifacts else ("--no-write-json",)),
        *arguments,
        *("--project-dir", str(folder), "--profiles-dir", str(folder)),
    ]
    runner = dbtRunner(manifest, callbacks=[] if listen is None else [listen])
    # dbt makes many objects at once, and each collection goes through all that the
    # tests hold; it also looks through its callers, of which a thread has few and
    # pytest many
    gc.disable()
    try:
        with ThreadPoolExecutor(max_workers=1) as thread:
            return thread.submit(runner.invoke, options).result()
    finally:
        gc.enable()
