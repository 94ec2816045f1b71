"""Keys, names and values of every kind are compared for what they are."""

from __future__ import annotations

import json

import pytest

from tests.dbt.warehouse_project import DiffProject, literal, on_duckdb

CHANGED = "_outhaul_change, id, _outhaul_changed_columns"

# type: a value, and one that differs from it
SHARED_TYPES = {
    "smallint": ("1::smallint", "2::smallint"),
    "integer": ("1", "null"),
    "bigint": ("9007199254740993::bigint", "9007199254740992::bigint"),
    "numeric(38,10)": (
        "1234567890123456789012345678.0000000001::numeric(38,10)",
        "1234567890123456789012345678.0000000002::numeric(38,10)",
    ),
    "real": ("0.1::real", "0.2::real"),
    "double precision": ("0.1::float8 + 0.2::float8", "0.3::float8"),
    "double nan": ("'NaN'::float8", "'Infinity'::float8"),
    "double infinite": ("'Infinity'::float8", "'-Infinity'::float8"),
    "double large": ("1e308::float8", "-1e308::float8"),
    "double denormal": ("5e-324::float8", "0::float8"),
    "boolean": ("true", "false"),
    "text": ("''", "null::text"),
    "text of a null marker": ("'_dbt_utils_surrogate_key_null_'", "null::text"),
    "text in two forms": ("'\u00e9'", "'e\u0301'"),
    "varchar(5)": ("'a'::varchar(5)", "'a '::varchar(5)"),
    "date": ("date '0001-01-01'", "date '9999-12-31'"),
    "time": ("time '00:00:00'", "time '00:00:00.000001'"),
    "timestamp": (
        "timestamp '2026-03-29 02:30:00.000001'",
        "timestamp '2026-03-29 02:30:00.000002'",
    ),
    "timestamptz": (
        "timestamptz '2026-10-25 02:30:00+02'",
        "timestamptz '2026-10-25 02:30:00+01'",
    ),
    "interval": ("interval '1 month'", "interval '1 day'"),
    "uuid": (
        "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid",
        "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12'::uuid",
    ),
    "enum": ("'sad'::shop.mood", "'ok'::shop.mood"),
}
TYPES = {
    "duckdb": {
        "tinyint": ("1::tinyint", "2::tinyint"),
        "hugeint": ("2::hugeint ^ 100", "1::hugeint"),
        "ubigint": ("18446744073709551615::ubigint", "0::ubigint"),
        "blob": ("'\\x00\\xFF'::blob", "'\\x00\\xFE'::blob"),
        "bit": ("'101'::bit", "'100'::bit"),
        "timestamp_ns": (
            "'2026-01-01 00:00:00.000000001'::timestamp_ns",
            "'2026-01-01 00:00:00.000000002'::timestamp_ns",
        ),
        "list": ("['a', 'b']", "['b', 'a']"),
        "list of decimals": (
            "[1.10::decimal(10,2)]::decimal(10,2)[]",
            "[1.11::decimal(10,2)]::decimal(10,2)[]",
        ),
        "array": ("[1, 2]::integer[2]", "[2, 1]::integer[2]"),
        "struct": (
            "{'a, b': 1, 'c d': {'e': 'x'}}",
            "{'a, b': 1, 'c d': {'e': null::varchar}}",
        ),
        "map": ("map {'a': 1}", "map {'a': 2}"),
        "json": ("'{\"a\": 1}'::json", "'{\"a\": 2}'::json"),
        "union": ("union_value(n := 1)", "union_value(n := 2)"),
    },
    "postgres": {
        "numeric": ("1.1::numeric", "'NaN'::numeric"),
        "character(5)": ("'a'::char(5)", "'b'::char(5)"),
        "bytea": ("'\\x00ff'::bytea", "'\\x00fe'::bytea"),
        "timetz": ("timetz '01:00+01'", "timetz '01:00+02'"),
        "json": ('\'{"a": 1, "b": [1]}\'::json', '\'{"a": 1, "b": [2]}\'::json'),
        "jsonb": ("'{\"a\": null}'::jsonb", "'{}'::jsonb"),
        "json[]": ("array['{\"a\": 1}'::json]", "array['{\"a\": 2}'::json]"),
        "integer[]": ("array[1, null]", "array[null, 1]"),
        "text[][]": ("array[['a'], ['b']]", "array[['a', 'b']]"),
        "numeric(10,2)[]": (
            "array[1.10]::numeric(10,2)[]",
            "array[1.11]::numeric(10,2)[]",
        ),
        "inet": ("'10.0.0.1'::inet", "'10.0.0.2'::inet"),
        "bit(3)": ("b'101'::bit(3)", "b'100'::bit(3)"),
        "int4range": ("int4range(1, 5)", "int4range(1, 6)"),
        "money": ("'1.00'::money", "'2.00'::money"),
        "point": ("point(1, 2)", "point(2, 1)"),
        "point[]": ("array[point(1, 2)]", "array[point(2, 1)]"),
        "box": ("box '((0,0),(1,4))'", "box '((0,0),(2,2))'"),
        "tsvector": ("'a b'::tsvector", "'a c'::tsvector"),
        "jsonpath": ("'$.a'::jsonpath", "'$.b'::jsonpath"),
        "composite": ("row(1, 'a')::shop.pair", "row(1, null)::shop.pair"),
        "domain": ("'x'::shop.short_text", "'y'::shop.short_text"),
    },
}


