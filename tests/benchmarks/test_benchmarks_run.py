"""The benchmarks still run; how fast anything is, they tell and tests do not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.builds import NODES, STEPS

ROOT = Path(__file__).resolve().parents[2]
SMALL = "--rows 2000 --dispatch-rows 2000 --many-rows 0 --repeat 1".split()


def run(tmp_path, *arguments):
    output = tmp_path / "measured.json"
    command = [sys.executable, "-m", "benchmarks", *arguments, *SMALL]
    finished = subprocess.run(
        [*command, "--output", str(output)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert finished.returncode == 0, finished.stderr
    return json.loads(output.read_text()), finished.stdout


def test_builds_are_timed_step_by_step_beside_a_snapshot_and_a_plain_table(tmp_path):
    measured, table = run(tmp_path, "builds", "--warehouse", "duckdb")
    (times,) = measured["builds"]
    assert list(times["seconds"]) == list(STEPS)
    for step in times["seconds"].values():
        assert {node: len(seconds) for node, seconds in step.items()} == {
            node: 1 for node in NODES
        }
    assert "stopped" not in table


def test_every_row_is_dispatched_by_the_engine_and_by_the_bare_loop(tmp_path):
    measured, table = run(tmp_path, "dispatches")
    ways = [each["way"]["name"] for each in measured["dispatches"]]
    assert ways == ["loop", "engine", "engine", "engine"]
    for each in measured["dispatches"]:
        assert each["sent"]["rows"] == 2000
        assert each["sent"]["megabytes"] < 200
    assert "| engine | 2,000 | 4 |" in table
