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
class Dispatch:
    """One way of sending, its best repetition."""

    way: str
    concurrency: int
    batch_rows: int
    latency: float
    sent: Sent

    @property
    def rows_a_second(self) -> float:
        return self.sent.rows / self.sent.seconds

    @property
    def allowed(self) -> float:
        """The rows a second that the latency allows at this concurrency."""
        return self.concurrency / self.latency * self.batch_rows


def measure_dispatches(
    rows: int, many_rows: int, repeat: int, say: Say
) -> list[Dispatch]:
    """Send `rows` in every way, and `many_rows` with the engine to see its memory."""
    found = []
    with tempfile.TemporaryDirectory(prefix="outhaul-benchmark-") as folder:
        place = Path(folder)
        with postgres_databases(place) as databases:
            sender = _Sender(place / "rows", next(databases), rows, say)
            try:
                found += [
                    sender.best("loop", repeat, concurrency=1),
                    sender.best("engine", repeat),
                    sender.best("engine", 1, latency=LATENCY_SECONDS),
                    sender.best(
                        "engine", 1, 16, _batch_of_16(rows), latency=LATENCY_SECONDS
                    ),
                ]
            finally:
                sender.close()
            if many_rows > rows:
                sender = _Sender(place / "many", next(databases), many_rows, say)
                try:
                    found.append(sender.best("engine", 1))
                finally:
                    sender.close()
    return found


def _batch_of_16(rows: int) -> int:
    """Sixteen connections want more requests, of fewer rows, for the same CPU time."""
    return max(10, min(100, rows // 100))


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

    def close(self) -> None:
        self._nodes.close()

    def best(
        self,
        way: str,
        repeat: int,
        concurrency: int = 4,
        batch_rows: int = 1_000,
        latency: float = 0.0,
    ) -> Dispatch:
        """The quickest of several repetitions, each with a sink and ledger as new."""
        times: Sequence[Sent] = [
            self._send(way, concurrency, batch_rows, latency) for _ in range(repeat)
        ]
        sent = min(times, key=lambda each: each.seconds)
        return Dispatch(way, concurrency, batch_rows, latency, sent)

    def _send(
        self, way: str, concurrency: int, batch_rows: int, latency: float
    ) -> Sent:
        self._say(
            f"{way}: {self._rows} rows, {concurrency} at a time, latency {latency} s"
        )
        self._forget()
        with running_sink(latency) as address:
            settings = {
                "BENCHMARK_SINK": address,
                "BENCHMARK_CONCURRENCY": str(concurrency),
                "BENCHMARK_BATCH_ROWS": str(batch_rows),
            }
            finished = subprocess.run(
                [sys.executable, "-m", "benchmarks.sending", way, str(self._folder)],
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
