"""The generic test `unique_key`: what is clean, what it warns of, what it fails at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.segments.segment_project import SegmentProject

pytestmark = pytest.mark.also_on_duckdb

# name: (rows in all, duplicate rows, rows without a key, arguments, what becomes of it)
CASES = {
    "clean": (100, 0, 0, {}, "pass"),
    "empty": (0, 0, 0, {}, "pass"),
    "one_duplicate": (100, 1, 0, {}, "warn"),
    "five_in_hundred": (100, 5, 0, {}, "warn"),
    "six_in_hundred": (100, 6, 0, {}, "fail"),
    "one_null": (100, 0, 1, {}, "warn"),
    "many_nulls": (100, 0, 6, {}, "fail"),
    "all_null": (3, 0, 3, {}, "fail"),
    "tolerant": (100, 6, 0, {"warn_above": 0.1, "fail_above": 0.2}, "pass"),
    "strict": (100, 1, 0, {"warn_above": 0, "fail_above": 0}, "fail"),
    "two_columns": (100, 50, 0, {"key": ["id", "number"]}, "pass"),
    "of_any_name": (100, 1, 0, {"key": ["ROW_COUNT", "fault", "is_null_key"]}, "warn"),
    "filtered": (100, 50, 0, {"config": {"where": "number <= 50"}}, "pass"),
}


def numbers(rows: int, duplicates: int, nulls: int) -> str:
    """A model of so many rows, `id` of which is the key and `number` a row's number."""
    last = rows - duplicates
    each = [f"select {number} as number" for number in range(1, max(rows, 1) + 1)]
    return (
        f"select id, number, id as row_count, 0 as fault, 0 as is_null_key from ("
        f"select case when number <= {nulls} then null when number > {last} then"
        f" number - {last} else number end as id, number"
        f" from ({' union all '.join(each)}) as numbers where number <= {rows}"
        ") as named"
    )


@pytest.fixture(scope="module")
def statuses(built: SegmentProject) -> Iterator[dict[str, str]]:
    names = [f"keys_{name}" for name in CASES]
    models = []
    for name, (rows, duplicates, nulls, given, _) in CASES.items():
        built.write_model(f"keys_{name}", numbers(rows, duplicates, nulls))
        arguments = {n: v for n, v in given.items() if n != "config"}
        test = {"outhaul.unique_key": {"name": f"test_{name}", "arguments": arguments}}
        if "config" in given:
            test["outhaul.unique_key"]["config"] = given["config"]
        model = {"name": f"keys_{name}"}
        if "key" in arguments:
            model["data_tests"] = [test]
        else:
            model["columns"] = [{"name": "id", "data_tests": [test]}]
        models.append(model)
    built.write_yaml("keys", {"models": models})
    result = built.dbt("build", "--select", *names)
    for name in names:
        (built.folder / "models" / f"{name}.sql").unlink()
    (built.folder / "models" / "keys.yml").unlink()
    assert result.exception is None
    yield built.statuses(result)


@pytest.mark.parametrize("name", CASES)
def test_the_share_of_faulty_rows_decides(statuses: dict[str, str], name: str) -> None:
    assert statuses[f"test_{name}"] == CASES[name][4]


def test_a_report_says_fail_beyond_a_share_and_not_at_it(
    built: SegmentProject,
) -> None:
    """0.29 of 100 is 29, and a little less in binary fractions."""
    built.write_model("reported", numbers(100, 29, 0))
    for number in (28, 29):
        report = f"key_report(ref('reported'), 'id', fail_above=0.{number})"
        built.write_model(f"reported_{number}", f"{{{{ outhaul.{report} }}}}")
    built.dbt("build", "--select", "reported+")
    for file in (built.folder / "models").glob("reported*"):
        file.unlink()
    for number, verdict in ((28, "fail"), (29, "warn")):
        sql = f"select verdict from shop.reported_{number}"
        assert built.warehouse.run(sql) == [(verdict,)]


def test_the_faulty_keys_can_be_kept(built: SegmentProject) -> None:
    built.write_model("kept", numbers(10, 2, 1))
    test = {"outhaul.unique_key": {"name": "kept_keys"}}
    column = {"name": "id", "data_tests": [test]}
    built.write_yaml("kept", {"models": [{"name": "kept", "columns": [column]}]})
    built.dbt("build", "--select", "kept", "--store-failures")
    for file in ("kept.sql", "kept.yml"):
        (built.folder / "models" / file).unlink()
    kept = built.warehouse.run(
        "select id, row_count, fault from shop_dbt_test__audit.kept_keys order by id"
    )
    # 9 and 10 are written as 1 and 2, and 1 is missing
    assert [row for row in kept if row[0] is not None] == [(2, 2, "duplicate key")]
    assert [row[1:] for row in kept if row[0] is None] == [(1, "null key")]
