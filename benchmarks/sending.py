"""Sends one diff and prints what it took, as JSON: `python -m benchmarks.sending`.

A process of its own, so that its memory is that of sending alone.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.destination import Sink, encode
from dispatcher.accounts import load_destinations
from dispatcher.activations import bind
from dispatcher.connections import connect
from dispatcher.engine.dispatch import Dispatcher
from dispatcher.engine.report import Result
from dispatcher.project import Project, load_project
from dispatcher.warehouse import Warehouse


@dataclass(frozen=True)
class Sent:
    """seconds: from the first statement to the last. writes: statements that wrote."""

    rows: int
    seconds: float
    requests: int
    writes: int
    megabytes: float


def send_with_engine(project: Project) -> Sent:
    """A sync as `outhaul sync` runs it, to the benchmark's destination."""
    destinations = load_destinations(project, {Sink.type: Sink})
    started = time.perf_counter()
    warehouse = Warehouse(connect(project), project.database, project.outhaul_schema)
    try:
        binder = partial(bind, destinations=destinations)
        bindings = [binder(record) for record in warehouse.activations()]
        reports = Dispatcher(warehouse, binder).sync_all(bindings)
    finally:
        warehouse.close()
    seconds = time.perf_counter() - started
    assert all(report.result is Result.SUCCEEDED for report in reports), reports
    return Sent(
        rows=sum(report.accepted.total() for report in reports),
        seconds=seconds,
        requests=sum(report.requests for report in reports),
        writes=warehouse.writes,
        megabytes=peak_megabytes(),
    )


def send_with_loop(project: Project, batch_rows: int = 1_000) -> Sent:
    """The least that can be done: a server-side cursor, JSON and POST, in turn."""
    import psycopg2
    import requests

    profile = project.credentials
    place = {key: profile[key] for key in ("host", "port", "user", "dbname")}
    address = project.environ["BENCHMARK_SINK"] + "/rows"
    relation = f"{project.schema}.customers_out"
    rows = count = 0
    started = time.perf_counter()
    session = requests.Session()
    session.headers["Content-Type"] = "application/json"
    with psycopg2.connect(**place) as connection, connection.cursor("rows") as cursor:
        cursor.itersize = batch_rows
        cursor.execute(f"select * from {relation} order by _outhaul_seq")
        while batch := cursor.fetchmany(batch_rows):
            names = [column.name for column in cursor.description]
            body = encode([dict(zip(names, row, strict=True)) for row in batch])
            session.post(address, data=body).raise_for_status()
            rows += len(batch)
            count += 1
    seconds = time.perf_counter() - started
    return Sent(rows, seconds, count, 0, peak_megabytes())


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
    chosen = parser.parse_args(arguments)
    project = load_project(project_dir=chosen.project, profiles_dir=chosen.project)
    send = send_with_engine if chosen.way == "engine" else send_with_loop
    return vars(send(project))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()) + "\n")
