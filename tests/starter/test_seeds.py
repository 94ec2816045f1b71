"""The starter's raw data are what its generator writes."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

STARTER = Path(__file__).parents[2] / "dbt_project"
SEEDS = [
    "raw_customers.csv",
    "raw_email_opt_ins.csv",
    "raw_orders.csv",
    "raw_web_visitors.csv",
]


def generate(day: int, folder: Path) -> Path:
    folder.mkdir()
    script = STARTER / "scripts" / "generate_seeds.py"
    arguments = ["--day", str(day), "--output", str(folder)]
    subprocess.run([sys.executable, "-B", script, *arguments], check=True)
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_committed_seeds_are_those_of_day_1(tmp_path: Path) -> None:
    written = generate(1, tmp_path / "day_1")
    for seed in SEEDS:
        assert (written / seed).read_bytes() == (STARTER / "seeds" / seed).read_bytes()


def test_a_day_has_the_same_bytes_each_time(tmp_path: Path) -> None:
    once, again = generate(2, tmp_path / "once"), generate(2, tmp_path / "again")
    for seed in SEEDS:
        assert (once / seed).read_bytes() == (again / seed).read_bytes()


def test_day_2_brings_takes_and_changes_customers(tmp_path: Path) -> None:
    def by_key(day: int) -> dict[str, dict[str, str]]:
        folder = generate(day, tmp_path / f"day_{day}")
        return {row["customer_id"]: row for row in rows(folder / SEEDS[0])}

    before, after = by_key(1), by_key(2)
    stayed = before.keys() & after.keys()
    assert len(after.keys() - before.keys()) == 15
    assert len(before.keys() - after.keys()) == 10
    for column in ["last_name", "country", "email"]:
        assert any(before[key][column] != after[key][column] for key in stayed)


def test_the_export_holds_one_duplicate_key_and_one_null_key() -> None:
    keys = [row["customer_id"] for row in rows(STARTER / "seeds" / SEEDS[0])]
    assert keys.count("") == 1
    assert len(keys) - len(set(keys)) == 1


def test_nobody_can_be_reached_under_an_invented_address() -> None:
    addresses = [
        row["email"].strip().lower()
        for seed in [*SEEDS[:2], SEEDS[3]]
        for row in rows(STARTER / "seeds" / seed)
        if row["email"]
    ]
    reserved = ("@example.com", "@example.org", "@example.net")
    assert addresses
    assert all(address.endswith(reserved) for address in addresses)
