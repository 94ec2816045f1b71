"""docs/ledger.md names every table and column, with its type, and no other."""

from __future__ import annotations

import re

from tests.docs.pages import ROOT, tables
from tests.macro_values import call

PAGE = tables((ROOT / "docs" / "ledger.md").read_text("utf-8"))


def documented(heading: str) -> dict[str, str]:
    return {name.strip("`"): data_type for name, data_type, _ in PAGE[heading]}


def test_the_tables_of_the_ledger_are_documented() -> None:
    ledger = call("ledger/ledger_tables.sql", "ledger_tables")
    assert {name: documented(name) for name in PAGE if name.startswith("outhaul_")} == {
        name: dict(columns) for name, columns in ledger.items()
    }


def test_columns_are_documented_in_their_order() -> None:
    ledger = call("ledger/ledger_tables.sql", "ledger_tables")
    for name, columns in ledger.items():
        assert list(documented(name)) == list(columns)


def test_the_version_of_the_ledger_is_documented() -> None:
    version = call("ledger/ledger_tables.sql", "ledger_version")
    rows = {row[0].strip("`"): row[2] for row in PAGE["outhaul_activations"]}
    assert f"now {version}." in rows["ledger_version"]


def test_the_columns_of_rejected_rows_are_documented() -> None:
    columns = call("diffs/_fold_rejections.sql", "_rejected_own_columns")
    assert documented("d__rejected") == {each["name"]: each["type"] for each in columns}


def test_the_views_of_the_ledger_are_documented_and_granted() -> None:
    text = (ROOT / "macros" / "ledger" / "ledger_views.sql").read_text("utf-8")
    views = re.findall(r"'(outhaul_\w+)':", text)
    assert [row[0].strip("`") for row in PAGE["Views of a project"]] == views
    granted = (ROOT / "docs" / "grants.md").read_text("utf-8")
    warehouses = ("postgres", "redshift", "snowflake", "databricks")
    for warehouse in warehouses:
        block = granted.split(f"<!-- after: {warehouse} -->")[1].split("```\n")[0]
        assert all(f".{view}" in block for view in views), warehouse


def test_every_column_has_a_meaning() -> None:
    for heading, rows in PAGE.items():
        if heading.startswith(("outhaul_", "d")) and rows:
            assert all(re.search(r"\w", row[2]) for row in rows), heading
