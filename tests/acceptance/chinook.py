"""The Chinook sample: where its files are, and how to load them into a warehouse."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = "chinook"

CUSTOMERS = {
    "customer_id": "integer",
    "first_name": "varchar",
    "last_name": "varchar",
    "company": "varchar",
    "country": "varchar",
    "email": "varchar",
}
INVOICES = {
    "invoice_id": "integer",
    "customer_id": "integer",
    "total": "numeric(10, 2)",
}


def data_folder() -> Path | None:
    """`chinook` in the folder that OUTHAUL_DATA names, or beside the repository."""
    named = os.environ.get("OUTHAUL_DATA")
    places = [Path(named)] if named else [ROOT.parent / "shared" / "data"]
    for place in places:
        if (place / "chinook" / "customers.csv").is_file():
            return place / "chinook"
    return None


def load(folder: Path, run_sql: Callable[[str], Any]) -> None:
    """Create `customers` and `invoices` and fill them, by plain statements."""
    run_sql(f"create schema if not exists {SCHEMA}")
    for table, columns in (("customers", CUSTOMERS), ("invoices", INVOICES)):
        described = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        run_sql(f"create table {SCHEMA}.{table} ({described})")
        rows = [_literals(row, columns) for row in _read(folder / f"{table}.csv")]
        run_sql(f"insert into {SCHEMA}.{table} values {', '.join(rows)}")


def _read(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _literals(row: dict[str, str], columns: dict[str, str]) -> str:
    values = []
    for name, kind in columns.items():
        text = row[name].replace("'", "''")
        quoted = f"'{text}'" if kind == "varchar" else text
        values.append(quoted if row[name] else "null")
    return f"({', '.join(values)})"
