"""The dbt project that sends who spent over 40 to every service."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from outhaul.sandbox import Sandbox
from tests.acceptance.chinook import ROOT, SCHEMA
from tests.acceptance.services import (
    APP_KEY,
    CASES,
    NEW_CONTACTS,
    Person,
    destinations,
    is_user,
)
from tests.cli.shop import Ran
from tests.dbt_runs import run_dbt

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
# What spenders bought: an event for each invoice, for as long as it is new to us.
PURCHASES = """
select
    invoices.invoice_id,
    'c' || invoices.customer_id as custom_id,
    invoices.total as amount,
    current_timestamp - interval '1 hour' as event_time
from {{ source('chinook', 'invoices') }} as invoices
inner join {{ ref('spenders') }} as spenders
    on invoices.customer_id = spenders.customer_id
"""
PURCHASE_BINDING = {
    "destination": "batch",
    "service": "events",
    "append_only": True,
    "event_name": "purchase",
}
CUSTOMERS = [str(number) for number in range(1, 60)]


class Project:
    """A dbt project about the tables of Chinook, and the sandbox that it is sent to."""

    def __init__(self, folder: Path, sandbox: Sandbox, run: Callable[..., Ran]) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.run = run

    def write(
        self, output: dict[str, Any], destinations: dict[str, Any], **models: Any
    ) -> None:
        """Its files: text, or what becomes YAML, by name; then install the package."""
        about = {"name": "chinook", "version": "1.0.0", "profile": "chinook"}
        files = {
            "dbt_project.yml": {
                **about,
                "flags": {"send_anonymous_usage_stats": False},
            },
            "packages.yml": {"packages": [{"local": str(ROOT)}]},
            "profiles.yml": {"chinook": {"target": "dev", "outputs": {"dev": output}}},
            "destinations.yml": {"destinations": destinations},
            **{f"models/{name}": content for name, content in models.items()},
        }
        for name, content in files.items():
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            text = content if isinstance(content, str) else yaml.safe_dump(content)
            file.write_text(text)
        self.dbt("deps")

    def dbt(self, command: str) -> None:
        result = run_dbt(self.folder, command, writes_artifacts=True)
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


class Chinook(Project):
    """Who spent over 40, on any warehouse, to every service of the first platforms."""

    def __init__(
        self,
        folder: Path,
        output: dict[str, Any],
        run_sql: Callable[[str], list[tuple[Any, ...]]],
        sandbox: Sandbox,
        run: Callable[..., Ran],
    ) -> None:
        super().__init__(folder, sandbox, run)
        self.run_sql = run_sql
        sandbox.emarsys.add_list(NEW_CONTACTS)
        for quota in sandbox.splio.quotas.values():
            quota.most = None  # at 20 contacts a second this would take long
        for customer in filter(is_user, CUSTOMERS):
            sandbox.batch.add_user(f"c{customer}", APP_KEY)
        self.write(output, destinations(sandbox), **_models())

    def segment(self) -> dict[str, Person]:
        """Who should be in it by customer, computed anew from the source tables."""
        rows = self.run_sql(
            "select customer_id, lower(trim(email)), first_name, last_name, country,"
            f" company, sum(total) from {SCHEMA}.customers join {SCHEMA}.invoices"
            " using (customer_id) group by 1, 2, 3, 4, 5, 6 having sum(total) > 40"
        )
        names = ("email", "first_name", "last_name", "country", "company")
        return {
            str(row[0]): dict(zip((*names, "total_spent"), row[1:], strict=True))
            for row in rows
        }

    def purchases(self) -> dict[int, tuple[str, float]]:
        """The invoices of who is in the segment now: customer and amount."""
        spenders = ", ".join(self.segment())
        rows = self.run_sql(
            f"select invoice_id, customer_id, total from {SCHEMA}.invoices"
            f" where customer_id in ({spenders})"
        )
        return {row[0]: (f"c{row[1]}", float(row[2])) for row in rows}


def _models() -> dict[str, Any]:
    models = [
        described(f"spenders__{name}", case.key, case.binding)
        for name, case in CASES.items()
    ]
    models.append(described("purchases__batch_events", "invoice_id", PURCHASE_BINDING))
    tables = [{"name": "customers"}, {"name": "invoices"}]
    return {
        "spenders.sql": SEGMENT,
        "purchases__batch_events.sql": PURCHASES,
        "models.yml": {
            "sources": [{"name": "chinook", "schema": SCHEMA, "tables": tables}],
            "models": models,
        },
        **{
            f"spenders__{name}.sql": (
                f"select {case.select} from {{{{ ref('spenders') }}}}"
            )
            for name, case in CASES.items()
        },
    }


def described(name: str, key: str, binding: Any) -> dict[str, Any]:
    """The YAML of a diff."""
    return {
        "name": name,
        "config": {
            "materialized": "diff",
            "unique_key": key,
            "meta": {"outhaul": dict(binding)},
        },
    }
