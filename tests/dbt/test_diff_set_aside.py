"""What cannot be told apart or addressed is set aside, and nobody leaves by it."""

from __future__ import annotations

import pytest
import yaml

from outhaul.kit.values import folded
from tests.dbt.warehouse_project import DiffProject, on_duckdb

ANN, BOB = (1, "Ann", "Rome"), (2, "Bob", "Oslo")
BY_NAME = {"identity": "name", "max_invalid": 1}


@pytest.mark.conformance
def test_G02_rows_of_a_duplicate_key_are_invalid_and_do_not_leave(
    project: DiffProject,
) -> None:
    project.configure(max_invalid=1)
    project.settle(ANN, BOB, (3, "Cat", "Bonn"))
    project.people(ANN, (1, "Anna", "Rome"), (1, "Anne", "Rome"), (3, "Cat", "Bonn"))
    project.build()
    assert project.rows() == [("removed", 2)]
    assert project.held() == [("duplicate key", 1)] * 3
    assert project.warned("3 of 4 rows cannot be sent: 3 with duplicate key")
    assert project.activation("rows_invalid, rows_in_segment") == (3, 4)
    project.people(ANN, BOB, (3, "Cat", "Bonn"))
    project.deliver(claimed=0)
    project.build()
    assert project.rows() == []


def test_G02_a_thousand_copies_of_a_key_are_all_invalid(project: DiffProject) -> None:
    project.configure(max_invalid=1)
    project.settle(ANN)
    project.many_people(1, 1000)
    people = project.table("people")
    project.run_sql(f"update {people} set id = 1")
    project.build()
    assert project.rows() == []
    assert project.activation("rows_invalid") == (1000,)


def test_rows_equal_in_every_column_count_once(project: DiffProject) -> None:
    project.configure(max_invalid=0)
    project.people(ANN, ANN, ANN, BOB, (3, None, None), (3, None, None))
    project.build()
    assert project.rows() == [("inserted", 1), ("inserted", 2), ("inserted", 3)]
    assert project.held() == []


def test_G01_null_keys_are_invalid(project: DiffProject) -> None:
    project.configure(max_invalid=1)
    project.people(ANN, (None, "Nobody", "Rome"), (None, "None", "Rome"))
    project.build()
    assert project.rows() == [("inserted", 1)]
    assert project.held("_outhaul_held, name") == [
        ("null key", "Nobody"),
        ("null key", "None"),
    ]


@pytest.mark.conformance(lengthy=True)
def test_G01_a_key_that_is_the_identity_must_not_be_empty(
    project: DiffProject,
) -> None:
    project.configure("name", max_invalid=1)
    project.people(ANN, (2, "", "Rome"), (3, "  ", "Rome"), (4, None, "Rome"))
    project.build()
    assert project.rows("_outhaul_change, name") == [("inserted", "Ann")]
    assert project.held() == [
        ("empty identity", 2),
        ("empty identity", 3),
        ("null key", 4),
    ]


def test_an_empty_identity_is_invalid_and_does_not_leave(project: DiffProject) -> None:
    project.configure(**BY_NAME)
    project.settle(ANN, BOB)
    project.people((1, " ", "Rome"), (2, None, "Oslo"))
    project.build()
    assert project.rows() == []
    assert project.held() == [("empty identity", 1), ("empty identity", 2)]


# Letters of which each warehouse's lower() thinks otherwise, and white space.
ODD = [
    "\u00dcN\u00cf",
    "\u00fcn\u00ef",
    "\u0130I",
    "\u0131i",
    "\u212aK",
    "\u03a3",
    "A\t",
    "An n",
]


@pytest.mark.conformance(lengthy=True)
def test_identities_that_differ_in_a_to_z_and_outer_spaces_are_one(
    project: DiffProject,
) -> None:
    """As the dispatcher has it, so that what it sends is one row for each identity."""
    project.select(
        "select id, name, {{ outhaul.normalized_email('name') }} as folded from people"
    )
    project.configure(**BY_NAME)
    project.settle(ANN, BOB)
    odd = dict(enumerate(ODD, start=3))
    people = [(id, name, "Bonn") for id, name in odd.items()]
    project.people(ANN, (2, " aNN ", "Oslo"), *people)
    project.build()
    assert project.held() == [("duplicate identity", 1), ("duplicate identity", 2)]
    assert project.rows("id, folded", order="1") == [
        (id, folded(name)) for id, name in odd.items()
    ]


@pytest.mark.parametrize("unique_key", ["name", ["id", "name"]])
def test_an_identity_in_the_key_is_compared_as_destinations_do(
    project: DiffProject, unique_key: str | list[str]
) -> None:
    project.configure(unique_key, **BY_NAME)
    project.people(ANN, (2, "ANN", "Oslo"), (3, "Cat", "Bonn"))
    project.build()
    assert project.rows("_outhaul_change, name") == [("inserted", "Cat")]
    assert project.held() == [("duplicate identity", 1), ("duplicate identity", 2)]


