"""How much memory the dispatcher takes does not depend on how many rows there are."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dbt.dispatched import Shop
from tests.dbt.warehouse_project import ROOT, DiffProject

pytestmark = pytest.mark.also_on_duckdb

READER = """
import sys

from benchmarks.sending import peak_megabytes

from outhaul.connections import connect
from outhaul.config.project import load_project
from outhaul.ledger import Warehouse

project = load_project(project_dir=sys.argv[1], profiles_dir=sys.argv[1])
warehouse = Warehouse(connect(project), project.database, project.outhaul_schema)
record = warehouse.activation("people_out")
seen = 0
while seen < record.last_seq:
    upto = min(seen + 5_000, record.last_seq)
    seen += len(warehouse.page(record, seen, upto))
warehouse.close()
print(seen, round(peak_megabytes()))
"""


def test_a_million_rows_are_read_in_bounded_memory(shop: Shop, tmp_path: Path) -> None:
    """All of them at once would be a gigabyte of Python's objects."""
    numbers = shop.project.warehouse.numbers(1_000_000)
    shop.project.write_model(
        "people_out",
        "select cast(n as varchar(20)) as id, 'name ' || cast(n as varchar(20)) as"
        f" name, 'city' as city from ({numbers}) as numbers",
    )
    shop.build()
    folder = in_another_process(shop.project, tmp_path)
    reader = [sys.executable, "-c", READER, str(folder)]
    ran = subprocess.run(reader, cwd=ROOT, capture_output=True, text=True, timeout=500)
    assert ran.returncode == 0, ran.stderr
    rows, megabytes = map(int, ran.stdout.split())
    assert rows == 1_000_000
    assert megabytes < 250


def in_another_process(project: DiffProject, folder: Path) -> Path:
    """A project folder for it: this one holds the lock of DuckDB's file."""
    if project.adapter != "duckdb":
        return project.folder
    project.run_sql("checkpoint")
    copy = str(shutil.copy(project.output["path"], folder))
    beside = folder / "project"
    shutil.copytree(project.folder, beside, ignore=shutil.ignore_patterns("dbt_*es"))
    profile = (beside / "profiles.yml").read_text()
    assert project.output["path"] in profile
    (beside / "profiles.yml").write_text(profile.replace(project.output["path"], copy))
    return beside
