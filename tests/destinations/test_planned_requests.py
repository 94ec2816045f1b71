"""A plan tells the very requests of a sync to which nothing happens, of any service."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from outhaul.commands.plan import effort, opening, plan
from outhaul.commands.session import Session
from outhaul.engine.summary import Result, Summary
from outhaul.kit.account import Account
from outhaul.model import Change, Row
from outhaul.registry.platforms import PLATFORMS
from outhaul.sandbox import Sandbox
from tests.destinations.cases import CASES, SECRET, Case
from tests.destinations.small_ledger import NAME, SmallLedger
from tests.unconnected import unconnected

HTTP_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
SWAPPED = {Change.INSERTED: Change.REMOVED, Change.REMOVED: Change.INSERTED}


def set_otherwise(
    name: str, variant: str, settings: dict[str, Any], **options: Any
) -> Case:
    """A case whose account and options differ."""
    (case,) = [case for case in CASES if case.name == name]
    return dataclasses.replace(
        case,
        variant=variant,
        account=lambda url: case.account(url) | settings,
        options={**case.options, **options},
    )


OTHERWISE = [
    set_otherwise("emarsys-list", "wsse", {"auth": "wsse"}),
    set_otherwise("batch-contacts", "unprobed", {"probe": False}),
    set_otherwise("batch-profiles", "unprobed", {"probe": False}),
    set_otherwise("batch-contacts", "one-app", {"ios_key": ""}),
    set_otherwise("sendgrid-contacts", "asks", {}, insert=False),
    set_otherwise("splio-contacts-file", "file-key", {"api_key": SECRET}),
]


def account_of(case: Case, sandbox: Sandbox) -> Account:
    """As of a new process: not logged in, and without waits."""
    made = PLATFORMS[case.vendor].account
    names = [field.name for field in dataclasses.fields(made)]
    fast = {name: 1_000.0 for name in names if name.endswith("_per_second")}
    fast |= {name: 0.01 for name in names if name == "poll_seconds"}
    settings = case.account(case.url(sandbox))
    if "base_url" in names and "base_url" not in settings:  # beside a server of files
        settings["base_url"] = sandbox.url(case.vendor)
    return made(**settings, **fast)


class Synced:
    """A case as an activation in a ledger."""

    def __init__(self, case: Case, sandbox: Sandbox, folder: Path) -> None:
        self.case = case
        self.sandbox = sandbox
        account = account_of(case, sandbox)
        columns = {column.name: column.data_type for column in case.columns}
        self.ledger = SmallLedger(folder, account, columns)
        self.service = PLATFORMS[case.vendor].services[case.service]

    def publish(self, rows: Sequence[Row], generation: int) -> None:
        order = list(Change)
        rows = sorted(rows, key=lambda row: order.index(row.change))
        counts = Counter(row.change for row in rows)
        self.ledger.account = account_of(self.case, self.sandbox)
        most = self.service.max_removed
        self.ledger.publish(
            len(rows),
            removed=counts[Change.REMOVED],
            updated=counts[Change.UPDATED],
            acknowledged=10 * (generation - 1),
            service=self.case.service,
            generation=generation,
            select=", ".join(["null"] * len(self.case.columns)),
            key=self.service.identity or self.case.columns[0].field,
            **self.case.options,
            **({"max_removed": most} if most is not None else {}),
            **({} if self.service.repeatable else {"append_only": True}),
        )
        setting = ", ".join(f"{each.name} = ?" for each in self.case.columns)
        with duckdb.connect(str(self.ledger.path)) as connection:
            connection.executemany(
                f"update {NAME} set {setting} where _outhaul_seq = ?",
                [
                    [*(row.values[each.field] for each in self.case.columns), number]
                    for number, row in enumerate(rows, 1)
                ],
            )

    def seen(self) -> int:
        """HTTP requests that the stand-in saw, and files that are there."""
        state = self.sandbox.state()
        asked = [each for each in state["requests"] if each["method"] in HTTP_METHODS]
        return len(asked) + len(state["sftp"]["files"])

    def sync(self) -> Summary:
        report = self.ledger.sync()
        assert (report.result, report.message) == (Result.SUCCEEDED, "")
        return report


def later(case: Case, consumes: frozenset[Change]) -> list[Row]:
    """A second build: who was in leaves, or others come, and the rest is updated."""
    if Change.REMOVED in consumes:
        return [
            row._replace(change=SWAPPED.get(row.change, row.change))
            for row in case.rows
        ]
    if not case.options.get("insert"):
        return list(case.rows)
    key = case.columns[0].field
    return [
        row._replace(values={**row.values, key: f"new{row.values[key]}"})
        if row.change is Change.INSERTED
        else row
        for row in case.rows
    ]


@pytest.mark.parametrize("case", [*CASES, *OTHERWISE], ids=lambda case: case.name)
def test_a_plan_knows_every_request_of_a_sync_without_faults(case, tmp_path):
    with Sandbox(job_seconds=0.0) as sandbox:
        case.seed(sandbox)
        synced = Synced(case, sandbox, tmp_path)
        synced.publish(case.rows, 1)
        synced.sync()
        rows = later(case, synced.service.consumes)
        synced.publish(rows, 2)
        binding = synced.ledger.bound()
        before = synced.seen()
        counts = Counter(row.change for row in rows)
        planned, _ = effort(binding.service, counts, is_new=False)
        planned += opening(binding, set())
        assert synced.seen() == before
        report = synced.sync()
        assert report.accepted.total() == len(rows)
        assert planned == report.requests == synced.seen() - before
        kept = "select max(requests) from outhaul_syncs where generation = 2"
        assert synced.ledger.run(kept) == [(planned,)]


def test_activations_of_one_account_log_in_once_and_what_is_delivered_asks_nothing(
    tmp_path,
):
    (case,) = [case for case in CASES if case.name == "emarsys-list"]
    project = unconnected(tmp_path)
    with Sandbox(job_seconds=0.0) as sandbox:
        case.seed(sandbox)
        sandbox.emarsys.add_list("people")
        synced = Synced(case, sandbox, tmp_path)
        synced.publish(case.rows, 1)
        session = Session(project, synced.ledger.warehouse())
        bound = synced.ledger.bound()
        first, second = plan(session, [bound, bound])
        assert (first.requests, second.requests) == (2 + 2, 1 + 2)
        assert synced.sync().requests == first.requests
        session = Session(project, synced.ledger.warehouse())
        assert [each.requests for each in plan(session, [bound])] == [0]
