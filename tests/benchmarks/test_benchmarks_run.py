"""The benchmarks still run; how fast anything is, they tell and tests do not."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from benchmarks.builds import NODES, STEPS
from benchmarks.services import NAMES
from outhaul.destinations.google.adjustments import Adjustments
from outhaul.kit.audiences import Audience
from outhaul.kit.conversions import Conversions
from outhaul.registry.platforms import PLATFORMS

ROOT = Path(__file__).resolve().parents[2]
# One column more, and removed rows.
SAME_AS_UPSERTS = {("sftp", "changes"), ("webhook", "changes")}
# What networks take differs in words; Meta Ads stands for all of them.
ALIKE = (Audience, Conversions, Adjustments)
# Of a body of many rows, of one row a request, and of a file.
OF_EACH_SHAPE = ["sendgrid_contacts", "splio_updates", "sftp_gzip"]
SMALL = [
    *("--rows", "2000", "--dispatch-rows", "2000", "--service-rows", "400"),
    *("--many-rows", "0", "--repeat", "1"),
]


def run(tmp_path, *arguments):
    output = tmp_path / "measured.json"
    command = [sys.executable, "-m", "benchmarks", *arguments, *SMALL]
    finished = subprocess.run(
        [*command, "--output", str(output)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
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


def test_a_service_of_each_shape_sends_all_rows_and_so_does_its_loop(tmp_path):
    chosen = [f"--service={name}" for name in OF_EACH_SHAPE]
    measured, table = run(tmp_path, "services", *chosen)
    assert [each["activation"] for each in measured["services"]] == OF_EACH_SHAPE
    for each in measured["services"]:
        (loop,), (engine,) = each["loop"], each["engine"]
        rows = 10 if each["activation"] in ("splio_updates", "brevo_updates") else 400
        assert loop["rows"] == engine["rows"] == rows
        assert loop["cpu_seconds"] > 0 and engine["cpu_seconds"] > 0
        assert f"| {each['title']} | {rows} |" in table


def test_there_is_a_benchmark_of_every_service():
    diffs = ROOT / "benchmarks" / "services_project" / "models"
    assert {path.stem for path in diffs.glob("*.sql")} == set(NAMES)
    benchmarked = " ".join(path.read_text() for path in diffs.glob("*.sql"))
    for kind, platform in PLATFORMS.items():
        destination = "files" if kind == "sftp" else kind
        for service in platform.services:
            pair = f"'destination': '{destination}',\\s*'service': '{service}'"
            is_other = (kind, service) in SAME_AS_UPSERTS
            is_alike = kind != "meta" and issubclass(platform.services[service], ALIKE)
            assert re.search(pair, benchmarked) or is_other or is_alike, pair
