"""Mistakes end the build with one message that says what to do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dbt.warehouse_project import DiffProject, on_duckdb, on_postgres

ANN, BOB = (1, "Ann", "Rome"), (2, "Bob", "Oslo")


@on_duckdb
@pytest.mark.parametrize(
    ("settings", "problems"),
    [
        ({"unique_key": None}, ["'unique_key' is missing"]),
        ({"unique_key": []}, ["'unique_key' is missing"]),
        ({"config": {"meta": None}}, ["'meta.outhaul' is missing"]),
        ({"destination": None}, ["'meta.outhaul.destination' is missing"]),
        (
            {"append_only": True, "refresh_after": "30 days"},
            ["'meta.outhaul.refresh_after' cannot be used with 'append_only'"],
        ),
        (
            {
                "unique_key": None,
                "service": 3,
                "identity": ["name"],
                "prefer": 1,
                "max_invalid": "5%",
                "max_removed": 1.5,
                "refresh_after": "a month",
                "config": {"contract": {"enforced": True}},
            },
            [
                "'unique_key' is missing",
                "'meta.outhaul.service' is missing or not a name",
                "'meta.outhaul.identity' must be text",
                "'meta.outhaul.prefer' must be text",
                "'meta.outhaul.max_invalid' must be a share from 0 to 1",
                "'meta.outhaul.max_removed' must be a share from 0 to 1",
                "'meta.outhaul.refresh_after' must be a number of days",
                "'contract' cannot be enforced on a diff",
            ],
        ),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_all_problems_of_a_configuration_are_named_at_once(
    project: DiffProject, settings: dict[str, Any], problems: list[str]
) -> None:
    project.people(ANN)
    if "contract" in settings.get("config", {}):
        declare_columns(project)
    project.configure(**settings)
    message = project.failing_build()
    assert "outhaul.diff in model people_out: " in message
    assert [problem for problem in problems if problem not in message] == []
    assert not project.exists("people_out")


def declare_columns(project: DiffProject) -> None:
    """Name the columns, without which dbt itself refuses a contract."""
    path = project.folder / "models" / "people_out.yml"
    columns = "".join(
        f"      - {{name: {name}, data_type: {kind}}}\n"
        for name, kind in [("id", "integer"), ("name", "text"), ("city", "text")]
    )
    path.write_text(path.read_text().rstrip() + "\n    columns:\n" + columns)


@on_duckdb
def test_columns_that_the_select_lacks_or_must_not_have_are_named_at_once(
    project: DiffProject,
) -> None:
    project.settle(ANN)
    before = project.everything()
    project.configure(["id", "tenant"], identity="email")
    project.select("select *, 1 as _outhaul_mine from people")
    message = project.failing_build()
    assert (
        "'unique_key' names the column 'tenant', which the select does not" in message
    )
    assert "'meta.outhaul.identity' names the column 'email'" in message
    assert "it has id, name, city, _outhaul_mine" in message
    assert "'_outhaul_mine' is named like outhaul's own: rename it" in message
    assert project.everything() == before


def test_a_key_or_identity_that_is_not_compared_exactly_is_refused(
    project: DiffProject,
) -> None:
    project.people(ANN)
    project.configure(identity="since")
    project.select("select *, cast('1 month' as interval) as since from people")
    message = project.failing_build()
    assert "rows cannot be tracked by the column 'since', which is " in message
    assert not project.exists("people_out")
    project.configure("since")
    assert "tracked by the column 'since'" in project.failing_build()
    # the twin
    project.select("select *, cast('1 month' as varchar(20)) as since from people")
    project.build()
    assert project.rows() == [("inserted", 1)]


@pytest.mark.parametrize("folded", [False, True])
def test_another_destination_is_refused_while_rows_are_known_to_the_old_one(
    project: DiffProject, folded: bool
) -> None:
    project.settle(ANN)
    if folded:
        project.build()
    before = project.everything()
    project.configure(destination="shop")
    message = project.failing_build()
    assert "it delivered to crm.contacts and is now bound to shop.contacts" in message
    assert 'run "outhaul resync people_out"' in message
    assert project.everything() == before
    project.control("resync")
    project.build()
    assert project.rows() == [("inserted", 1)]
    assert project.activation("destination") == ("shop",)


def test_another_destination_is_fine_where_nothing_was_delivered(
    project: DiffProject,
) -> None:
    project.people(ANN)
    project.build()
    project.configure(service="list")
    project.build()
    assert project.rows() == [("inserted", 1)]


def test_the_loss_of_what_is_acknowledged_is_refused(project: DiffProject) -> None:
    project.settle(ANN)
    project.build()
    project.run_sql(f"drop table {project.table('people_out__acknowledged')}")
    message = project.failing_build()
    assert "which says what the destination holds, is gone" in message
    project.control("resync")
    project.build()
    assert project.rows() == [("inserted", 1)]


def test_the_loss_of_what_was_rejected_only_forgets_it(project: DiffProject) -> None:
    project.people(ANN, BOB)
    project.build()
    project.deliver(rejected={2: "rejected"})
    project.build()
    project.run_sql(f"drop table {project.table('people_out__rejected')}")
    project.build()
    assert project.rows() == [("inserted", 2)]


def test_E13_the_loss_of_a_diff_is_refused_until_a_resync_is_asked_for(
    project: DiffProject,
) -> None:
    project.settle(ANN)
    project.run_sql(f"drop table {project.table('people_out')}")
    message = project.failing_build()
    assert "is gone, with the rows that were sent since the last build (1)" in message
    assert 'run "outhaul resync people_out"' in message
    assert not project.exists("people_out")
    project.control("resync")
    project.end_leases()
    project.build()
    assert project.rows() == [("inserted", 1)]
    # where nothing of it was sent there is nothing to tell
    project.run_sql(f"drop table {project.table('people_out')}")
    project.build()
    assert project.warnings == []


def test_a_ledger_of_a_newer_version_is_refused(project: DiffProject) -> None:
    project.settle(ANN)
    activations = project.table("outhaul_activations")
    project.run_sql(f"update {activations} set ledger_version = ledger_version + 1")
    before = project.everything()
    assert "the ledger was written by a newer outhaul" in project.failing_build()
    assert project.everything() == before
    project.run_sql(f"update {activations} set ledger_version = ledger_version - 1")
    project.build()


def test_E10_two_rows_for_one_activation_are_refused(project: DiffProject) -> None:
    project.settle(ANN)
    activations = project.table("outhaul_activations")
    if project.adapter == "postgres":
        project.run_sql(
            f"alter table {activations} drop constraint outhaul_activations_pkey"
        )
    project.run_sql(f"insert into {activations} select * from {activations}")
    assert "has 2 rows for this activation instead of one" in project.failing_build()


def test_a_table_or_view_of_the_same_name_gives_way(project: DiffProject) -> None:
    project.people(ANN)
    name = project.table("people_out")
    project.run_sql(f"create view {name} as select 1 as old")
    project.build()
    assert project.rows() == [("inserted", 1)]


def test_settings_that_change_nothing_at_the_service_are_no_reason_to_warn(
    project: DiffProject,
) -> None:
    project.settle((1, "Ann", "Rome"))
    project.configure(max_missing=0.9, max_rejected=0.9, refresh_after="30 days")
    project.build()
    assert not project.warned("changed since the last build")
    project.configure(fields={"name": "firstname"})
    project.build()
    assert project.warned("changed since the last build: 'fields' (was null")


@on_postgres
def test_a_name_that_leaves_no_room_for_the_tables_beside_it_is_refused(
    project: DiffProject,
) -> None:
    project.people(ANN)
    project.configure(config={"alias": "a" * 50})
    message = project.failing_build()
    assert "has a name of 50 characters" in message
    assert "give the model an alias of at most 49" in message
    project.configure(config={"alias": "a" * 49})
    project.settle(ANN)
    project.build()
    assert project.exists("a" * 49 + "__acknowledged")
