"""Builds of a diff, beside a snapshot and a plain table of the same query."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import customers
from benchmarks.databases import SCHEMA, WAREHOUSES, Database
from benchmarks.nodes import Nodes, Stopped
from outhaul.config.project import load_project
from outhaul.connections import connect
from outhaul.ledger import Warehouse
from outhaul.ledger.records import Claims

DIFF, SNAPSHOT = "customers_out", "customers_snapshot"
TABLE, JOIN = "plain_table", "plain_join"
NODES = (TABLE, JOIN, SNAPSHOT, DIFF)
SOURCE = f"{SCHEMA}.customers"

FIRST = "first build"
FOLD = "all acknowledged since, nothing changed"
UNCHANGED = "nothing changed"
CHANGED = "1 % changed, 0.5 % removed, 0.5 % new"
STEPS = (FIRST, FOLD, UNCHANGED, CHANGED)

Say = Callable[[str], None]


@dataclass
class BuildTimes:
    """Seconds per step and node, one for each repetition; stopped ones have none."""

    warehouse: str
    rows: int
    seconds: dict[str, dict[str, list[float]]] = field(
        default_factory=lambda: {step: {node: [] for node in NODES} for step in STEPS}
    )

    def best(self, step: str, *nodes: str) -> float | None:
        """The best time of a node, or the sum of several; None where one stopped."""
        times = [self.seconds[step][node] for node in nodes]
        return sum(min(each) for each in times) if all(times) else None

    def ratio(self, step: str, *nodes: str) -> float | None:
        """The time of the diff by that of a node, or of several; below 1 is faster."""
        ours, theirs = self.best(step, DIFF), self.best(step, *nodes)
        return None if ours is None or theirs is None else ours / theirs


def measure_builds(
    warehouses: Sequence[str], rows: int, repeat: int, say: Say
) -> list[BuildTimes]:
    """Run every step on each warehouse, each repetition on a database of its own."""
    found = []
    for warehouse in warehouses:
        times = BuildTimes(warehouse, rows)
        with tempfile.TemporaryDirectory(prefix="outhaul-benchmark-") as folder:
            place = Path(folder)
            with WAREHOUSES[warehouse](place) as databases:
                for number in range(repeat):
                    nodes = Nodes(
                        place / f"project{number}", database := next(databases)
                    )
                    try:
                        _run_steps(nodes, database, times, say)
                    finally:
                        nodes.close()
        found.append(times)
    return found


def _run_steps(nodes: Nodes, database: Database, times: BuildTimes, say: Say) -> None:
    nodes.call(database.run, customers.create(SOURCE, times.rows))
    nodes.call(database.settle, SOURCE)
    for step in STEPS:
        if step == CHANGED:
            nodes.call(database.run, *customers.one_day(SOURCE, times.rows))
            nodes.call(database.settle, SOURCE)
        for node in NODES:
            say(f"{database.name}: {step}: {node}")
            try:
                times.seconds[step][node].append(nodes.build(node))
            except Stopped:
                say(f"{database.name}: {step}: {node} was stopped")
        if step == FIRST:
            nodes.call(acknowledge_all, nodes.folder)
            nodes.call(database.settle, *_in_schema(DIFF, SNAPSHOT))
        if step == FOLD:
            nodes.call(database.settle, *_in_schema(f"{DIFF}__acknowledged", SNAPSHOT))


def _in_schema(*names: str) -> list[str]:
    return [f"{SCHEMA}.{name}" for name in names]


def acknowledge_all(project: Path) -> None:
    """Write to the ledger what a sync that delivered every row writes."""
    loaded = load_project(project_dir=project, profiles_dir=project)
    warehouse = Warehouse(connect(loaded), loaded.database, loaded.outhaul_schema)
    try:
        grant = warehouse.take_lease(DIFF, "benchmark", 300)
        assert grant is not None
        last = warehouse.activation(DIFF).last_seq
        warehouse.claim(grant, Claims(last, last))
        warehouse.release_lease(grant)
    finally:
        warehouse.close()
