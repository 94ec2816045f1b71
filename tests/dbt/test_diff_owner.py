"""Whose an activation is: one target of one project, one model, one place."""

from __future__ import annotations

import pytest
import yaml

from tests.dbt.dispatched import Shop
from tests.dbt.warehouse_project import DiffProject, on_duckdb, only_on

ANN, BOB, CAT = (1, "Ann", "Rome"), (2, "Bob", "Oslo"), (3, "Cat", "Bonn")


def rename_project(project: DiffProject, name: str) -> None:
    """Give the project of dbt another name."""
    path = project.folder / "dbt_project.yml"
    content = yaml.safe_load(path.read_text())
    content["models"] = {name: {"+materialized": "diff"}}
    path.write_text(yaml.safe_dump({**content, "name": name}))


def read_the_source_of_dev(project: DiffProject) -> None:
    """Select from its people, in whatever target the diff is built."""
    select = f"select id, name, city from {project.table('people')}"
    (project.folder / "models" / "people_out.sql").write_text(select)


def assert_refused(project: DiffProject, owner: str, way: str) -> None:
    before = project.everything()
    message = project.failing_build()
    assert f"has it of the {owner}" in message
    assert way in message
    assert 'run "outhaul transfer people_out --target' in message
    assert project.everything() == before


def test_A01_another_target_or_project_with_the_same_ledger_is_refused(
    project: DiffProject,
) -> None:
    project.settle(ANN, BOB)
    project.people(BOB)
    project.write_profile("ci")
    way = "vars: {outhaul_schema: {dev: shop, ci: shop_ci}}"
    assert_refused(project, "target dev of the project diff_tests", way)
    # a refused build does not keep the owner's from being synced
    assert project.activation("lease_holder") == (None,)
    project.write_profile()
    rename_project(project, "another_shop")
    way = "give each project a schema of its own by the var 'outhaul_schema'"
    assert_refused(project, "target dev of the project diff_tests", way)
    # the twin: its own target goes on where it was
    rename_project(project, "diff_tests")
    project.build()
    assert project.rows() == [("removed", 1)]


def test_A01_each_target_may_have_a_ledger_of_its_own(project: DiffProject) -> None:
    project.configure_project(
        vars={"outhaul_schema": {"dev": "shop_ledger", "unused": "never_made"}}
    )
    read_the_source_of_dev(project)
    project.people(ANN)
    project.build()
    assert project.exists("outhaul_activations", "shop_ledger")
    assert not project.exists("outhaul_activations")
    # a target that the mapping leaves out keeps the ledger in its own schema
    project.write_profile("ci", schema="shop_ci")
    project.build()
    assert project.exists("outhaul_activations", "shop_ci")
    assert project.rows() == [("inserted", 1)]
    project.configure_project(vars={"outhaul_schema": {"ci": ["a", "list"]}})
    assert "must be the name of a schema" in project.failing_build()


def test_A01_a_transferred_activation_goes_on_in_its_new_target(
    project: DiffProject,
) -> None:
    project.configure_project(vars={"outhaul_schema": "shop_ledger"})
    read_the_source_of_dev(project)
    project.people(ANN, BOB)
    project.build()
    ledger = "shop_ledger."
    project.run_sql(
        f"insert into {ledger}outhaul_claims (activation, generation, fence,"
        " claimed_seq, committed_seq, recorded_at) select activation, generation,"
        f" 1, 2, 2, built_at from {ledger}outhaul_activations"
    )
    project.people(BOB)
    project.write_profile("live", schema="shop_live")
    assert "outhaul transfer" in project.failing_build()
    project.run_sql(
        f"insert into {ledger}outhaul_controls (control_id, activation, action,"
        " subject, recorded_at) select 'c', activation, 'transfer', 'diff_tests.live',"
        f" built_at + interval '1' minute from {ledger}outhaul_activations"
    )
    project.build()
    rows = "select _outhaul_change, id from shop_live.people_out"
    assert project.run_sql(rows) == [("removed", 1)]
    assert not project.exists("people_out")
    owned = f"select project_name, target_name from {ledger}outhaul_activations"
    assert project.run_sql(owned) == [("diff_tests", "live")]
    project.write_profile()
    assert "has it of the target live" in project.failing_build()


