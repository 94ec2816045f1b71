"""Whom a list of `outhaul_suppressed` names, no diff sends, and destinations lose."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.dbt.warehouse_project import DiffProject, on_duckdb

ANN, BOB, CAT = (1, "Ann", "Rome"), (2, "Bob", "Oslo"), (3, "Cat", "Bonn")
HOOK = "{{ outhaul.suppressed() }}"


def suppress(project: DiffProject, *lists: Any, hook: str | None = HOOK) -> None:
    """Name the lists, which dbt builds before every diff by the pre-hook."""
    hooks = {"+pre-hook": hook} if hook else {}
    project.configure_project(
        vars={"outhaul_suppressed": list(lists)},
        models={
            "diff_tests": {
                "people_out": {"+materialized": "diff", **hooks},
                "others": {"+materialized": "diff", **hooks},
            }
        },
    )


def list_names(project: DiffProject, *names: str) -> None:
    values = " union all ".join(f"select '{name}' as name" for name in names)
    project.write_model("unwanted", values or "select 'nobody' as name")


@pytest.mark.conformance
def test_whom_a_list_names_is_removed_and_never_sent(project: DiffProject) -> None:
    project.configure(identity="name")
    list_names(project)
    suppress(project, "unwanted")
    project.settle(ANN, BOB)
    # as identities are compared: without outer spaces and the case of A to Z
    list_names(project, " aNN ", "Cat", "Dan")
    project.people(ANN, (2, "Bob", "Bergen"), CAT, (4, "Dan", "Kiel"), (5, "Eve", "X"))
    project.build()
    assert project.rows() == [("removed", 1), ("inserted", 5), ("updated", 2)]
    counts = "rows_suppressed, rows_in_segment, rows_invalid, segment, hold"
    assert project.activation(counts) == (3, 2, 0, "people_out", None)
    (recorded,) = project.activation("suppression")
    assert yaml.safe_load(recorded) == {"unwanted": {"by": ["name"], "rows": 3}}


@on_duckdb
def test_who_is_off_the_list_comes_back(project: DiffProject) -> None:
    project.configure(identity="name")
    list_names(project, "Ann", "Cat")
    suppress(project, "unwanted")
    project.settle(ANN, BOB, CAT)
    list_names(project, "Cat")
    project.build()
    assert project.rows() == [("inserted", 1)]
    builds = project.run_sql(
        "select generation, rows_suppressed from"
        f" {project.table('outhaul_builds')} order by generation"
    )
    assert [row[1] for row in builds] == [2, 1]


@on_duckdb
def test_a_list_holds_for_every_diff_of_a_project(project: DiffProject) -> None:
    """By key, by identity, by a part of a key; where rows are appended too."""
    project.people(ANN, BOB, CAT)
    (project.folder / "models" / "others").mkdir()
    diffs: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
        "by_key": ("select name, city from people", {}, {}),
        "by_identity": (
            "select id, name as email from people",
            {"unique_key": "id"},
            {"identity": "email"},
        ),
        "by_two": (
            "select name, 'tea' as product from people",
            {"unique_key": ["name", "product"]},
            {},
        ),
        "events": (
            "select id, name from people",
            {"unique_key": "id"},
            {"append_only": True, "identity": "name"},
        ),
    }
    models = []
    for name, (sql, config, meta) in diffs.items():
        project.write_model(f"others/{name}", sql)
        outhaul = {"destination": "crm", "service": name, **meta}
        models.append(
            {
                "name": name,
                "config": {
                    "unique_key": "name",
                    **config,
                    "meta": {"outhaul": outhaul},
                },
            }
        )
    (project.folder / "models" / "others" / "others.yml").write_text(
        yaml.safe_dump({"models": models})
    )
    project.configure(identity="name")
    list_names(project, "Ann", "CAT")
    suppress(project, "unwanted", {"model": "unwanted", "by": {"email": "name"}})
    project.build()
    for name in diffs:
        column = "email" if name == "by_identity" else "name"
        sent = project.run_sql(f"select {column} from shop.{name}")
        assert sent == [("Bob",)], name
    assert project.rows("_outhaul_change, name") == [("inserted", "Bob")]


@on_duckdb
def test_a_diff_that_no_list_can_be_matched_with_says_so(project: DiffProject) -> None:
    project.people(ANN, BOB)
    list_names(project, "Ann")
    project.select("select id, city from people")
    suppress(project, "unwanted")
    message = project.failing_build()
    assert (
        "outhaul.diff in model people_out: none of its columns tells whom the var"
        " 'outhaul_suppressed' means (unwanted): the select has id, city. Select"
    ) in message
    assert not project.exists("people_out")
    project.configure(unsuppressed=True)
    project.build()
    assert len(project.rows()) == 2
    (recorded,) = project.activation("suppression")
    assert yaml.safe_load(recorded) == {"unwanted": {"by": [], "rows": 0}}
    # and may not say so where one can
    project.select("select id, name from people")
    project.configure(unsuppressed=True, identity="name")
    assert "'meta.outhaul.unsuppressed' says" in project.failing_build()


@on_duckdb
def test_a_list_that_cannot_be_read_is_refused(project: DiffProject) -> None:
    list_names(project, "Ann")
    project.write_model("brief", "{{ config(materialized='ephemeral') }} select 1 as a")
    wrong = [3, {"model": "unwanted", "bi": "x"}, {"model": "unwanted", "by": 5}]
    suppress(project, *wrong, hook=None)
    message = project.failing_build()
    assert "[0]: wants the name of a model, or 'source.table', or {'mod" in message
    assert "outhaul_suppressed[1]: unknown 'bi'; did you mean 'by'?" in message
    assert "outhaul_suppressed[2].by: wants a column, a list of them" in message
    suppress(project, {"model": "unwanted", "by": "phone"})
    message = project.failing_build()
    assert "[0].by: 'phone' is no column of unwanted (it has name)" in message
    suppress(project, "nowhere", hook=None)
    message = project.failing_build()
    assert "[0]: there is no model, seed, snapshot or source 'nowhere'" in message
    suppress(project, "brief", hook=None)
    assert "[0]: 'brief' is ephemeral" in project.failing_build()


@on_duckdb
def test_a_list_that_may_be_built_after_the_diff_is_refused(
    project: DiffProject,
) -> None:
    project.people(ANN, BOB)
    list_names(project, "Ann")
    project.configure(identity="name")
    suppress(project, "unwanted", hook=None)
    assert project.dbt("run", "--select", "unwanted").success
    message = project.failing_build("--select", "people_out")
    assert "dbt may build 'unwanted' after this diff" in message
    assert "\"+pre-hook: '{{ outhaul.suppressed() }}'\"" in message
    # a source needs no order, and a segment may read the list
    suppress(project, "shop.people", hook=None)
    project.build()
    assert project.rows() == []
    suppress(project, "unwanted", hook=None)
    project.select(
        "select * from people where name not in (select name from {{ ref('unwanted') }}"
        " where name = 'Bob')"
    )
    project.build()
    assert project.rows() == [("inserted", 2)]


@on_duckdb
def test_a_list_of_almost_everybody_is_held_like_any_mass_removal(
    project: DiffProject,
) -> None:
    project.configure(identity="name")
    list_names(project)
    suppress(project, "unwanted")
    project.many_people(1, 100)
    project.build()
    project.deliver()
    list_names(project, *(f"name {number}" for number in range(1, 22)))
    project.build()
    assert project.activation("hold, rows_removed, sendable_seq") == ("removals", 21, 0)
    assert project.warned("21 of the segment being on a list of outhaul_suppressed")
    # one person alone, who is all of the segment, is no accident
    project.warehouse.empty()
    project.create_people()
    list_names(project)
    project.settle(ANN)
    list_names(project, "Ann")
    project.build()
    assert project.rows() == [("removed", 1)]
    assert project.activation("hold, sendable_seq") == (None, 1)
