"""Columns come, go and change without what is acknowledged being lost."""

from __future__ import annotations

import pytest

from tests.dbt.warehouse_project import DiffProject

ANN, BOB = (1, "Ann", "Rome"), (2, "Bob", "Oslo")
CHANGED = "_outhaul_change, id, _outhaul_changed_columns"


def settle_as(project: DiffProject, select: str) -> None:
    """Have Ann and Bob acknowledged in the columns of this select."""
    project.select(select)
    project.settle(ANN, BOB)


@pytest.mark.conformance
def test_E18_an_added_column_updates_the_rows_that_have_a_value(
    project: DiffProject,
) -> None:
    settle_as(project, "select id, name from people")
    project.select("select id, name, nullif(city, 'Oslo') as city from people")
    project.build()
    assert project.rows(CHANGED) == [("updated", 1, '["city"]')]
    project.deliver()
    project.build()
    assert project.rows() == []


@pytest.mark.conformance
def test_E18_a_dropped_column_is_no_change(project: DiffProject) -> None:
    settle_as(project, "select id, name, city from people")
    project.select("select id, name from people")
    project.build()
    assert project.rows() == []
    assert project.acknowledged("*")[0][:2] == (1, "Ann")


def test_E18_a_renamed_column_is_one_dropped_and_one_added(
    project: DiffProject,
) -> None:
    settle_as(project, "select id, name, city from people")
    project.select("select id, name, city as town from people")
    project.build()
    assert project.rows(CHANGED) == [
        ("updated", 1, '["town"]'),
        ("updated", 2, '["town"]'),
    ]


def test_E18_columns_in_another_order_are_no_change_and_release_nothing(
    project: DiffProject,
) -> None:
    project.select("select id, name, city from people")
    project.people(ANN, BOB)
    project.build()
    project.deliver(rejected={2: "rejected"})
    project.select("select city, name, id from people")
    project.build()
    assert project.rows() == []
    assert [id for _, id in project.held()] == [2]
    project.people((1, "Ann", "Riga"), BOB)
    project.build()
    assert project.rows(CHANGED) == [("updated", 1, '["city"]')]
    project.deliver()
    project.build()
    assert project.rows() == []
    assert project.acknowledged("id, name, city") == [(1, "Ann", "Riga")]


SAFE = [
    ("integer", "bigint"),
    ("integer", "varchar"),
    ("numeric(10,2)", "numeric(12,2)"),
    ("numeric(10,2)", "numeric(12,4)"),
    ("integer", "numeric(12,2)"),
    ("varchar(10)", "varchar(20)"),
    ("varchar(10)", "varchar"),
]
UNSAFE = [
    ("bigint", "integer"),
    ("varchar", "integer"),
    ("numeric(12,2)", "numeric(10,2)"),
    ("numeric(12,2)", "numeric(12,4)"),
    ("integer", "numeric(10,2)"),
    ("numeric(10,2)", "varchar"),
]


@pytest.mark.parametrize(
    "types", [pytest.param(SAFE, id="safe"), pytest.param(UNSAFE, id="unsafe")]
)
def test_E18_a_retyped_column_is_sent_again_only_where_the_cast_may_fail(
    project: DiffProject, types: list[tuple[str, str]]
) -> None:
    """Each type in a model of its own, since one column in doubt is enough."""
    (project.folder / "models" / "people_out.sql").unlink()
    yml = project.folder / "models" / "people_out.yml"
    yml.write_text(yml.read_text().split("models:")[0])
    names = [f"retyped_{number}" for number in range(len(types))]
    config = (
        "{{ config(unique_key='id', meta={'outhaul': {'destination': 'crm',"
        " 'service': 'contacts'}}) }} "
    )
    project.people(ANN)
    for which in (0, 1):
        for name, pair in zip(names, types, strict=True):
            column = f"cast(7 as {project.warehouse.type(pair[which])}) as level"
            project.write_model(name, f"{config} select id, {column} from people")
        project.build()
        if which == 0:
            claims = project.table("outhaul_claims")
            project.run_sql(
                f"insert into {claims} select activation, generation, 1, 1, 1, built_at"
                f" from {project.table('outhaul_activations')}"
            )
    expected = 0 if types is SAFE else 1
    assert {
        (*types[number], project.activation("rows_updated", name)[0])
        for number, name in enumerate(names)
    } == {(*pair, expected) for pair in types}


