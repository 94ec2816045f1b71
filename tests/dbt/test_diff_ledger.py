"""Where the ledger is, and what dbt itself does with a diff."""

from __future__ import annotations

import pytest
import yaml

from tests.dbt.warehouse_project import DiffProject, on_duckdb, only_on

ANN, BOB = (1, "Ann", "Rome"), (2, "Bob", "Oslo")
LEDGER = (
    "outhaul_activations",
    "outhaul_claims",
    "outhaul_rejections",
    "outhaul_syncs",
    "outhaul_jobs",
    "outhaul_controls",
)


def test_a_project_without_a_diff_gets_no_ledger(project: DiffProject) -> None:
    project.configure_project(models={"diff_tests": {"+materialized": "table"}})
    project.people(ANN)
    project.build()
    assert project.exists("people_out")
    assert [name for name in LEDGER if project.exists(name)] == []
    project.configure_project(models={"diff_tests": {"+materialized": "diff"}})
    project.build()
    assert [name for name in LEDGER if not project.exists(name)] == []
    assert project.rows() == [("inserted", 1)]


def test_E12_the_ledger_is_made_once_and_kept(project: DiffProject) -> None:
    project.people(ANN)
    project.build()
    project.deliver()
    project.build("--full-refresh")
    claims = project.table("outhaul_claims")
    assert project.run_sql(f"select count(*) from {claims}") == [(1,)]


@pytest.mark.conformance
def test_the_ledger_is_in_the_schema_that_the_var_names(project: DiffProject) -> None:
    project.configure_project(vars={"outhaul_schema": "shop_ledger"})
    project.people(ANN)
    project.build()
    assert [n for n in LEDGER if not project.exists(n, "shop_ledger")] == []
    assert [name for name in LEDGER if project.exists(name)] == []
    assert project.rows() == [("inserted", 1)]
    assert project.exists("people_out__acknowledged")


@on_duckdb
def test_a_var_that_only_a_part_of_the_project_sees_is_told(
    project: DiffProject,
) -> None:
    for owner in ("outhaul", "diff_tests"):
        project.configure_project(vars={owner: {"outhaul_schema": f"shop_{owner}"}})
        result = project.dbt("build")
        assert not result.success
        message = project.messages(result)
        assert "there is no ledger in" in message
        assert "'outhaul_schema' must stand directly under 'vars:'" in message


@on_duckdb
def test_the_examples_of_the_package_are_off(project: DiffProject) -> None:
    result = project.dbt("list", "--resource-type", "model")
    assert result.result == ["diff_tests.people_out"]


def test_other_models_may_refer_to_a_diff(project: DiffProject) -> None:
    project.write_model(
        "changes",
        "{{ config(materialized='table') }} select _outhaul_change, count(*) as"
        " row_count from {{ ref('peo' ~ 'ple_out') }} group by 1",
    )
    project.people(ANN, BOB)
    project.build()
    changes = project.table("changes")
    assert project.run_sql(f"select * from {changes}") == [("inserted", 2)]
    project.deliver()
    project.people(BOB)
    project.build()
    assert project.run_sql(f"select * from {changes}") == [("removed", 1)]


@on_duckdb
def test_a_diff_can_have_unit_tests_and_data_tests(project: DiffProject) -> None:
    project.select("select id, upper(name) as name from people")
    project.people(ANN)
    path = project.folder / "models" / "people_out.yml"
    content = yaml.safe_load(path.read_text())
    content["models"][0]["columns"] = [{"name": "id", "data_tests": ["not_null"]}]
    given = [{"input": "source('shop', 'people')", "rows": [{"id": 7, "name": "zoe"}]}]
    content["unit_tests"] = [
        {
            "name": "names_are_upper_case",
            "model": "people_out",
            "given": given,
            "expect": {"rows": [{"id": 7, "name": "ZOE"}]},
        }
    ]
    path.write_text(yaml.safe_dump(content))
    project.build()
    assert project.rows("_outhaul_change, name") == [("inserted", "ANN")]
    content["unit_tests"][0]["expect"]["rows"][0]["name"] = "zoe"
    path.write_text(yaml.safe_dump(content))
    assert "FAIL" in project.failing_build() or project.rows() == [("inserted", 1)]


@only_on("duckdb", "postgres")
def test_grants_and_descriptions_reach_the_tables(project: DiffProject) -> None:
    config = {"persist_docs": {"relation": True, "columns": True}}
    if project.adapter == "postgres":
        project.run_sql(
            "drop role if exists reader_of_diffs; create role reader_of_diffs"
        )
        config["grants"] = {"select": ["reader_of_diffs"]}
    project.configure(config=config)
    path = project.folder / "models" / "people_out.yml"
    content = yaml.safe_load(path.read_text())
    content["models"][0]["description"] = "One row per change."
    path.write_text(yaml.safe_dump(content))
    project.settle(ANN)
    project.settle(ANN, BOB)
    if project.adapter == "duckdb":
        comment = "select comment from duckdb_tables() where table_name = 'people_out'"
    else:
        comment = "select obj_description('shop.people_out'::regclass)"
        grants = project.run_sql(
            "select table_name from information_schema.role_table_grants"
            " where grantee = 'reader_of_diffs' order by 1"
        )
        # who syncs need not read what is acknowledged
        tables = ["people_out", "people_out__rejected"]
        assert [name for (name,) in grants] == tables
        project.run_sql("drop owned by reader_of_diffs; drop role reader_of_diffs")
    assert project.run_sql(comment) == [("One row per change.",)]


@only_on("duckdb", "postgres", "redshift", "snowflake")
@pytest.mark.conformance
def test_the_ledger_of_an_older_package_is_brought_up_to_date(
    project: DiffProject,
) -> None:
    """Version 1 had neither of these columns, and its builds are taken over.

    What stands in for BigQuery and Databricks cannot take a column out of a table, or
    does not tell of it.
    """
    new = ("state_columns", "next_check")
    activations = project.table("outhaul_activations")
    project.settle(ANN, BOB)
    for view in ("outhaul_status", "outhaul_history", "outhaul_reasons"):
        project.run_sql(f"drop view {project.table(view)}")
    for column in new:
        project.run_sql(f"alter table {activations} drop column {column}")
    project.run_sql(f"update {activations} set ledger_version = 1")
    project.people(ANN, (3, "Cat", "Bonn"))
    project.build()
    assert project.rows() == [("removed", 2), ("inserted", 3)]
    version, *known = project.activation(f"ledger_version, {', '.join(new)}")
    assert version == 3
    assert all(known)