def test_keys_that_are_equal_numbers_are_duplicates_however_written(
    project: DiffProject,
) -> None:
    project.create_people("id double precision, name varchar(20), city varchar(20)")
    project.configure(max_invalid=1)
    project.people(("1.0", "Ann", "Rome"), ("1.00", "Bob", "Oslo"))
    project.build()
    assert project.rows() == []
    assert [reason for reason, _ in project.held()] == ["duplicate key"] * 2


@pytest.mark.conformance(lengthy=True)
def test_prefer_picks_one_row_per_key_and_one_per_identity(
    project: DiffProject,
) -> None:
    project.configure(identity="name", prefer="city desc", max_invalid=0)
    project.people(
        ANN, (1, "Ann", "Zagreb"), (2, "ann", "Oslo"), BOB, (3, "Cat", "Bonn")
    )
    project.build()
    assert project.rows("_outhaul_change, id, city") == [
        ("inserted", 1, "Zagreb"),
        ("inserted", 2, "Oslo"),
        ("inserted", 3, "Bonn"),
    ]
    project.people((1, "Ann", "Zagreb"), (2, "ann", "Oslo"))
    project.build()
    assert project.rows("_outhaul_change, id, city") == [("inserted", 1, "Zagreb")]
    assert project.held() == [("duplicate identity", 2)]


def test_a_mistake_in_prefer_shows_before_a_key_repeats(project: DiffProject) -> None:
    project.people(ANN, BOB)
    project.configure(prefer="citty desc")
    message = project.failing_build()
    assert "citty" in message
    project.configure(prefer="city desc) as a, (1")
    message = project.failing_build()
    assert "'meta.outhaul.prefer' is not whole: there is a ')' in it" in message
    # the twin
    project.configure(prefer="city desc")
    project.build()
    assert len(project.rows()) == 2


def test_G29_prefer_picks_the_same_of_equals_in_any_order(
    project: DiffProject,
) -> None:
    project.configure(prefer="city")
    copies = [(1, f"name {n}", "Rome") for n in range(50)]
    project.people(*copies)
    project.build()
    [(_, first)] = project.rows("_outhaul_change, name")
    project.deliver()
    project.people(*reversed(copies))
    project.build()
    assert (first, project.rows()) == ("name 0", [])


@pytest.mark.conformance(lengthy=True)
def test_I16_too_many_invalid_keys_fail_the_build_and_change_nothing(
    project: DiffProject,
) -> None:
    project.many_people(1, 100)
    project.build()
    project.deliver(claimed=50, rejected={1: "rejected"})
    before = project.everything()
    people = project.table("people")
    project.run_sql(f"update {people} set id = null where id > 94")
    message = project.failing_build()
    assert "outhaul.diff in model people_out: 6 of 100 rows cannot be sent" in message
    assert "'max_invalid' allows (0.05); nothing was changed" in message
    assert project.everything() == before
    # the twin: five of a hundred pass
    project.run_sql(f"update {people} set id = 95 where name = 'name 95'")
    project.build()
    assert project.activation("rows_invalid") == (5,)
    assert [reason for reason, _ in project.held()].count("null key") == 5


def test_empty_identities_do_not_count_for_max_invalid(project: DiffProject) -> None:
    project.configure(identity="name", max_invalid=0)
    project.people(ANN, (2, "", "Oslo"))
    project.build()
    assert project.rows() == [("inserted", 1)]


def test_G29_G30_other_order_and_unmapped_columns_are_no_change(
    project: DiffProject,
) -> None:
    project.create_people(
        "id integer, name varchar(20), city varchar(20), loaded integer"
    )
    project.select("select id, name from people")
    project.settle((1, "Ann", "x", 1), (2, "Bob", "x", 1))
    project.people((2, "Bob", "x", 2), (1, "Ann", "x", 2))
    project.build()
    assert project.rows() == []


@on_duckdb
def test_tests_of_a_diff_and_warnings_as_errors_can_pass_over_what_is_set_aside(
    project: DiffProject,
) -> None:
    """As docs/operations.md says it."""
    sent = {"config": {"where": "_outhaul_change is not null"}}
    path = project.folder / "models" / "people_out.yml"
    project.configure(max_invalid=1)
    project.people(ANN, (1, "Anna", "Rome"), (None, "Bob", "Oslo"), (3, "Cat", "Bonn"))
    warn = "--warn-error-options={'error': 'all', 'warn': ['JinjaLogWarning']}"
    for where in ({}, sent):
        content = yaml.safe_load(path.read_text())
        tests = [{"unique": dict(where)}, {"not_null": dict(where)}]
        content["models"][0]["columns"] = [{"name": "id", "data_tests": tests}]
        path.write_text(yaml.safe_dump(content, sort_keys=False))
        if where:
            project.build(warn)
            assert project.held()
        else:
            assert "Got 1 result" in project.failing_build(warn)
    assert "3 of 4 rows cannot be sent" in project.failing_build("--warn-error")
