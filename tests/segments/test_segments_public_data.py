"""Figures over public data sets, beside the same figures computed in Python."""

from __future__ import annotations

import csv
import itertools
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.segments.segment_project import ROOT, SegmentProject

Rows = list[dict[str, str]]

TYPES = {
    "customers": "customer_id integer, first_name text, country text",
    "invoices": "invoice_id integer, customer_id integer, invoice_date timestamp,"
    " total numeric(10,2)",
    "invoice_lines": "invoice_line_id integer, invoice_id integer, track_id integer",
    "tracks": "track_id integer, genre_id integer",
    "genres": "genre_id integer, name text",
    "purchases": "purchase_id integer, customer_id integer, purchased_at date,"
    " amount numeric(10,2)",
}


def data_folder() -> Path:
    """Where the data sets are: OUTHAUL_DATA, or `shared/data` beside the repository."""
    return Path(os.environ.get("OUTHAUL_DATA") or ROOT.parent / "shared" / "data")


def read(data_set: str, table: str) -> Rows:
    file = data_folder() / data_set / f"{table}.csv"
    if not file.exists():
        pytest.skip(f"needs {file}: set OUTHAUL_DATA to the folder of the data sets")
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def figures(
    new_project: Callable[[str], SegmentProject],
) -> Iterator[SegmentProject]:
    """Both data sets in a warehouse, with all models on them."""
    tables = {
        **{name: read("chinook", name) for name in TYPES if name != "purchases"},
        "purchases": read("cdnow", "purchases"),
    }
    with closing(new_project("public_data")) as project:
        project.warehouse.run("create schema if not exists shop")
        for name, rows in tables.items():
            load(project, name, rows)
        project.succeed("build")
        yield project


def load(project: SegmentProject, table: str, rows: Rows) -> None:
    """Create a table with these rows."""
    project.warehouse.run(f"create table shop.{table} ({TYPES[table]})")
    columns = [column.split()[0] for column in TYPES[table].split(", ")]
    if project.warehouse.adapter == "duckdb":
        # it reads files far faster than statements
        folder = "cdnow" if table == "purchases" else "chinook"
        project.warehouse.run(
            f"insert into shop.{table} select {', '.join(columns)} from"
            f" read_csv('{data_folder() / folder / table}.csv', all_varchar = true)"
        )
        return
    wanted = ({column: row[column] for column in columns} for row in rows)
    while batch := list(itertools.islice(wanted, 5_000)):
        project.warehouse.insert(f"shop.{table}", batch)


def test_first_and_last_purchase_number_and_total_of_every_buyer(
    figures: SegmentProject,
) -> None:
    expected: dict[int, list[Any]] = {}
    for row in read("cdnow", "purchases"):
        key, day = int(row["customer_id"]), date.fromisoformat(row["purchased_at"])
        found = expected.setdefault(key, [day, day, 0, Decimal(0)])
        found[0], found[1] = min(found[0], day), max(found[1], day)
        found[2] += 1
        found[3] += Decimal(row["amount"])
    rows = figures.warehouse.run("select * from shop.buyer_figures")
    assert len(expected) == 23_570
    assert {row[0]: list(row[1:]) for row in rows} == expected
    assert len(rows) == 23_570


def chinook() -> dict[int, dict[str, Any]]:
    """The customers with their figures, computed without a warehouse."""
    genre_names = {row["genre_id"]: row["name"] for row in read("chinook", "genres")}
    genres = {
        row["track_id"]: genre_names[row["genre_id"]]
        for row in read("chinook", "tracks")
    }
    invoices = {row["invoice_id"]: row for row in read("chinook", "invoices")}
    favourites: dict[str, Counter[str]] = defaultdict(Counter)
    for line in read("chinook", "invoice_lines"):
        buyer = invoices[line["invoice_id"]]["customer_id"]
        favourites[buyer][genres[line["track_id"]]] += 1
    customers = {}
    for row in read("chinook", "customers"):
        own = [i for i in invoices.values() if i["customer_id"] == row["customer_id"]]
        counted = favourites[row["customer_id"]]
        customers[int(row["customer_id"])] = {
            "country": row["country"],
            "order_count": len(own),
            "total_spent": sum(Decimal(each["total"]) for each in own),
            "last_order_at": max(
                datetime.fromisoformat(i["invoice_date"]) for i in own
            ),
            "favourite_genre": min(counted, key=lambda name: (-counted[name], name)),
        }
    return customers


def segments() -> dict[str, set[int]]:
    customers = chinook().items()
    return {
        "rock_fans": {k for k, c in customers if c["favourite_genre"] == "Rock"},
        "big_spenders": {k for k, c in customers if c["total_spent"] >= 40},
        "late_buyers": {
            key
            for key, customer in customers
            if customer["country"] not in ("USA", "Canada")
            and customer["last_order_at"] > datetime(2025, 10, 3)
        },
    }


def test_customers_with_calculated_fields(figures: SegmentProject) -> None:
    columns = "order_count, total_spent, last_order_at, favourite_genre"
    rows = figures.warehouse.run(
        f"select customer_id, {columns} from shop.customer_figures"
    )
    names = columns.split(", ")
    expected = {
        key: tuple(customer[name] for name in names)
        for key, customer in chinook().items()
    }
    assert {row[0]: tuple(row[1:]) for row in rows} == expected
    assert len(rows) == 59


@pytest.mark.parametrize("name", ["rock_fans", "big_spenders", "late_buyers"])
def test_segments_have_the_customers_that_python_finds(
    figures: SegmentProject, name: str
) -> None:
    expected = segments()[name]
    assert 0 < len(expected) < 59
    assert {row[0] for row in figures.rows(name, "customer_id")} == expected


def test_the_breakdown_adds_up(figures: SegmentProject) -> None:
    counted = Counter(each["favourite_genre"] for each in chinook().values())
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    rest = sum(number for _, number in ranked[2:])
    columns = "place, value, row_count"
    assert figures.rows("genre_breakdown", columns) == [
        (1, *ranked[0]),
        (2, *ranked[1]),
        *([(3, "other", rest)] if rest else []),
    ]


def test_overlap_is_that_of_the_sets(figures: SegmentProject) -> None:
    expected = {}
    for (left, lefts), (right, rights) in itertools.combinations(segments().items(), 2):
        both = len(lefts & rights)
        expected[left, right] = (
            *(len(lefts), len(rights), both),
            pytest.approx(both / len(lefts | rights)),
            pytest.approx(both / len(lefts)),
            pytest.approx(both / len(rights)),
        )
    columns = "left_size, right_size, intersection_size, jaccard, left_in_right"
    rows = figures.warehouse.run(
        f"select left_segment, right_segment, {columns}, right_in_left"
        " from shop.segment_overlap"
    )
    assert {(row[0], row[1]): row[2:] for row in rows} == expected