def test_G05_G11_G12_G14_G16_G17_values_of_every_type_differ_only_where_they_do(
    project: DiffProject,
) -> None:
    """One row per type: in each, another column changes."""
    project.run_sql("create type shop.mood as enum ('sad', 'ok')")
    if project.adapter == "postgres":
        project.run_sql("create type shop.pair as (a integer, b text)")
        project.run_sql("create domain shop.short_text as varchar(5)")
    types = SHARED_TYPES | TYPES[project.adapter]
    ids = dict(enumerate(types, start=1))

    def select(changes: bool) -> str:
        columns = []
        for id, name in ids.items():
            value, other = types[name]
            changed = f"id = {id}" if changes else "1 = 0"
            columns.append(
                f'case when {changed} then {other} else {value} end as "{name}"'
            )
        return f"select id, {', '.join(columns)} from people"

    project.select(select(changes=False))
    project.settle(*((id, "x", "x") for id in ids))
    project.build()
    assert project.rows(CHANGED) == []
    project.select(select(changes=True))
    project.build()
    found = {ids[id]: json.loads(names) for _, id, names in project.rows(CHANGED)}
    assert found == {name: [name] for name in types}
    project.deliver(rejected=dict.fromkeys(ids, "rejected"))
    project.build()
    assert project.rows() == []
    assert len(project.held()) == len(types)


EQUAL = {
    "duckdb": [
        ("0.0::float8", "-0.0::float8"),
        ("1.1::decimal(3,1)", "1.10::decimal(4,2)"),
    ],
    "postgres": [
        ("0.0::float8", "'-0.0'::float8"),
        ("1.1::numeric", "1.10::numeric"),
        ('\'{"a": 1, "b": 2}\'::jsonb', '\'{"b":2,  "a":1}\'::jsonb'),
        ('\'{"a": 1, "b": 2}\'::json', '\'{"b":2,  "a":1}\'::json'),
        ('array[\'{"a": 1, "b": 2}\'::json]', 'array[\'{"b": 2, "a": 1}\'::json]'),
    ],
}


def test_G11_G12_G17_values_that_only_look_different_are_no_change(
    project: DiffProject,
) -> None:
    pairs = EQUAL[project.adapter]
    for which in (0, 1):
        columns = [f"{pair[which]} as c{number}" for number, pair in enumerate(pairs)]
        project.select(f"select id, {', '.join(columns)} from people")
        project.people((1, "Ann", "Rome"))
        project.build()
        project.deliver()
    assert project.rows(CHANGED) == []


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
    assert 0 <= (again - built_at).total_seconds() < 60


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


def test_G21_columns_may_have_any_name(project: DiffProject) -> None:
    quoted = [identifier(name) for name in NAMES]
    model = ", ".join(f"name as {name}" for name in quoted)
    project.select("{% raw %}select id, " + model + " from {% endraw %}people")
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
    project.deliver()
    project.build()
    assert project.rows() == []
    columns = json.loads(project.activation("columns")[0])
    assert [column["name"] for column in columns] == ["id", *NAMES]
    assert project.exists("outhaul_claims")


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


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
