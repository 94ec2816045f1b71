"""A user's project on each version of dbt, which warns of nothing of the package.

The project is `integration_tests/`. By default it runs on DuckDB; `make versions` adds
PostgreSQL, and the two days of the starter.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from scripts.demo.findings import findings_of
from scripts.demo.shop import Shop
from scripts.demo.stand_ins import sandbox
from tests.conftest import PostgresDatabase
from tests.dbt_versions.tcp import port_of
from tests.dbt_versions.versions import ROOT, VERSIONS, Dbt, installed, number
from tests.docs.pages import tables

WITH_ALL = os.environ.get("OUTHAUL_TEST_DBT_VERSIONS") == "all"
WAREHOUSES = ("duckdb", "postgres") if WITH_ALL else ("duckdb",)
WARNING = re.compile(r".*\bwarning\b.*", re.IGNORECASE)


@pytest.fixture(params=VERSIONS)
def dbt(request: pytest.FixtureRequest, tmp_path: Path) -> Dbt:
    folder = tmp_path / "home"
    folder.mkdir()
    return installed(request.param, folder)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project, which installs the package from this repository."""
    folder = tmp_path / "integration_tests"
    made_by_dbt = shutil.ignore_patterns("dbt_packages", "target", "logs", "*.duckdb*")
    shutil.copytree(ROOT / "integration_tests", folder, ignore=made_by_dbt)
    (folder / "packages.yml").write_text(f"packages:\n  - local: {ROOT}\n")
    return folder


def build(dbt: Dbt, project: Path, target: str, day: int, **variables: str) -> str:
    """Build the project as it is on a day; returns what dbt wrote."""
    command = ("build", "--target", target, "--show-all-deprecations")
    variables["INTEGRATION_TESTS_DAY"] = str(day)
    ran = dbt.run(project, *command, **variables)
    assert ran.returncode == 0, ran.stdout
    return ran.stdout


@pytest.fixture
def place(warehouse: str, request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The variables by which the project's profile finds a warehouse."""
    if warehouse == "duckdb":
        yield {}
        return
    server: PostgresDatabase = request.getfixturevalue("postgres")
    database = server.new_database()
    with port_of(Path(server.host) / f".s.PGSQL.{server.port}") as port:
        yield {
            "POSTGRES_HOST": "127.0.0.1",
            "POSTGRES_PORT": str(port),
            "POSTGRES_USER": database.user,
            "POSTGRES_PASSWORD": "unused",  # dbt 2 wants one, our server does not
            "POSTGRES_DATABASE": database.dbname,
        }


@pytest.mark.parametrize("warehouse", WAREHOUSES)
def test_a_project_of_a_user_is_built_and_built_again_without_a_warning(
    dbt: Dbt, project: Path, warehouse: str, place: dict[str, str]
) -> None:
    """The project tests by itself what is in the diff."""
    assert dbt.run(project, "deps").returncode == 0
    first = build(dbt, project, warehouse, 1, **place)
    assert "build 1: 3 inserted, 0 updated, 0 removed" in first
    second = build(dbt, project, warehouse, 2, **place)
    assert "build 2: 1 inserted, 1 updated, 1 removed" in second
    assert WARNING.findall(first + second) == []


def test_a_warning_of_dbt_is_noticed(dbt: Dbt, project: Path) -> None:
    """Of settings for models that there are not, in a project that has none at all."""
    shutil.rmtree(project / "models")
    for file in (*project.glob("*/*.*"), project / "packages.yml"):
        file.unlink()
    settings = yaml.safe_load((project / "dbt_project.yml").read_text())
    del settings["on-run-end"]
    (project / "dbt_project.yml").write_text(yaml.safe_dump(settings))
    said = dbt.run(project, "parse").stdout
    assert WARNING.findall(said) != []
    assert "models.outhaul_integration_tests.diffs" in said


@pytest.mark.skipif(not WITH_ALL, reason="takes a minute a version: 'make versions'")
def test_the_starter_is_sent_on_two_days(dbt: Dbt, tmp_path: Path) -> None:
    with sandbox() as stand_ins:
        shop = Shop(tmp_path / "dbt_project", stand_ins)
        assert dbt.run(shop.folder, "deps").returncode == 0
        segments = []
        for day in (1, 2):
            if day == 2:
                shop.pass_to_day_2()
            built = dbt.run(shop.folder, "build")
            assert built.returncode == 0, built.stdout
            shop.run("outhaul", "sync")
            segments.append(shop.segments())
        found = findings_of(*segments, stand_ins.state())
    assert [each for each in found if not each.is_right] == []
    assert sum(each.current[1] for each in found) > 1_500


def test_the_readme_says_what_is_run() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    told = tables(text)["dbt versions"]
    assert [row[0] for row in told] == [number(each) for each in VERSIONS]
    pinned = (ROOT / "constraints.txt").read_text("utf-8")
    (of_all_tests,) = re.findall(r"^dbt-core==(\S+)$", pinned, re.MULTILINE)
    assert f"dbt-core {of_all_tests}." in text
    oldest = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    assert oldest["require-dbt-version"][0] == f">={VERSIONS[0]}.0"


def test_the_project_s_page_names_the_variables_of_each_target() -> None:
    folder = ROOT / "integration_tests"
    profiles = yaml.safe_load((folder / "profiles.yml").read_text())
    targets = profiles["outhaul_integration_tests"]["outputs"]
    wanted = {
        name: re.findall(r"env_var\('(\w+)'", yaml.safe_dump(output).replace("''", "'"))
        for name, output in targets.items()
    }
    told = tables((folder / "README.md").read_text("utf-8"))["Targets"]
    assert {
        re.findall(r"`(\w+)`", target)[0]: sorted(re.findall(r"`(\w+)`", variables))
        for target, variables in told
    } == {name: sorted(variables) for name, variables in wanted.items()}
