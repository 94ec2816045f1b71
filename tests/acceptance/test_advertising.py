"""The Chinook customers as an audience, and their invoices as conversions, at each
network's stand-in: they arrive, change and leave, through whole syncs."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pytest

from outhaul.engine.summary import Result
from outhaul.kit.audiences import Audience
from outhaul.kit.conversions import Conversions
from outhaul.registry.platforms import PLATFORMS
from outhaul.sandbox import Sandbox
from tests.acceptance.chinook import data_folder
from tests.destinations.cases import CASES, Case
from tests.destinations.small_ledger import NAME, SmallLedger
from tests.destinations.test_planned_requests import account_of

FOLDER = data_folder()
HASH = re.compile("[0-9a-f]{64}")
pytestmark = pytest.mark.skipif(
    FOLDER is None, reason="the Chinook sample is absent (set OUTHAUL_DATA)"
)


def cases_of(template: type) -> list[Any]:
    """One case of each service that takes addresses."""
    found = {}
    for case in CASES:
        service = PLATFORMS[case.vendor].services[case.service]
        if issubclass(service, template) and "email" in service.kinds:
            found.setdefault((case.vendor, case.service), case)
    return [pytest.param(case, id=case.name) for case in found.values()]


def read(name: str) -> list[dict[str, str]]:
    assert FOLDER is not None
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def hashed(emails: Sequence[str]) -> set[str]:
    """By the rule that all networks have in common; no address here needs another."""
    return {hashlib.sha256(each.lower().encode()).hexdigest() for each in emails}


def fill(ledger: SmallLedger, columns: Sequence[str], rows: list[Any]) -> None:
    """The values of what was published, in order."""
    setting = ", ".join(f"{name} = list_extract(?, _outhaul_seq)" for name in columns)
    by_column = [list(each) for each in zip(*rows, strict=True)]
    with duckdb.connect(str(ledger.path)) as connection:
        connection.execute(f"update {NAME} set {setting}", by_column)


def held(case: Case, sandbox: Sandbox) -> set[str]:
    content = orjson.dumps(sandbox.state()[case.vendor]).decode()
    return set(HASH.findall(content))


@pytest.mark.parametrize("case", cases_of(Audience))
def test_customers_enter_change_and_leave(case: Case, tmp_path: Path) -> None:
    # Gmail's and Reddit's rules make other texts of some addresses.
    emails = [
        each["email"]
        for each in read("customers.csv")
        if "gmail" not in each["email"]
        and not {".", "+"} & set(each["email"].split("@")[0])
    ]
    assert len(emails) > 30
    with Sandbox(job_seconds=0.0) as sandbox:
        ledger = SmallLedger(tmp_path, account_of(case, sandbox), {"email": "varchar"})
        published = {"service": case.service, "segment": "customers", **case.options}

        def sync(leave: list[str], enter: list[str], number: int) -> None:
            ledger.account = account_of(case, sandbox)
            ledger.publish(
                len(leave) + len(enter),
                removed=len(leave),
                generation=number,
                acknowledged=len(emails) * (number > 1),
                select="null",
                **published,
            )
            fill(ledger, ["email"], [[each] for each in leave + enter])
            report = ledger.sync()
            assert (report.result, report.message) == (Result.SUCCEEDED, "")

        sync([], emails, 1)
        assert held(case, sandbox) == hashed(emails)
        sync([emails[0]], ["new@example.com"], 2)
        assert held(case, sandbox) == hashed([*emails[1:], "new@example.com"])
        sync([*emails[1:], "new@example.com"], [], 3)
        assert held(case, sandbox) == set()


@pytest.mark.parametrize("case", cases_of(Conversions))
def test_invoices_arrive_as_conversions_once(case: Case, tmp_path: Path) -> None:
    emails = {each["customer_id"]: each["email"] for each in read("customers.csv")}
    now = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
    invoices = read("invoices.csv")
    columns = {
        "event_id": "varchar",
        "event_time": "timestamp",
        "email": "varchar",
        "value": "decimal(10, 2)",
        "currency": "varchar",
    }
    rows = [
        [
            f"invoice-{each['invoice_id']}",
            now - timedelta(minutes=number),
            emails[each["customer_id"]],
            Decimal(each["total"]),
            "USD",
        ]
        for number, each in enumerate(invoices, 1)
    ]
    with Sandbox(job_seconds=0.0) as sandbox:
        case.seed(sandbox)
        ledger = SmallLedger(tmp_path, account_of(case, sandbox), columns)
        ledger.publish(
            len(rows),
            service=case.service,
            select=", ".join(["null"] * len(columns)),
            key="event_id",
            append_only=True,
            **case.options,
        )
        fill(ledger, list(columns), rows)
        report = ledger.sync()
        assert (report.result, report.message) == (Result.SUCCEEDED, "")
        assert ledger.sync().result is Result.NOTHING
        content = orjson.dumps(sandbox.state()[case.vendor]).decode()
        for row in rows:
            assert content.count(f'"{row[0]}"') == 1
        assert "@" not in content
