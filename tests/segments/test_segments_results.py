"""What the macros compute, on rows that are counted by hand."""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal

import pytest

from tests.segments.segment_project import SegmentProject

pytestmark = pytest.mark.conformance

NUMBERS = (
    "shopper_id, purchase_count, amount_count, shop_count, total_spent, spent_30_days"
)
TEXTS = "shopper_id, first_status, last_status, favourite_shop, shops, tier"


def test_the_project_builds_with_its_unit_tests(built: SegmentProject) -> None:
    found = built.dbt("list", "--resource-type", "unit_test").result
    assert len(found) >= 11


def test_aggregates_over_a_related_model(built: SegmentProject) -> None:
    assert built.rows("shopper_fields", NUMBERS) == [
        (1, 3, 3, 2, Decimal("40.50"), Decimal("40.50")),
        (2, 2, 2, 2, 500, 0),
        (3, 2, 2, 1, Decimal("77.25"), Decimal("7.25")),
        (4, 0, 0, 0, 0, 0),
        (5, 0, 0, 0, 0, 0),
        (6, 1, 0, 1, 0, 0),
    ]


def test_picked_values_and_labels(built: SegmentProject) -> None:
    assert built.rows("shopper_fields", TEXTS) == [
        (1, "returned", "done", "web", "store, web", "silver"),
        (2, "done", "open", "store", "store, web", "gold"),
        (3, "done", "done", "web", "web", "none"),
        (4, None, "never", None, None, "none"),
        (5, None, "never", None, None, "none"),
        (6, None, "never", "web", "web", "none"),
    ]


def test_a_column_that_is_all_null_gives_no_value(built: SegmentProject) -> None:
    columns = "shopper_id, average_amount, largest_amount, spent_or_nothing"
    assert built.rows("shopper_fields", columns)[5] == (6, None, None, None)


def test_a_default_of_counts_is_the_same_whatever_stands_beside_it(
    built: SegmentProject,
) -> None:
    columns = "shopper_id, alone, beside, beside_distinct, beside_none"
    assert built.rows("counted_fields", columns)[:3] == [
        (1, -1, -1, -1, None),
        (2, 1, 1, 1, 1),
        (3, -1, -1, -1, None),
    ]


def test_a_field_can_be_called_like_its_column(built: SegmentProject) -> None:
    columns = "shopper_id, place, amount, for_shopper_id"
    assert built.rows("counted_fields", columns)[:3] == [
        (1, "y", 35, 7),
        (2, "x", 1, 8),
        (3, None, 0, None),
    ]


def test_columns_of_a_key_can_be_called_like_the_counts(built: SegmentProject) -> None:
    columns = "key_row_count, key_fault, is_null_key, row_count, fault"
    assert built.rows("counted_duplicates", columns) == [
        (2, "f", 0, 2, "duplicate key")
    ]


def test_columns_of_a_parent_and_of_its_parent(built: SegmentProject) -> None:
    columns = "shopper_id, country, continent"
    assert built.rows("shopper_fields", columns)[1:4] == [
        (2, "Germany", "Europe"),
        (3, "Japan", "Asia"),
        (4, None, None),
    ]


def test_a_condition_of_a_block_holds_for_all_its_fields(built: SegmentProject) -> None:
    columns = "shopper_id, done_count, done_in_web, done_mostly_in"
    assert built.rows("shopper_fields", columns) == [
        (1, 2, 2, "web"),
        (2, 1, 0, "store"),
        (3, 2, 2, "web"),
        (4, 0, 0, None),
        (5, 0, 0, None),
        (6, 0, 0, None),
    ]


def test_several_aggregates_cost_one_scan(built: SegmentProject) -> None:
    sql = built.compiled("shopper_fields")
    # two blocks, seventeen fields
    assert scans_of_purchases(sql) == 2
    # values that no aggregate picks are steps of their own
    if built.warehouse.adapter == "redshift":
        return
    scans = 1 if "mode(" in sql else 2
    assert sql.count("from purchases\n") == scans
    assert sql.count("from _outhaul_model_1 as purchases\n") == scans


def test_conditions_over_several_hops(built: SegmentProject) -> None:
    assert built.rows("recent_buyers", "shopper_id") == [(1,), (3,)]


def test_conditions_on_one_related_model_share_its_scan(built: SegmentProject) -> None:
    assert scans_of_purchases(built.compiled("recent_buyers")) == 1


def scans_of_purchases(sql: str) -> int:
    """How often the table is read; its name has quotes on some warehouses."""
    return len(re.findall(r"""\.["`]?purchases\b""", sql))


def test_a_split_is_the_same_as_anywhere_else(built: SegmentProject) -> None:
    def group(key: int) -> str:
        digest = hashlib.md5(f"autumn:{key}".encode(), usedforsecurity=False)
        return "control" if digest.hexdigest()[:8] < "40000000" else "treated"

    expected = [(key, group(key)) for key in range(1, 7)]
    assert built.rows("groups", "shopper_id, split_group") == expected


def test_a_cyclic_reference_says_which_models(built: SegmentProject) -> None:
    for name, other in (("ring_a", "ring_b"), ("ring_b", "ring_a")):
        built.write_model(
            name,
            "{{ outhaul.segment(ref('shoppers'), key='shopper_id',"
            f" where={{'not_in_segment': ref('{other}')}}) }}}}",
        )
    try:
        result = built.dbt("compile", "--select", "ring_a")
    finally:
        for name in ("ring_a", "ring_b"):
            (built.folder / "models" / f"{name}.sql").unlink()
    assert not result.success
    message = str(result.exception)
    assert "Found a cycle" in message
    assert "ring_a" in message and "ring_b" in message


@pytest.mark.parametrize("model", ["shop_breakdown", "people_overlap", "purchase_keys"])
def test_results_have_the_columns_that_are_documented(
    built: SegmentProject, model: str
) -> None:
    macro = {
        "shop_breakdown": "breakdown",
        "people_overlap": "overlap",
        "purchase_keys": "key_report",
    }[model]
    found = built.warehouse.run(
        "select lower(column_name) from information_schema.columns where"
        f" lower(table_schema) = 'shop' and lower(table_name) = '{model}'"
        " order by ordinal_position"
    )
    entries = yaml_entries()
    text = " ".join(entries[macro].split())
    positions = [text.index(f"`{name}`") for (name,) in found]
    assert positions


def yaml_entries() -> dict[str, str]:
    import yaml

    from tests.segments.segment_project import ROOT

    file = ROOT / "macros" / "segments" / "_segments.yml"
    return {
        entry["name"]: entry["description"]
        for entry in yaml.safe_load(file.read_text("utf-8"))["macros"]
    }
