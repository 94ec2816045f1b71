"""The documentation of calculated fields, printed from their declaration."""

from __future__ import annotations

import pytest
import yaml

from tests.dbt_runs import run_dbt
from tests.segments.segment_project import SegmentProject


def test_types_and_descriptions_are_printed(
    built: SegmentProject, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    ran = run_dbt(
        built.folder,
        *("compile", "--select", "shopper_fields"),
        *("--vars", "outhaul_print_docs: true"),
        prints=True,
    )
    assert ran.success
    printed = capsys.readouterr().out
    # dbt itself prints the compiled SQL after it
    text = printed[printed.index("    columns:") : printed.index("with\n")]
    columns = yaml.safe_load(text)["columns"]
    described = {each["name"]: each.get("description") for each in columns}
    types = {each["name"]: each["data_type"] for each in columns}
    assert described["shopper_id"] == "The shop's own number."
    assert described["purchase_count"] == "Purchases so far."
    assert described["total_spent"] == (
        "Sum of amount over purchases that meet a condition."
    )
    assert described["spent_30_days"] == (
        "Sum of amount over purchases in the last 30 days."
    )
    assert types["shopper_id"].startswith(("int", "number"))
    assert types["tier"] in ("text", "varchar", "string")
    names = built.warehouse.run(
        "select lower(column_name) from information_schema.columns where"
        " lower(table_schema) = 'shop' and lower(table_name) = 'shopper_fields'"
        " order by ordinal_position"
    )
    assert list(described) == [name for (name,) in names]
