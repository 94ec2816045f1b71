"""Sends one diff and prints what it took, as JSON: `python -m benchmarks.sending`.

A process of its own, so that its memory and its CPU time are those of sending alone.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.destination import UNTHROTTLED
from benchmarks.loops import LOOPS, Place, Rows
from outhaul.config.project import Project, load_project
from outhaul.connections import connect
from outhaul.engine.dispatch import Dispatcher
from outhaul.engine.summary import Result
from outhaul.ledger import Warehouse
from outhaul.registry.activations import bind
from outhaul.registry.destinations import load_destinations


@dataclass(frozen=True)
class Sent:
    """seconds, cpu_seconds: from the first statement to the last; the latter are of the
    user and the system, of this process. writes: statements that wrote.
    """

    rows: int
    seconds: float
    cpu_seconds: float
    requests: int
    writes: int
    megabytes: float


def send_with_engine(project: Project, activation: str) -> Sent:
    """A sync as `outhaul sync` runs it."""
    destinations = load_destinations(project, UNTHROTTLED)
    elapsed = _stopwatch()
    warehouse = Warehouse(connect(project), project.database, project.outhaul_schema)
    try:
        binder = partial(bind, destinations=destinations)
        reports = Dispatcher(warehouse, binder).sync_all(
            [binder(warehouse.activation(activation))]
        )
    finally:
        warehouse.close()
    seconds, cpu_seconds = elapsed()
    assert all(report.result is Result.SUCCEEDED for report in reports), reports
    return Sent(
        rows=sum(report.accepted.total() for report in reports),
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        requests=sum(report.requests for report in reports),
        writes=warehouse.writes,
        megabytes=peak_megabytes(),
    )


def send_with_loop(project: Project, activation: str) -> Sent:
    """The least that can be done: a server-side cursor and the service's loop."""
    import psycopg2

    profile = project.credentials
    server = {key: profile[key] for key in ("host", "port", "user", "dbname")}
    columns = ", ".join(_columns(project, activation))
    select = f"select {columns} from {project.schema}.{activation}"
    place = Place(
        sink=project.environ["BENCHMARK_SINK"],
        port=int(project.environ.get("BENCHMARK_SFTP_PORT", "0")),
        username=project.environ.get("BENCHMARK_SFTP_USER", ""),
        key_file=project.environ.get("BENCHMARK_SFTP_KEY", ""),
        folder=project.environ.get("BENCHMARK_SFTP_FOLDER", ""),
    )
    count = rows = 0

    def batches(size: int) -> Iterator[Rows]:
        nonlocal count, rows
        with (
            psycopg2.connect(**server) as connection,
            connection.cursor("rows") as cursor,
        ):
            cursor.itersize = size
            cursor.execute(f"{select} order by _outhaul_seq")
            while batch := cursor.fetchmany(size):
                rows += len(batch)
                count += 1
                yield batch

    elapsed = _stopwatch()
    LOOPS[activation](batches, place)
    seconds, cpu_seconds = elapsed()
    return Sent(rows, seconds, cpu_seconds, count, 0, peak_megabytes())


def _columns(project: Project, activation: str) -> list[str]:
    warehouse = Warehouse(connect(project), project.database, project.outhaul_schema)
    try:
        return [column.name for column in warehouse.activation(activation).columns]
    finally:
        warehouse.close()


def _stopwatch() -> Callable[[], tuple[float, float]]:
    """Starts now; tells the seconds since then, by the clock and of CPU."""
    import paramiko  # noqa: F401  loading it is no part of sending, here or there
    import psycopg2  # noqa: F401

    started, cpu_started = time.perf_counter(), time.process_time()
    return lambda: (
        time.perf_counter() - started,
        time.process_time() - cpu_started,
    )


def peak_megabytes() -> float:
    """The most memory that this process ever held.

    Linux tells it for the program alone; elsewhere it may be that of the process
    which started it, if that held more.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def main(arguments: list[str] | None = None) -> Mapping[str, Any]:
    """Send as the arguments say."""
    parser = argparse.ArgumentParser()
    parser.add_argument("way", choices=["engine", "loop"])
    parser.add_argument("project", type=Path)
    parser.add_argument("activation")
    chosen = parser.parse_args(arguments)
    project = load_project(project_dir=chosen.project, profiles_dir=chosen.project)
    send = send_with_engine if chosen.way == "engine" else send_with_loop
    return vars(send(project, chosen.activation))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()) + "\n")
