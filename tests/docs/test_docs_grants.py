"""The statements of docs/grants.md are enough for each role, and not too much."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlglot
import yaml

from outhaul.config.project import load_project
from outhaul.connections import connect
from outhaul.errors import WarehouseError
from outhaul.ledger import Warehouse
from outhaul.ledger.records import Claims
from tests.conftest import PostgresDatabase
from tests.docs.activity_project import ActivityProject
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "grants.md").read_text("utf-8")
BLOCK = re.compile(r"<!-- (before|after): (\w+) -->\n```sql\n(.*?)```", re.DOTALL)
BLOCKS = {(when, name): sql for when, name, sql in BLOCK.findall(PAGE)}


@pytest.mark.parametrize(("when", "warehouse"), BLOCKS)
def test_every_block_is_sql_of_its_warehouse(when: str, warehouse: str) -> None:
    statements = sqlglot.parse(BLOCKS[when, warehouse], read=warehouse)
    assert len(statements) == BLOCKS[when, warehouse].count(";")


@pytest.fixture(scope="module")
def granted(
    postgres: PostgresDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Warehouse]]:
    """The page followed to the letter; opens the warehouse as one of the roles."""
    database = postgres.new_database()
    database.run("create schema raw")
    database.run("create table raw.people as select 1 as id, 'Ann' as name")
    database.run(BLOCKS["before", "postgres"])
    folder = tmp_path_factory.mktemp("grants")
    project = ActivityProject(folder, database.run)

    def profile(role: str) -> dict[str, object]:
        return {**database.profile("marts"), "user": role}

    project.create(profile("outhaul_build"))
    settings = yaml.safe_load((folder / "dbt_project.yml").read_text())
    settings["vars"] = {"outhaul_schema": {"dev": "outhaul"}}
    settings["models"]["activity_tests"]["+grants"] = {"select": ["outhaul_sync"]}
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(settings))
    (folder / "models" / "people_out.sql").write_text("select * from raw.people")
    project.dbt("build")
    build = {**database.profile("marts"), "user": "outhaul_build"}
    run_as(build, folder, BLOCKS["after", "postgres"])
    project.dbt("build")  # a new table, for which dbt grants again

    opened: list[Warehouse] = []

    def open_as(role: str) -> Warehouse:
        warehouse = warehouse_of(profile(role), folder)
        opened.append(warehouse)
        return warehouse

    yield open_as
    for warehouse in opened:
        warehouse.close()
    for role in ("outhaul_build", "outhaul_sync"):
        database.run(f"drop owned by {role} cascade")
        database.run(f"drop role {role}")


def warehouse_of(output: dict[str, object], folder: Path) -> Warehouse:
    target = {"target": "dev", "outputs": {"dev": output}}
    (folder / "profiles.yml").write_text(yaml.safe_dump({"activity_tests": target}))
    project = load_project(project_dir=folder, profiles_dir=folder)
    return Warehouse(connect(project), project.database, project.outhaul_schema)


def run_as(output: dict[str, object], folder: Path, sql: str) -> None:
    warehouse = warehouse_of(output, folder)
    warehouse._write(sql, ())
    warehouse.close()


def test_the_role_that_syncs_can_do_what_a_sync_does(
    granted: Callable[[str], Warehouse],
) -> None:
    warehouse = granted("outhaul_sync")
    [record] = warehouse.activations()
    for probe in [*warehouse.grant_probes(), *warehouse.read_probes(record)]:
        probe()
    assert list(warehouse.statuses()) == [record.name]
    assert (warehouse.syncs([record.name], 5), warehouse.reasons()) == ([], [])
    lease = warehouse.take_lease(record.name, "sync 1", 60)
    assert lease is not None
    warehouse.claim(lease, Claims(1, 1))
    assert len(warehouse.page(record, 0, 1)) == 1
    warehouse.release_lease(lease)


FORBIDDEN = {
    "a source": "select * from raw.people",
    "what is acknowledged, changed": "delete from marts.people_out__acknowledged",
    "what is acknowledged": "select * from marts.people_out__acknowledged",
    "settings that a sync obeys": "update outhaul.outhaul_activations"
    " set settings = settings",
    "where a sync reads": "update outhaul.outhaul_activations"
    " set relation_name = relation_name",
    "a diff, changed": "update marts.people_out set name = 'x'",
    "a diff, dropped": "drop table marts.people_out",
    "a table of its own": "create table marts.mine (id integer)",
    "a claim, changed": "update outhaul.outhaul_claims set committed_seq = 9",
    "a rejection, deleted": "delete from outhaul.outhaul_rejections",
    "the history of builds": "insert into outhaul.outhaul_builds (activation)"
    " values ('x')",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_role_that_syncs_can_do_nothing_else(
    granted: Callable[[str], Warehouse], what: str
) -> None:
    with pytest.raises(WarehouseError, match="permission denied|must be owner"):
        granted("outhaul_sync")._write(FORBIDDEN[what], ())
    # the twin: what is forbidden is sound, and its owner may do it
    if what != "a source":
        return
    granted("outhaul_build")._write(FORBIDDEN[what], ())


def test_E14_a_missing_grant_on_a_diff_is_named(
    granted: Callable[[str], Warehouse],
) -> None:
    owner, warehouse = granted("outhaul_build"), granted("outhaul_sync")
    [record] = owner.activations()
    owner._write("revoke select on marts.people_out from outhaul_sync", ())
    probe = warehouse.read_probes(record)[0]
    with pytest.raises(WarehouseError, match="grant select on table people_out to"):
        probe()
    owner._write("grant select on marts.people_out to outhaul_sync", ())
    probe()
