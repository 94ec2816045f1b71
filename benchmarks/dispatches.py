"""Sending a diff with the engine, beside a bare loop and beside what latency allows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import customers
from benchmarks.builds import DIFF, SOURCE
from benchmarks.databases import SCHEMA, Database, postgres_databases
from benchmarks.nodes import ROOT, Nodes
from benchmarks.sending import Sent
from benchmarks.sink import received_by, running_sink

LIMIT_SECONDS = 300.0
LATENCY_SECONDS = 0.1

Say = Callable[[str], None]


@dataclass(frozen=True)
class Way:
    """A way of sending. latency: seconds before each answer."""

    name: str
    concurrency: int
    batch_rows: int = 1_000
    latency: float = 0.0


@dataclass(frozen=True)
class Dispatch:
    """A way of sending, and its best repetition."""

    way: Way
    sent: Sent

    @property
    def rows_a_second(self) -> float:
        return self.sent.rows / self.sent.seconds

    @property
    def allowed(self) -> float:
        """The rows a second that the latency allows at this concurrency."""
        return self.way.concurrency / self.way.latency * self.way.batch_rows


LOOP = Way("loop", 1)
ENGINE = Way("engine", 4)
SLOW = Way("engine", 4, latency=LATENCY_SECONDS)


def measure_dispatches(
    rows: int, many_rows: int, repeat: int, say: Say
) -> list[Dispatch]:
    """Send `rows` in every way, and `many_rows` with the engine to see its memory."""
    # Sixteen at once want many requests, and as many rows a second as one CPU makes.
    slow_16 = Way("engine", 16, max(10, min(100, rows // 100)), LATENCY_SECONDS)
    with tempfile.TemporaryDirectory(prefix="outhaul-benchmark-") as folder:
        place = Path(folder)
        with postgres_databases(place) as databases:
            with _Sender(place / "rows", next(databases), rows, say) as sender:
                found = sender.best((LOOP, ENGINE), repeat)
                found += sender.best((SLOW, slow_16), repeat)
            if many_rows > rows:
                with _Sender(place / "many", next(databases), many_rows, say) as sender:
                    found += sender.best((ENGINE,), 1)
    return found


class _Sender:
    """A diff of new customers that is sent again and again."""

    def __init__(self, folder: Path, database: Database, rows: int, say: Say) -> None:
        self._folder = folder
        self._database = database
        self._rows = rows
        self._say = say
        self._nodes = Nodes(folder, database)
        database.run(customers.create(SOURCE, rows))
        self._nodes.build(DIFF)
        database.settle(f"{SCHEMA}.{DIFF}")

    def __enter__(self) -> _Sender:
        return self

    def __exit__(self, *_: object) -> None:
        self._nodes.close()

    def best(self, ways: Sequence[Way], repeat: int) -> list[Dispatch]:
        """The quickest of several repetitions of each way, taken in turn."""
        rounds = [[self._send(way) for way in ways] for _ in range(repeat)]
        return [
            Dispatch(way, min(sent, key=lambda each: each.seconds))
            for way, sent in zip(ways, zip(*rounds, strict=True), strict=True)
        ]

    def _send(self, way: Way) -> Sent:
        """Send all rows to a sink as new, as if for the first time."""
        self._say(
            f"{way.name}: {self._rows} rows, {way.batch_rows} a request,"
            f" {way.concurrency} at once, latency {way.latency} s"
        )
        self._forget()
        with running_sink(way.latency) as address:
            settings = {
                "BENCHMARK_SINK": address,
                "BENCHMARK_CONCURRENCY": str(way.concurrency),
                "BENCHMARK_BATCH_ROWS": str(way.batch_rows),
            }
            program = [sys.executable, "-m", "benchmarks.sending", way.name]
            finished = subprocess.run(
                [*program, str(self._folder), DIFF],
                env={**os.environ, **settings},
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=LIMIT_SECONDS,
            )
            assert finished.returncode == 0, finished.stderr
            received = received_by(address)
        sent = Sent(**json.loads(finished.stdout))
        assert received.rows == sent.rows == self._rows, (received, sent)
        return sent

    def _forget(self) -> None:
        """Let the ledger know of no sync."""
        self._database.run(
            *(
                f"delete from {SCHEMA}.{table}"
                for table in ("outhaul_claims", "outhaul_syncs")
            )
        )
