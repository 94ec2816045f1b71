"""Keys, names and values of every kind are compared for what they are."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.dbt.warehouse_project import (
    DiffProject,
    literal,
    on_duckdb,
    on_postgres,
    only_on,
)

CHANGED = "_outhaul_change, id, _outhaul_changed_columns"


@pytest.mark.conformance
def test_G05_G11_G12_G14_G16_G17_values_of_every_type_differ_only_where_they_do(
    project: DiffProject,
) -> None:
    """One row per type: in each, another column changes."""
    project.warehouse.create_types()
    types = project.warehouse.values
    ids = dict(enumerate(types, start=1))

    def select(changes: bool) -> str:
        columns = []
        for id, name in ids.items():
            value, other = types[name]
            changed = f"id = {id}" if changes else "1 = 0"
            columns.append(
                f"case when {changed} then {other} else {value} end as type_{id}"
            )
        return f"select id, {', '.join(columns)} from people"

    project.write_model("people_out", select(changes=False))
    project.settle(*((id, "x", "x") for id in ids))
    project.build()
    assert project.rows(CHANGED) == []
    project.write_model("people_out", select(changes=True))
    project.build()
    found = {ids[id]: json.loads(names) for _, id, names in project.rows(CHANGED)}
    assert found == {name: [f"type_{id}"] for id, name in ids.items()}
    project.deliver(rejected=dict.fromkeys(ids, "rejected"))
    project.build()
    assert project.rows() == []
    assert len(project.held()) == len(types)


@pytest.mark.conformance(lengthy=True)
def test_G11_G12_G17_values_that_only_look_different_are_no_change(
    project: DiffProject,
) -> None:
    pairs = project.warehouse.equal_values
    for which in (0, 1):
        columns = [f"{pair[which]} as c{number}" for number, pair in enumerate(pairs)]
        project.write_model(
            "people_out", f"select id, {', '.join(columns)} from people"
        )
        project.people((1, "Ann", "Rome"))
        project.build()
        project.deliver()
    assert project.rows(CHANGED) == []


@only_on("duckdb", "postgres")
def test_E19_G14_another_time_zone_of_the_session_is_no_change(
    project: DiffProject,
) -> None:
    project.select(
        "select id, timestamptz '2026-10-25 01:30:00+00' as at,"
        " cast('2026-10-25 01:30:00+00' as timestamptz) as also from people"
    )
    project.settle((1, "Ann", "Rome"))
    (built_at,) = project.activation("built_at")
    if project.adapter == "duckdb":
        project.write_profile(settings={"TimeZone": "Asia/Tokyo"})
        project.build()
    else:
        name = project.output["dbname"]
        project.run_sql(f"alter database {name} set timezone = 'Asia/Tokyo'")
        try:
            project.build()
        finally:
            project.run_sql(f"alter database {name} reset timezone")
    assert project.rows() == []
    (again,) = project.activation("built_at")
    # the clock in Tokyo is nine hours ahead
    assert timedelta(0) <= again - built_at < timedelta(hours=8)


@pytest.mark.conformance(lengthy=True)
def test_G04_G05_composite_keys_are_compared_part_by_part(
    project: DiffProject,
) -> None:
    project.configure(["name", "city"])
    pairs = [("x-y", "z"), ("x", "y-z"), ("x", ""), ("", "x"), ("x|", "y"), ("x", "|y")]
    project.settle(*((number, *pair) for number, pair in enumerate(pairs)))
    assert len(project.rows()) == len(pairs)
    project.people(*((number, *pair) for number, pair in enumerate(pairs[1:], 1)))
    project.build()
    assert project.rows("_outhaul_change, name, city") == [("removed", "x-y", "z")]


def test_G05_a_null_in_a_composite_key_is_not_an_empty_text(
    project: DiffProject,
) -> None:
    project.configure(["name", "city"], max_invalid=1)
    project.people((1, "x", ""), (2, "x", None), (3, None, ""))
    project.build()
    assert project.rows("_outhaul_change, id") == [("inserted", 1)]
    assert project.held() == [("null key", 2), ("null key", 3)]


TEXTS = [
    "it's",
    'say "hi"',
    "'; drop table people; --",
    "a\nb\r\tc",
    "\U0001f600 \u2028 \u202e\u05d0",
    "back\\slash",
    "%s %(x)s {{ x }}",
]


@pytest.mark.conformance
def test_G22_G23_keys_and_values_with_every_character_survive(
    project: DiffProject,
) -> None:
    project.create_people("id varchar, name varchar, city varchar")
    project.settle(*((text, text, "x") for text in TEXTS))
    project.people(*((text, text, "y") for text in TEXTS))
    project.build()
    assert sorted(project.rows("id, name, _outhaul_change")) == sorted(
        (text, text, "updated") for text in TEXTS
    )
    project.deliver()
    project.people((TEXTS[0], TEXTS[0], "y"))
    project.build()
    assert {id for _, id in project.rows()} == set(TEXTS[1:])


NAMES = [
    "First Name",
    'a "quoted" name',
    '"; drop table shop.outhaul_claims; --',
    "it's",
    "select",
    "MixedCase",
    "größe \U0001f600",
    "100%",
    "back\\slash",
    "{{ 1 }}",
]


@pytest.mark.conformance
def test_G21_columns_may_have_any_name(project: DiffProject) -> None:
    quoted = [project.warehouse.identifier(name) for name in NAMES]
    model = ", ".join(f"name as {name}" for name in quoted)
    project.select("{% raw %}select id, " + model + " from {% endraw %}people")
    odd = project.warehouse.config_of_odd_names
    project.configure("First Name", odd, identity="MixedCase")
    project.settle((1, "Ann", "Rome"))
    project.people((2, "Ann", "Rome"))
    project.build()
    assert project.rows("_outhaul_changed_columns, id") == [('["id"]', 2)]
    project.configure("id", odd)
    project.people((1, "Anna", "Rome"))
    project.build()
    [(changed,)] = project.rows("_outhaul_changed_columns", order="1")
    assert json.loads(changed) == NAMES
    project.deliver()
    project.build()
    assert project.rows() == []
    columns = json.loads(project.activation("columns")[0])
    assert [column["name"] for column in columns] == ["id", *NAMES]
    assert project.exists("outhaul_claims")


@on_duckdb
@pytest.mark.parametrize("unique_key", ["ID", ["Id", "NAME"]])
def test_a_key_is_found_however_its_case_is_written(
    project: DiffProject, unique_key: str | list[str]
) -> None:
    project.configure(unique_key)
    project.settle((1, "Ann", "Rome"))
    project.build()
    assert project.rows() == []
    [key] = project.activation("key_columns")
    assert json.loads(key) == ["id", "name"][: len(json.loads(key))]


def test_G09_a_very_long_value_is_compared_whole(project: DiffProject) -> None:
    text = "x" * 1_000_000
    project.select(f"select id, {literal(text)} || city as long from people")
    project.settle((1, "Ann", "a"))
    project.people((1, "Ann", "b"))
    project.build()
    assert project.rows(CHANGED) == [("updated", 1, '["long"]')]


ALIASES = (
    "work source acknowledged compared waiting changes held judged merged kept"
    " published delivered rejected refused earlier ranked selected suspects"
).split()


@on_duckdb
def test_a_struct_may_be_called_as_a_step_of_the_build(project: DiffProject) -> None:
    """`work.id` is the field of a struct, where a column is called `work`."""
    structs = ", ".join(f"{{'id': id, 'name': name}} as {name}" for name in ALIASES)
    project.select(f"select id, name, {structs} from people")
    project.configure(identity="name", max_invalid=1)
    ann, bob, cat = (1, "Ann", "x"), (2, "Bob", "x"), (3, "Cat", "x")
    project.people(ann, bob, cat)
    project.build()
    project.deliver(rejected={3: "rejected"})
    project.people((1, "Anna", "x"), bob, cat, (4, "Dan", "x"), (4, "Eve", "x"))
    project.build()
    assert project.rows() == [("updated", 1)]
    assert project.held("id") == [(3,), (4,), (4,)]
    project.deliver()
    project.build()
    assert project.rows() == []


@on_postgres
def test_json_with_a_zero_byte_is_compared_too(project: DiffProject) -> None:
    r"""`\u0000` is no text of PostgreSQL's, so jsonb refuses it."""

    def build(*documents: str) -> list[tuple[object, ...]]:
        people = [(n, document, "x") for n, document in enumerate(documents, 1)]
        project.people(*people)
        project.build()
        return project.rows()

    project.create_people("id integer, name json, city varchar(20)")
    zero, other, plain = '{"a": "\\u0000"}', '{"a": "\\u00001"}', '{"b": 1, "a": 2}'
    build(zero, zero, plain)
    project.deliver()
    assert build(zero, other, '{"a": 2, "b": 1}') == [("updated", 2)]
