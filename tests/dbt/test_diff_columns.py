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


@pytest.mark.conformance(lengthy=True)
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
                f"insert into {claims}"
                " select activation, generation, 1, 1, 1, null, built_at"
                f" from {project.table('outhaul_activations')}"
            )
    expected = 0 if types is SAFE else 1
    assert {
        (*types[number], project.activation("rows_updated", name)[0])
        for number, name in enumerate(names)
    } == {(*pair, expected) for pair in types}


@pytest.mark.conformance(lengthy=True)
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


@pytest.mark.parametrize(
    "other", ["select id, 5 as level from people", "select id from people"]
)
def test_a_change_of_columns_that_is_taken_back_unsent_sends_nothing(
    project: DiffProject, other: str
) -> None:
    before = "select id, city as level from people"
    settle_as(project, before)
    project.deliver(rejected={2: "rejected"})
    project.build()
    for _ in range(2):
        project.select(other)
        project.build()
    project.select(before)
    project.build()
    assert project.rows() == []
    assert [id for _, id in project.held()] == [2]
    # the twin: once a row was sent in the new columns, the old values are gone
    project.select("select id, 5 as level from people")
    project.build()
    project.deliver(claimed=1)
    project.select(before)
    project.build()
    assert project.rows(CHANGED)


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


@pytest.mark.conformance(lengthy=True)
def test_a_key_that_would_be_another_in_its_new_type_is_removed_as_it_was_sent(
    project: DiffProject,
) -> None:
    project.create_people("id varchar(10), name varchar(20), city varchar(20)")
    project.select("select id, name from people")
    project.settle(("007", "Ann", "x"), ("8", "Bob", "x"), ("none", "Cat", "x"))
    project.select("select cast(id as integer) as id, name from people")
    project.people(("007", "Ann", "x"), ("8", "Bob", "x"), ("9", "Cat", "x"))
    project.build()
    assert project.warned("'id' changed from")
    assert project.warned("2 of the values that the destination holds would be others")
    assert sorted(project.rows("_outhaul_change, id", order="1")) == [
        ("inserted", "7"),
        ("inserted", "9"),
        ("removed", "007"),
        ("removed", "none"),
    ]
    project.deliver()
    project.build()
    assert project.rows() == []
    assert project.acknowledged("id, name") == [(7, "Ann"), (8, "Bob"), (9, "Cat")]
    assert project.warnings == []


def test_a_key_that_loses_its_fraction_does_not_turn_up_twice(
    project: DiffProject,
) -> None:
    project.create_people("id numeric(3,1), name varchar(20), city varchar(20)")
    project.settle(("1.2", "Ann", "x"), ("1.4", "Bob", "x"), ("2.0", "Cat", "x"))
    project.select("select cast(floor(id) as integer) as id, name, city from people")
    project.people(("1.2", "Ann", "x"), ("2.0", "Cat", "x"))
    project.build()
    assert [(change, float(id)) for change, id in project.rows()] == [
        ("removed", 1.2),
        ("removed", 1.4),
        ("inserted", 1.0),
    ]
    project.deliver()
    project.build()
    assert project.rows() == []
    assert project.acknowledged("id, name") == [(1, "Ann"), (2, "Cat")]


def test_a_key_that_fits_into_neither_type_is_refused(project: DiffProject) -> None:
    project.select("select date '2026-01-01' + id as id, name from people")
    project.settle(ANN)
    project.build()
    before = project.everything()
    project.select("select id, name from people")
    message = project.failing_build()
    assert "'id' changed from date to integer" in message.lower()
    assert "give the new binding a model of its own" in message
    assert project.everything() == before


@pytest.mark.parametrize("name", ["customer_id", '"ID"'])
def test_a_key_may_be_renamed_and_its_case_may_change(
    project: DiffProject, name: str
) -> None:
    """The field has another name at the destination, so that all is sent once more."""
    settle_as(project, "select id, name, city from people")
    project.select(f"select id as {name}, name, city from people")
    project.configure(name.strip('"'))
    many = [(n, "x", "x") for n in range(10, 14)]
    project.people(ANN, BOB, *many)
    project.build()
    assert project.rows(f"_outhaul_change, {name}")[-2:] == [
        ("updated", 1),
        ("updated", 2),
    ]
    project.deliver()
    project.people(ANN, *many)
    project.build()
    assert project.rows(f"_outhaul_change, {name}") == [("removed", 2)]


def test_an_identity_may_be_renamed_and_its_removal_names_what_was_sent(
    project: DiffProject,
) -> None:
    project.configure(identity="name")
    project.select("select id, name from people")
    project.settle(ANN, BOB, (3, "Cat", "Bonn"))
    project.configure(identity="called")
    project.select("select id, name as called from people")
    project.people(ANN, BOB)
    project.build()
    assert project.rows("_outhaul_change, id, called")[0] == ("removed", 3, "Cat")


@pytest.mark.parametrize(
    ("select", "reason"),
    [
        ("select id, name, city from people", "city, which does not tell apart"),
        ("select id, name from people", "city, but the destination holds no values"),
    ],
)
def test_another_key_is_refused_where_it_does_not(
    project: DiffProject, select: str, reason: str
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
    assert f"'unique_key' changed from id to {reason}" in message
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
