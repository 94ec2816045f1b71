"""What is peculiar to Snowflake: names in upper case, sizes of types, query tags."""

from __future__ import annotations

import json

import pytest

from outhaul.ledger import Warehouse
from tests.dbt.dispatched import ProjectLedger
from tests.dbt.warehouse_project import DiffProject, only_on

pytestmark = only_on("snowflake")

ANN = (1, "Ann", "Rome")
CHANGED = "_outhaul_change, id, _outhaul_changed_columns"


@pytest.mark.conformance
def test_G21_names_reach_the_ledger_and_the_dispatcher_as_they_were_written(
    project: DiffProject,
) -> None:
    project.write_model(
        "people_out",
        'select id, name as "firstName", city as home_town, city as "Home Town"'
        " from people",
    )
    project.configure("ID", identity="firstName")
    project.people(ANN)
    project.build()
    key, columns = project.activation("key_columns, columns")
    assert json.loads(key) == ["id"]
    assert [
        (column["name"], column.get("stored_as")) for column in json.loads(columns)
    ] == [
        ("id", "ID"),
        ("firstName", None),
        ("home_town", "HOME_TOWN"),
        ("Home Town", None),
    ]
    ledger = ProjectLedger(project)
    loaded = ledger.loaded
    warehouse = Warehouse(ledger.connect(), loaded.database, loaded.outhaul_schema)
    record = warehouse.activation("people_out")
    assert record.relation[1:] == ("SHOP", "PEOPLE_OUT")
    assert warehouse.page(record, 0, 1) == [
        (1, "inserted", None, 1, "Ann", "Rome", "Rome")
    ]
    project.deliver(rejected={1: "rejected"})
    assert [each.key for each in warehouse.rejections(record)] == [(1,)]
    warehouse.close()
    project.people((1, "Ann", "Oslo"))
    project.build()
    assert project.rows(CHANGED) == [("inserted", 1, None)]


@pytest.mark.parametrize(
    ("before", "after", "updated"),
    [
        ("number(10, 2)", "number(12, 2)", 0),
        ("number(10, 2)", "number(12, 4)", 0),
        ("number(10, 0)", "number(12, 2)", 0),
        ("number(10, 0)", "varchar", 0),
        ("number(12, 2)", "number(10, 2)", 1),
        ("number(12, 2)", "number(12, 4)", 1),
        ("number(38, 0)", "number(10, 2)", 1),
        ("number(10, 2)", "varchar", 1),
        ("varchar", "number(10, 0)", 1),
    ],
)
def test_E18_a_retyped_number_is_sent_again_only_where_the_cast_may_fail(
    project: DiffProject, before: str, after: str, updated: int
) -> None:
    for type_ in (before, after):
        project.write_model(
            "people_out", f"select id, cast(7 as {type_}) as level from people"
        )
        project.people(ANN)
        project.build()
        if type_ == before:
            project.deliver()
    assert project.activation("rows_updated") == (updated,)


def tags(project: DiffProject) -> list[str]:
    return [sql for sql in project.statements if "query_tag" in sql.lower()]


@pytest.mark.conformance
def test_statements_of_a_build_are_tagged_with_the_activation(
    project: DiffProject,
) -> None:
    project.people(ANN)
    project.build()
    first, *_, last = project.statements
    assert first == "alter session set query_tag = 'outhaul people_out'"
    assert last == "alter session unset query_tag"


def test_a_query_tag_of_the_profile_is_left_alone(project: DiffProject) -> None:
    project.write_profile(query_tag="team crm")
    project.people(ANN)
    project.build()
    assert tags(project) == []


def test_a_resync_that_is_asked_for_during_a_build_is_for_the_next_one(
    project: DiffProject,
) -> None:
    """The lease is renewed in between, and the time of the build is not."""
    project.settle(ANN)
    database = project.output["database"]
    ask = (
        f"insert into {database}.shop.outhaul_controls (control_id, activation, action,"
        " recorded_at) select 'c', 'people_out', 'resync', sysdate();"
    )
    project.configure(config={"sql_header": ask})
    project.build()
    assert project.rows() == []
    project.configure()
    project.build()
    assert project.rows() == [("inserted", 1)]