@pytest.mark.conformance(lengthy=True)
def test_A01_a_diff_whose_alias_and_schema_change_moves_with_its_state(
    project: DiffProject,
) -> None:
    project.people(ANN, BOB, CAT)
    project.build()
    project.deliver(rejected={3: "rejected"})
    project.people(BOB, CAT)
    project.configure(config={"alias": "people_sent"})
    project.build()
    sent = f"select _outhaul_change, id from {project.table('people_sent')}"
    assert project.run_sql(f"{sent} where _outhaul_seq is not null") == [("removed", 1)]
    assert len(project.run_sql(f"{sent} where _outhaul_held is not null")) == 1
    for left in ("people_out", "people_out__acknowledged", "people_out__rejected"):
        assert not project.exists(left)
    # back to where it was, into another schema: nothing that was sent is forgotten
    project.configure(config={"schema": "sent"})
    project.build()
    moved = "select _outhaul_change, id from shop_sent.people_out"
    assert project.run_sql(f"{moved} where _outhaul_seq is not null") == [
        ("removed", 1)
    ]
    assert not project.exists("people_sent")
    # nowhere: neither in the old place nor in the new one
    project.run_sql("drop table shop_sent.people_out__acknowledged")
    project.configure()
    assert "which says what the destination holds, is gone" in project.failing_build()


@only_on("duckdb", "postgres")
def test_A01_two_diffs_do_not_move_into_each_other(project: DiffProject) -> None:
    project.write_model("others_out", "select id, name from people")
    other = {
        "name": "others_out",
        "config": {
            "unique_key": "id",
            "meta": {"outhaul": {"destination": "crm", "service": "contacts"}},
        },
    }
    path = project.folder / "models" / "others_out.yml"
    path.write_text(yaml.safe_dump({"models": [other]}))
    project.people(ANN)
    project.build()
    other["config"]["alias"] = "people_out"
    path.write_text(yaml.safe_dump({"models": [other]}))
    project.configure(config={"alias": "others_out"})
    message = project.failing_build()
    assert "where the ledger has others_out. Move that one first" in message
    assert "where the ledger has people_out. Move that one first" in message
    path.unlink()
    (project.folder / "models" / "others_out.sql").unlink()


@only_on("duckdb", "postgres")
def test_A01_versions_of_a_model_are_activations_of_their_own(shop: Shop) -> None:
    project = shop.project
    path = project.folder / "models" / "people_out.yml"
    content = yaml.safe_load(path.read_text())
    content["models"][0] |= {"latest_version": 2, "versions": [{"v": 1}, {"v": 2}]}
    path.write_text(yaml.safe_dump(content))
    select = project.folder / "models" / "people_out.sql"
    for version in (1, 2):
        (select.parent / f"people_out_v{version}.sql").write_text(select.read_text())
    select.unlink()
    shop.build(ANN, BOB)
    names = ["people_out.v1", "people_out.v2"]
    found = f"select activation from {project.table('outhaul_activations')} order by 1"
    assert project.run_sql(found) == [(name,) for name in names]
    for name in names:
        shop.world.name = name
        assert shop.sync().accepted.total() == 2
    shop.build(BOB)
    for version in (1, 2):
        rows = f"select _outhaul_change, id from {project.table('people_out_v')}"
        assert project.run_sql(f"{rows}{version}") == [("removed", "1")]


@on_duckdb
def test_A01_two_diffs_of_one_name_are_refused(project: DiffProject) -> None:
    project.people(ANN)
    copy = project.folder / "models" / "People_Out.sql"
    if copy.exists():
        pytest.skip("this file system does not tell the names apart")
    copy.write_text(
        "{{ config(alias='elsewhere', unique_key='id', meta={'outhaul':"
        " {'destination': 'crm', 'service': 'contacts'}}) }} select 1 as id"
    )
    message = project.failing_build()
    assert "model.diff_tests.people_out" in message
    assert "would be one activation, since names are compared without case" in message
    copy.unlink()
    project.write_model(
        "state",
        "{{ config(materialized='table', alias='people_out__acknowledged') }}"
        " select 1 as one",
    )
    message = project.failing_build()
    assert "model.diff_tests.state has the place where" in message
    # the twins: another place, and another name
    project.write_model("state", "{{ config(materialized='table') }} select 1 as one")
    project.build()
