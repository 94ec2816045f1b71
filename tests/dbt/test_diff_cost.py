"""What a build and a sync ask of the warehouse, counted; docs/cost.md publishes it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from textwrap import dedent
from typing import Any

import pytest

from outhaul.connections.base import Connection
from outhaul.engine.seams import Seams
from outhaul.engine.summary import Result
from tests.dbt.dispatched import Shop
from tests.dbt.scanned import scanning, size
from tests.dbt.warehouse_project import ROOT, DiffProject, only_on

pytestmark = pytest.mark.also_on_duckdb

PEOPLE = [(n, f"name {n}", "x") for n in range(1, 401)]
# 1 % changed, 0.5 % left, 0.5 % arrived
CHANGED = [
    *((n, "new name", "x") for n in range(1, 5)),
    *PEOPLE[6:],
    (501, "a", "x"),
    (502, "b", "x"),
]
# What dbt's adapters ask on their own behalf.
OF_DBT = re.compile(
    r"begin(?! declare)|commit|rollback|set |select .* from duckdb_", re.I
)
ROW = re.compile(r"^\| ([\w ]+?) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)


def published(section: str) -> dict[str, tuple[int, ...]]:
    """A table of the page: by its first column, the numbers of a row."""
    page = (ROOT / "docs" / "cost.md").read_text("utf-8")
    table = page.split(f"<!-- {section} -->")[1].split("<!-- /")[0]
    return {name: tuple(map(int, row)) for name, *row in ROW.findall(table)}


class Counting:
    """A connection that keeps what it is asked."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.adapter_type = connection.adapter_type
        self.close = connection.close
        self.reads: list[str] = []
        self.writes: list[str] = []

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self.reads.append(sql)
        return self._connection.query(sql, parameters)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        self.writes.append(sql)
        return self._connection.execute(sql, parameters)


def test_a_build_takes_as_many_statements_as_the_page_says(shop: Shop) -> None:
    counts = []
    for people in (PEOPLE, PEOPLE, PEOPLE, CHANGED):
        shop.project.people(*people)
        shop.ledger.advance(0)
        shop.project.build()
        statements = [sql for sql in shop.project.statements if not OF_DBT.match(sql)]
        counts.append(len(statements))
        shop.sync()
    name = shop.project.warehouse.name.rstrip("0123456789")
    assert {name: tuple(counts)} == {name: published("builds").get(name)}


def test_a_build_reads_and_writes_as_much_as_the_page_says(shop: Shop) -> None:
    source = sum(size(value) for person in PEOPLE for value in person)
    rows = published("rows")
    copied = rows.pop("diff without transactions")
    if not shop.project.warehouse.is_transactional:
        rows["diff"] = copied
    read: list[int] = []
    written: dict[str, list[int]] = {kind: [] for kind in rows}
    for people in (PEOPLE, PEOPLE, PEOPLE, CHANGED):
        shop.project.people(*people)
        shop.ledger.advance(0)
        with scanning(shop.project.warehouse.dialect) as scans:
            shop.project.build()
        scans.read.pop("ledger")
        read.append(round(100 * scans.read.total() / source))
        for kind, counts in written.items():
            counts.append(scans.written.pop(kind, 0))
        assert not scans.written
        shop.sync()
    name = shop.project.warehouse.name.rstrip("0123456789")
    assert {name: tuple(read)} == {name: published("bytes").get(name)}
    assert {kind: tuple(counts) for kind, counts in written.items()} == rows


def test_a_build_without_a_change_runs_the_model_once_and_writes_no_row(
    shop: Shop,
) -> None:
    shop.build(*PEOPLE)
    shop.sync()
    shop.build(*PEOPLE)
    before = shop.project.acknowledged("*")
    shop.build(*PEOPLE)
    source = [sql for sql in shop.project.statements if re.search(r"\bpeople\b", sql)]
    assert len(source) == 1
    writes = re.compile(r"(insert into|update|delete from|merge into)\s", re.I)
    written = [sql for sql in shop.project.statements if writes.match(sql)]
    # the lease, the generation and its history: one row of the ledger each
    assert all("outhaul_" in re.split(r"\bset\s", sql)[0].lower() for sql in written)
    assert len(written) <= 4
    assert shop.project.acknowledged("*") == before
    assert shop.project.rows() == []
    connection = Counting(shop.ledger.connect())
    requests = len(shop.store.requests)
    assert shop.sync(connection=connection).result is Result.NOTHING
    connection.close()
    assert (connection.writes, len(connection.reads)) == ([], 4)
    assert len(shop.store.requests) == requests
    # the twin: with a change there are rows to write and a request
    shop.build(*CHANGED)
    assert len(shop.project.rows()) == 8
    shop.sync()
    assert len(shop.store.requests) > requests


def test_a_sync_takes_as_many_statements_as_the_page_says(shop: Shop) -> None:
    shop.build(*PEOPLE)
    counts: list[int] = []
    for people in (PEOPLE, CHANGED):
        shop.build(*people)
        connection = Counting(shop.ledger.connect())
        still = Seams(clock=lambda: 0.0)  # or a commit comes due on a slow machine
        report = shop.sync(connection=connection, seams=still)
        assert report.result is Result.SUCCEEDED
        connection.close()
        counts += [len(connection.reads), len(connection.writes)]
    assert tuple(counts) == published("syncs")["every"]


def as_shown(statement: str) -> str:
    """A statement as the page has it: without what differs between two builds."""
    plain = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", statement)
    plain = re.sub(r'(people_out__[a-z]+)\d+"', r'\1"', plain)
    plain = re.sub(r"""(["'])test_\d+(["'])""", r"\1warehouse\2", plain)
    first, _, rest = plain.partition("\n")
    lines = [line.rstrip() for line in (first, *dedent(rest).splitlines())]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


@only_on("postgres")
def test_the_statements_of_an_everyday_build_are_on_the_page(
    project: DiffProject,
) -> None:
    """As a person meets them in the history of queries; see the section's end."""
    project.settle((1, "Ann", "Rome"), (2, "Bob", "Oslo"))
    project.build()
    project.build()
    found = [as_shown(sql) for sql in project.statements if not OF_DBT.match(sql)]
    page = (ROOT / "docs" / "cost.md").read_text("utf-8")
    section = page.split("<!-- statements -->")[1].split("<!-- /statements -->")[0]
    assert re.findall(r"```sql\n(.*?)\n```", section, re.DOTALL) == found