@pytest.mark.conformance
def test_E18_an_unsafe_cast_is_sent_once(project: DiffProject) -> None:
    settle_as(project, "select id, city as level from people")
    project.select("select id, 5 as level from people")
    project.build()
    assert project.rows(CHANGED) == [
        ("updated", 1, '["level"]'),
        ("updated", 2, '["level"]'),
    ]
    project.deliver()
    project.build()
    assert project.rows() == []


@pytest.mark.conformance(lengthy=True)
def test_a_key_that_becomes_text_still_tracks_its_rows(project: DiffProject) -> None:
    settle_as(project, "select id, name from people")
    project.select("select cast(id as varchar) as id, name from people")
    project.people(BOB, (3, "Cat", "Bonn"))
    project.build()
    assert project.rows() == [("removed", "1"), ("inserted", "3")]
    project.deliver()
    project.build()
    assert project.rows() == []


def test_another_key_works_where_it_tells_the_rows_apart(
    project: DiffProject,
) -> None:
    settle_as(project, "select id, name, city from people")
    project.configure("name")
    project.people((7, "Ann", "Rome"), (3, "Cat", "Bonn"))
    project.build()
    assert project.rows("_outhaul_change, name, _outhaul_changed_columns") == [
        ("removed", "Bob", None),
        ("inserted", "Cat", None),
        ("updated", "Ann", '["id"]'),
    ]


@pytest.mark.parametrize(
    "select", ["select id, name, city from people", "select id, name from people"]
)
def test_another_key_is_refused_where_it_does_not(
    project: DiffProject, select: str
) -> None:
    """The new key is ambiguous among what is acknowledged, or was not kept with it."""
    project.configure(max_invalid=1)
    project.select(select)
    project.settle((1, "Ann", "Rome"), (2, "Bob", "Rome"))
    project.build()
    before = project.everything()
    project.select("select id, name, city from people")
    project.configure("city")
    project.people((1, "Ann", "Rome"))
    message = project.failing_build()
    assert "'unique_key' changed from id to city, which does not tell apart" in message
    assert project.everything() == before


def test_another_identity_changes_nothing_by_itself(project: DiffProject) -> None:
    settle_as(project, "select id, name, city from people")
    project.configure(identity="name")
    project.build()
    assert project.rows() == []


def test_a_column_may_be_called_like_a_name_of_the_queries(
    project: DiffProject,
) -> None:
    names = "source acknowledged changes work seq is_in_doubt recency kind code message"
    columns = ", ".join(f"name as {name}" for name in names.split())
    project.select(f"select id, {columns} from people")
    project.people(ANN, BOB)
    project.build()
    project.deliver(committed=1, rejected={2: "rejected"}, is_in_doubt=True)
    project.build()
    project.settle(ANN, (2, "Bert", "Oslo"), (3, "Cat", "Bonn"))
    project.build()
    assert project.rows() == []


def test_G20_very_many_columns_are_compared_and_named(project: DiffProject) -> None:
    count = 1100  # DuckDB takes no expression that is nested deeper than 1,000
    columns = ", ".join(f"id + {number} as c{number}" for number in range(count))
    last = f"case when name = 'Ann' then 1 else 2 end as c{count}"
    project.select(f"select id, {columns}, {last} from people")
    project.settle(ANN)
    project.people((1, "Anna", "Rome"))
    project.build()
    assert project.rows(CHANGED) == [("updated", 1, f'["c{count}"]')]
