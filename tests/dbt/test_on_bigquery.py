"""What only BigQuery has: names, types as keys, tables that nothing can replace."""

from __future__ import annotations

import json

import pytest

from tests.dbt.warehouse_project import DiffProject, only_on

pytestmark = [pytest.mark.conformance, only_on("bigquery")]

# https://cloud.google.com/bigquery/docs/schemas#flexible-column-names
NAMES = ["First Name", "select", "MixedCase", "größe", "100%", "a&b", "hash", "struct"]


def test_G21_columns_may_have_the_names_that_bigquery_knows(
    project: DiffProject,
) -> None:
    model = ", ".join(f"name as `{name}`" for name in NAMES)
    project.write_model("people_out", f"select id, {model} from people")
    project.configure("First Name", identity="MixedCase")
    project.settle((1, "Ann", "Rome"))
    project.people((2, "Ann", "Rome"))
    project.build()
    assert project.rows("_outhaul_changed_columns, id") == [('["id"]', 2)]
    project.configure("id")
    project.people((1, "Anna", "Rome"))
    project.build()
    [(changed,)] = project.rows("_outhaul_changed_columns", order="1")
    assert json.loads(changed) == NAMES


@pytest.mark.parametrize(
    "value", ["0.5", "json '1'", "[1]", "struct(1 as a)", "st_geogpoint(1, 2)"]
)
def test_a_key_that_is_not_compared_exactly_is_refused(
    project: DiffProject, value: str
) -> None:
    project.write_model("people_out", f"select {value} as id, name from people")
    project.people((1, "Ann", "Rome"))
    message = project.failing_build()
    assert "rows cannot be tracked by the column 'id', which is" in message
    project.write_model(
        "people_out", f"select to_json_string({value}) as id, name from people"
    )
    project.build()
    assert len(project.rows()) == 1


def test_a_table_that_was_no_diff_is_replaced(project: DiffProject) -> None:
    project.warehouse.run_own(
        "create table shop.people_out cluster by name as select 1 as id, 'x' as name"
    )
    project.people((1, "Ann", "Rome"))
    project.build()
    assert project.rows() == [("inserted", 1)]


def test_ledger_tables_are_divided_by_month_and_work_tables_are_dropped(
    project: DiffProject,
) -> None:
    project.people((1, "Ann", "Rome"), (1, "Bob", "Rome"), (2, "Cat", "Bonn"))
    project.configure("id", max_invalid=1)
    project.build()
    divided = {
        statement.split("*/")[-1]
        for statement in project.warehouse.jobs()
        # other tests have had a ledger in a schema of another name
        if "partition by datetime_trunc(" in statement and "`shop`." in statement
    }
    assert len(divided) == 6
    assert all("cluster by activation, generation" in each for each in divided)
    assert any("cluster by _outhaul_seq" in each for each in project.statements)
    left = [name for name in project.warehouse.tables("shop") if "__work" in name]
    assert left == []
