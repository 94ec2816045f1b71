"""Keys and identities that repeat are told from what changed, as from all rows."""

from __future__ import annotations

import pytest

from tests.dbt.warehouse_project import DiffProject

ANN, BOB, CAT = (1, "Ann", "Rome"), (2, "Bob", "Oslo"), (3, "Cat", "Bonn")
BY_NAME = {"identity": "name", "max_invalid": 1}
MOVED = (2, "Bob", "Rome")

SEGMENTS = {
    "nothing repeats": (ANN, MOVED, (4, "Dan", "Lyon")),
    "a key that is held": (ANN, (1, "Anna", "Rome"), MOVED),
    "a key that is held, as it was": (ANN, ANN, BOB, CAT),
    "a key that is held, for one that left": (ANN, (1, "Anna", "Rome"), BOB),
    "a new key": (ANN, MOVED, (4, "Dan", "Lyon"), (4, "Dana", "Lyon")),
    "the identity of a row that stays": (ANN, MOVED, (4, " ann ", "Lyon")),
    "the identity of a row that left": (MOVED, (4, "ANN", "Lyon")),
    "a new identity": (ANN, (4, "Dan", "Lyon"), (5, "dan", "Lyon")),
    "an identity that a row took over": (ANN, (2, "ann", "Oslo"), CAT),
    "identities that two rows exchanged": ((1, "Bob", "Rome"), (2, "Ann", "Oslo")),
    "an identity that a row left to another": ((1, "Al", "x"), (2, "Ann", "Oslo")),
    "an empty identity": ((1, " ", "Rome"), MOVED, (4, None, "Lyon")),
    "a null key": (ANN, (None, "Dan", "Lyon"), (None, "Eve", "Lyon")),
    "an unusable row of a key that is held": (ANN, (1, "", "Rome"), BOB, CAT),
}


def looked_at_all(project: DiffProject) -> bool:
    """Whether the last build counted the keys of all rows."""
    return any("null_keys" in sql for sql in project.statements)


def outcome(project: DiffProject) -> tuple[object, ...]:
    counts = project.activation("rows_in_segment, rows_invalid, rows_held, last_seq")
    changes = project.rows("_outhaul_change, id, name, _outhaul_changed_columns")
    return changes, project.held("_outhaul_held, id, name"), counts, project.warnings


def test_what_changed_tells_as_much_as_all_rows(project: DiffProject) -> None:
    activations = project.table("outhaul_activations")
    project.configure(**BY_NAME)
    project.settle(ANN, BOB, CAT)
    project.build()
    assert project.activation("next_check") == ("changed",)
    for name, people in SEGMENTS.items():
        project.people(*people)
        found = {}
        for check in ("all", "changed"):
            project.run_sql(f"update {activations} set next_check = '{check}'")
            project.build()
            found[check] = outcome(project)
        assert found["changed"] == found["all"], name
    project.people(ANN, BOB, CAT)
    project.build()
    project.build()
    assert not looked_at_all(project)
    assert project.rows() == project.held() == []


def test_an_identity_that_two_acknowledged_rows_have_is_not_overlooked(
    project: DiffProject,
) -> None:
    """Neither of the two is new with the build in which both are in the segment."""
    project.configure(**BY_NAME)
    project.settle(ANN, BOB)
    new = (3, "ann", "Bonn")
    project.people(BOB, new)
    project.build()
    assert project.rows() == [("removed", 1), ("inserted", 3)]
    assert project.activation("next_check") == ("all",)
    project.deliver(rejected={1: "rejected"})
    project.people(ANN, BOB, new)
    project.build()
    assert project.held() == [("duplicate identity", 1), ("duplicate identity", 3)]
    assert project.rows() == []
    # once she has left, the rows are told apart by what changed again
    project.people(BOB, new)
    project.control("retry")
    project.build()
    project.deliver()
    project.build()
    assert project.activation("next_check") == ("changed",)
    project.build()
    assert (project.rows(), looked_at_all(project)) == ([], False)


def test_all_rows_are_looked_at_when_they_are_told_apart_in_another_way(
    project: DiffProject,
) -> None:
    project.settle(ANN, BOB)
    project.build()
    assert not looked_at_all(project)
    project.configure(identity="city")
    project.build()
    assert looked_at_all(project)
    project.build()
    assert not looked_at_all(project)
    project.people((1, "Ann", "Rome"), (2, "Bob", "rome"))
    project.configure(identity="city", max_invalid=1)
    project.build()
    assert project.held() == [("duplicate identity", 1), ("duplicate identity", 2)]


@pytest.mark.parametrize("settings", [{"prefer": "name"}, {"append_only": True}])
def test_all_rows_are_looked_at_where_what_is_held_tells_nothing(
    project: DiffProject, settings: dict[str, object]
) -> None:
    project.configure(max_invalid=1, **settings)
    project.settle(ANN, BOB)
    for _ in range(2):
        project.build()
        assert looked_at_all(project)
        assert project.activation("next_check") == ("all",)


@pytest.mark.also_on_duckdb
def test_a_diff_that_is_empty_and_stays_so_is_left_in_place(
    project: DiffProject,
) -> None:
    project.settle(ANN, BOB)
    project.build()
    project.build()
    generation = project.activation("generation")
    project.build()
    assert not any("row_number()" in sql for sql in project.statements)
    assert project.activation("generation") == (generation[0] + 1,)
    # the twins: a row, and another column
    project.people(ANN, MOVED)
    project.build()
    assert any("row_number()" in sql for sql in project.statements)
    project.deliver()
    project.build()
    project.build()
    project.select("select id, name from people")
    project.build()
    assert any("row_number()" in sql for sql in project.statements)
    assert project.rows("_outhaul_change, id, name") == []
