"""Real input: who spent over 40 in all travels to SendGrid, changes, travels again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from dbt.cli.main import dbtRunner

from dispatcher.sandbox import Sandbox
from tests.acceptance.chinook import ROOT, SCHEMA, data_folder, load
from tests.cli.shop import Ran, run_command

SEGMENT = """
select
    customers.customer_id,
    {{ outhaul.normalized_email('customers.email') }} as email,
    customers.first_name,
    customers.last_name,
    customers.country,
    customers.company,
    sum(invoices.total) as total_spent
from {{ source('chinook', 'customers') }} as customers
inner join {{ source('chinook', 'invoices') }} as invoices
    on customers.customer_id = invoices.customer_id
group by 1, 2, 3, 4, 5, 6
having sum(invoices.total) > 40
"""
FILES: dict[str, Any] = {
    "dbt_project.yml": {
        "name": "chinook",
        "version": "1.0.0",
        "profile": "chinook",
        "flags": {"send_anonymous_usage_stats": False},
    },
    "packages.yml": {"packages": [{"local": str(ROOT)}]},
    "models/spenders.sql": SEGMENT,
    "models/spenders__contacts.sql": "select * from {{ ref('spenders') }}",
    "models/spenders__list.sql": "select email from {{ ref('spenders') }}",
    "models/models.yml": {
        "sources": [
            {
                "name": "chinook",
                "schema": SCHEMA,
                "tables": [{"name": "customers"}, {"name": "invoices"}],
            }
        ],
        "models": [
            {
                "name": "spenders__contacts",
                "config": {
                    "materialized": "diff",
                    "unique_key": "customer_id",
                    "meta": {
                        "outhaul": {
                            "destination": "mail",
                            "service": "contacts",
                            "identity": "email",
                            "insert": True,
                        }
                    },
                },
            },
            {
                "name": "spenders__list",
                "config": {
                    "materialized": "diff",
                    "unique_key": "email",
                    "meta": {"outhaul": {"destination": "mail", "service": "list"}},
                },
            },
        ],
    },
}


class Chinook:
    """The project, its warehouse and the sandbox that it is sent to."""

    def __init__(
        self,
        folder: Path,
        output: dict[str, Any],
        run_sql: Callable[[str], list[tuple[Any, ...]]],
        sandbox: Sandbox,
        run: Callable[..., Ran],
    ) -> None:
        self.folder = folder
        self.run_sql = run_sql
        self.sandbox = sandbox
        self.run = run
        profile = {"target": "dev", "outputs": {"dev": output}}
        mail = {
            "type": "sendgrid",
            "api_key": "{{ env_var('SENDGRID_API_KEY') }}",
            "base_url": sandbox.url("sendgrid"),
            "send_from": ["dev"],
            "writes_per_second": 1_000,
            "lookups_per_second": 1_000,
            "poll_seconds": 0.01,
        }
        files = {
            **FILES,
            "profiles.yml": {"chinook": profile},
            "destinations.yml": {"destinations": {"mail": mail}},
        }
        for name, content in files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            text = content if isinstance(content, str) else yaml.safe_dump(content)
            file.write_text(text)
        self.dbt("deps")

    def dbt(self, command: str) -> None:
        folder = str(self.folder)
        result = dbtRunner().invoke(
            [
                *("--quiet", "--log-level-file", "none", command),
                *("--project-dir", folder, "--profiles-dir", folder),
            ]
        )
        assert result.success, result

    def send(self) -> dict[str, Any]:
        """Build and sync; the reports by name."""
        self.dbt("build")
        folder = str(self.folder)
        ran = self.run(
            "sync", "--json", "--project-dir", folder, "--profiles-dir", folder
        )
        assert ran.code == 0, ran
        return {report["name"]: report for report in ran.json}

    def segment(self) -> dict[str, dict[str, Any]]:
        """Who should be on the list, computed anew from the source tables."""
        rows = self.run_sql(
            "select lower(trim(email)), first_name, last_name, country, company,"
            f" sum(total) from {SCHEMA}.customers join {SCHEMA}.invoices"
            " using (customer_id) group by 1, 2, 3, 4, 5 having sum(total) > 40"
        )
        return {
            row[0]: {
                "first_name": row[1],
                "last_name": row[2],
                "country": row[3],
                "company": row[4] or "",
                "total_spent": float(row[5]),
            }
            for row in rows
        }

    def assert_delivered(self) -> None:
        """The list holds exactly the segment, with its attributes."""
        held = self.sandbox.state()["sendgrid"]["contacts"]
        listed = {each["email"]: each for each in held if "spenders" in each["lists"]}
        found = {
            email: {
                "first_name": contact["first_name"],
                "last_name": contact["last_name"],
                "country": contact["country"],
                "company": contact["custom_fields"].get("company") or "",
                "total_spent": float(contact["custom_fields"]["total_spent"]),
            }
            for email, contact in listed.items()
        }
        assert found == self.segment()


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    environ = {**os.environ, "SENDGRID_API_KEY": "SG.canary-5321"}
    return lambda *arguments: run_command(arguments, environ, monkeypatch, capsys)


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


def test_who_spent_over_40_is_in_sendgrid_and_stays_up_to_date(chinook):
    before = chinook.segment()
    assert len(before) > 5
    reports = chinook.send()
    for name in ("spenders__contacts", "spenders__list"):
        assert reports[name]["accepted"]["inserted"] == len(before)
    chinook.assert_delivered()
    assert any(not person["last_name"].isascii() for person in before.values())

    change_the_data(chinook, before)
    after = chinook.segment()
    assert set(before) - set(after) and set(after) - set(before)
    reports = chinook.send()
    chinook.assert_delivered()
    moved = len(set(after) - set(before)), len(set(before) - set(after))
    listed = reports["spenders__list"]["accepted"]
    assert (listed["inserted"], listed["removed"]) == moved

    again = chinook.send()
    assert {report["result"] for report in again.values()} == {"nothing to send"}


def change_the_data(chinook: Chinook, before: dict[str, Any]) -> None:
    """Two fall below the threshold, three rise, a name and an address change."""
    table = f"{SCHEMA}.customers"
    emails = sorted(before)
    ids = {
        email.lower(): number
        for number, email in chinook.run_sql(f"select customer_id, email from {table}")
    }
    for email in emails[:2]:
        chinook.run_sql(
            f"update {SCHEMA}.invoices set total = 1 where customer_id = {ids[email]}"
        )
    newcomers = sorted(set(ids) - set(before))[:3]
    for email in newcomers:
        chinook.run_sql(
            f"insert into {SCHEMA}.invoices values (9000, {ids[email]}, 99.50)"
        )
    chinook.run_sql(
        f"update {table} set last_name = 'Šeďová-Łęcka', company = 'Żubr & Søn'"
        f" where customer_id = {ids[emails[2]]}"
    )
    chinook.run_sql(
        f"update {table} set email = ' New.Address@Example.com'"
        f" where customer_id = {ids[emails[3]]}"
    )
