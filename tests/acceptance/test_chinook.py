"""Real input: who spent over 40 in all travels everywhere, changes, travels again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from outhaul.sandbox import Sandbox
from tests.acceptance.chinook import SCHEMA, data_folder, load
from tests.acceptance.project import Chinook
from tests.acceptance.services import CASES, SECRETS, History, lines_of
from tests.cli.shop import Ran, run_command

pytestmark = pytest.mark.also_on_duckdb


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    """Run a command, none of whose output may hold a secret."""

    def judged(*arguments: str) -> Ran:
        ran = run_command(arguments, {**os.environ, **SECRETS}, monkeypatch, capsys)
        printed = ran.out + ran.err
        assert not [name for name, value in SECRETS.items() if value in printed]
        return ran

    return judged


@pytest.fixture(params=["duckdb", "postgres"])
def chinook(
    request: pytest.FixtureRequest, tmp_path: Path, run: Callable[..., Ran]
) -> Iterator[Chinook]:
    data = data_folder()
    if data is None:
        pytest.skip("the Chinook files are not here: set OUTHAUL_DATA to their folder")
    if request.param == "duckdb":
        path = tmp_path / "warehouse.duckdb"
        output = {"type": "duckdb", "path": str(path), "schema": "main", "threads": 1}

        def run_sql(sql: str) -> list[tuple[Any, ...]]:
            with duckdb.connect(str(path)) as connection:
                return connection.execute(sql).fetchall()
    else:
        database = request.getfixturevalue("postgres").new_database()
        output, run_sql = database.profile("public"), database.run
    load(data, run_sql)
    with Sandbox(job_seconds=0.0) as sandbox:
        yield Chinook(tmp_path / "project", output, run_sql, sandbox, run)


def test_who_spent_over_40_is_everywhere_and_stays_up_to_date(chinook):
    before, bought = chinook.segment(), chinook.purchases()
    assert len(before) > 5 and len(bought) > 30
    assert any(not person["last_name"].isascii() for person in before.values())
    assert any(person["company"] is None for person in before.values())
    reports = chinook.send()
    for name in CASES:
        accepted = reports[f"spenders__{name}"]["accepted"]
        assert accepted["inserted"] == len(before), name
    assert_holds(chinook, History({}, before))
    assert_sent_once(chinook, bought)

    change_the_data(chinook, before)
    history = History(before, chinook.segment())
    bought = {**chinook.purchases(), **bought}
    reports = chinook.send()
    assert_holds(chinook, history)
    assert_sent_once(chinook, bought)
    assert_counts(reports, history)
    assert_files_hold_the_changes(chinook, history)

    again = chinook.send()
    assert {report["result"] for report in again.values()} == {"nothing to send"}
    assert_holds(chinook, history)


def assert_holds(chinook: Chinook, history: History) -> None:
    """Every service holds exactly what its rule says."""
    state = chinook.sandbox.state()
    for name, case in CASES.items():
        assert case.held(state) == case.wanted(history), name


def assert_sent_once(chinook: Chinook, bought: dict[int, tuple[str, float]]) -> None:
    """Each purchase of who was a spender is one event, as it was told first."""
    events = [
        (event["custom_id"], float(event["attributes"]["amount"]))
        for event in chinook.sandbox.state()["batch"]["events"]
    ]
    assert sorted(events) == sorted(bought.values())


def assert_counts(reports: dict[str, Any], history: History) -> None:
    """An entry, an exit, a change of fields and one of an address, by kind of key."""
    enter = len(history.after.keys() - history.before.keys())
    leave = len(history.before.keys() - history.after.keys())
    assert (enter, leave) == (3, 2)
    copied = {"inserted": enter, "removed": leave, "updated": 2}
    moved = {"inserted": enter + 1, "removed": leave + 1, "updated": 0}
    for name, expected in (
        ("sftp_changes", copied),
        ("webhook_changes", copied),
        ("sendgrid_contacts", {**copied, "removed": 0}),
        ("batch_contacts", {"inserted": enter, "removed": 0, "updated": 1}),
        ("sendgrid_list", moved),
        ("emarsys_list", moved),
    ):
        assert reports[f"spenders__{name}"]["accepted"] == expected, name


def assert_files_hold_the_changes(chinook: Chinook, history: History) -> None:
    """The second day's files name who changed and how, and nobody else."""
    entered = history.after.keys() - history.before.keys()
    left = history.before.keys() - history.after.keys()
    changed = {
        key
        for key in history.after.keys() & history.before.keys()
        if history.after[key] != history.before[key]
    }
    state = chinook.sandbox.state()
    told = [
        (line["change"], line["customer_id"])
        for line in lines_of(state, "spenders__sftp_changes", 2)
    ]
    assert sorted(told) == sorted(
        [
            *(("inserted", key) for key in entered),
            *(("removed", key) for key in left),
            *(("updated", key) for key in changed),
        ]
    )
    assert [change for change, _ in told][: len(left)] == ["removed"] * len(left)
    upserts = lines_of(state, "spenders__sftp_upserts", 2)
    assert {str(line["customer_id"]) for line in upserts} == entered | changed


def change_the_data(chinook: Chinook, before: dict[str, Any]) -> None:
    """Two fall below the threshold, three rise, a name and an address change."""
    table = f"{SCHEMA}.customers"
    customers = sorted(before, key=int)
    everybody = [
        str(row[0]) for row in chinook.run_sql(f"select customer_id from {table}")
    ]
    for customer in customers[:2]:
        chinook.run_sql(
            f"update {SCHEMA}.invoices set total = 1 where customer_id = {customer}"
        )
    newcomers = sorted(set(everybody) - set(before), key=int)[:3]
    for number, customer in enumerate(newcomers, start=9_000):
        chinook.run_sql(
            f"insert into {SCHEMA}.invoices values ({number}, {customer}, 99.50)"
        )
    chinook.run_sql(
        f"update {table} set last_name = 'Šeďová-Łęcka', company = 'Żubr & \"Søn\"'"
        f" where customer_id = {customers[2]}"
    )
    chinook.run_sql(
        f"update {table} set email = ' New.Address@Example.com'"
        f" where customer_id = {customers[3]}"
    )
