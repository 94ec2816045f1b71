"""Every statement, of the macros and of the dispatcher, is SQL of its warehouse.

As far as sqlglot knows the dialect: it takes more than a warehouse does, so this finds
what is no SQL there at all, and not what means something else.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlglot
import yaml
from dbt.adapters.factory import reset_adapters
from sqlglot import exp

from outhaul.ledger import Warehouse
from outhaul.ledger.records import (
    ActivationRecord,
    Claims,
    LeaseGrant,
    RecordedJob,
    Rejection,
    SyncRecord,
    columns_of,
)
from outhaul.model import Change
from tests.dbt_runs import run_dbt
from tests.macro_values import call
from tests.statements.recording import PROFILES, Recording, recording
from tests.statements.retried import tried

pytestmark = [  # of what dbt-databricks imports
    pytest.mark.filterwarnings("ignore:.*eprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Valid config keys have changed:UserWarning"),
]

ROOT = Path(__file__).resolve().parents[2]
DIALECTS = tuple(PROFILES)
VERBS = ("alter", "create", "delete", "drop", "insert", "merge", "select", "update")

DIFFS: dict[str, dict[str, Any]] = {
    "plain": {"unique_key": "id"},
    "by_city": {
        "unique_key": ["id", "city"],
        "identity": "name",
        "refresh_after": "30 days",
    },
    "preferring": {"unique_key": "id", "identity": "name", "prefer": "city desc"},
    "appending": {"unique_key": "id", "append_only": True},
    "retyped": {"unique_key": "id"},
    "asked_anew": {"unique_key": "id"},
    "renamed": {"unique_key": "id"},
}


def assert_is_sql(statement: str, dialect: str) -> None:
    """One statement that sqlglot parses, and does not give up on."""
    statement = tried(statement)
    parsed = [each for each in sqlglot.parse(statement, read=dialect) if each]
    # on BigQuery a build's last statement is a script that drops its tables
    is_script = all(isinstance(each, exp.Drop) for each in parsed)
    assert len(parsed) == 1 or is_script, statement
    verb = statement.split()[0].lower()
    assert verb not in VERBS or not isinstance(parsed[0], exp.Command), statement


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "statement",
    [
        "select from where",
        "insert into t select a from",
        "select case when a then b from t",
        "delete from t where (a = 1",
        "update t set a = (1",
    ],
)
def test_what_is_no_sql_is_noticed(dialect: str, statement: str) -> None:
    with pytest.raises((AssertionError, sqlglot.errors.SqlglotError)):
        assert_is_sql(statement, dialect)


# --- the macros


@pytest.fixture(scope="module", params=DIALECTS)
def folder(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """A project of diffs, of segments, and of the views for BI tools."""
    folder = tmp_path_factory.mktemp(request.param) / "project"
    shutil.copytree(ROOT / "tests" / "dbt" / "project", folder)
    packages = folder / "packages.yml"
    packages.write_text(packages.read_text().replace("OUTHAUL_ROOT", str(ROOT)))
    settings = yaml.safe_load((folder / "dbt_project.yml").read_text())
    settings["models"]["outhaul"] = {"activity": {"+enabled": True}}
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(settings))
    models = folder / "models"
    (models / "people_out.sql").unlink()
    described = yaml.safe_load((models / "people_out.yml").read_text())
    del described["models"]
    (models / "people_out.yml").write_text(yaml.safe_dump(described))
    for name, given in DIFFS.items():
        outhaul = {"destination": "crm", "service": "contacts", "max_invalid": 1}
        outhaul |= {key: value for key, value in given.items() if key != "unique_key"}
        config = f"unique_key={given['unique_key']!r}, meta={{'outhaul': {outhaul!r}}}"
        source = "{{ source('shop', 'people') }}"
        model = f"{{{{ config({config}) }}}} select * from {source}"
        (models / f"{name}.sql").write_text(model)
    yield request.param, folder
    reset_adapters()


@pytest.mark.parametrize("is_later", [False, True])
def test_statements_of_the_materialization_parse(
    folder: tuple[str, Path], is_later: bool
) -> None:
    dialect, project = folder
    keys = {name: given["unique_key"] for name, given in DIFFS.items()}
    heard = Recording(
        dialect,
        {name: [key] if isinstance(key, str) else key for name, key in keys.items()},
        is_later=is_later,
        retyped=("retyped",),
        resync=("asked_anew",),
        renamed=("renamed",),
    )
    run_project(project, heard)
    for statement in heard.statements:
        assert_is_sql(statement, dialect)
    verbs = {tried(each).split()[0].lower() for each in heard.statements}
    assert verbs >= {"create", "insert", "select", "update"}
    assert len(heard.statements) > (150 if is_later else 50)


def run_project(project: Path, heard: Recording) -> None:
    target = {"target": "dev", "outputs": {"dev": heard.output()}}
    (project / "profiles.yml").write_text(yaml.safe_dump({"diff_tests": target}))
    for command in ("deps", "run"):
        with recording(heard):
            result = run_dbt(project, command)
        texts = [str(node.message) for node in getattr(result.result, "results", [])]
        assert result.success, result.exception or texts


# --- the dispatcher


class Listener:
    """A connection that keeps statements, and answers as an empty ledger would."""

    def __init__(self, adapter_type: str) -> None:
        self.adapter_type = adapter_type
        self.statements: list[str] = []

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self.statements.append(sql)
        if sql.startswith(("select lease_fence", "select claimed, committed")):
            return [(1, 1)]
        if sql.startswith("select coalesce(claims.claimed"):
            return [(1, 1, 1, 1, 1)]
        return [(0,)] if sql.startswith("select count(*)") else []

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        self.statements.append(sql)
        return 2 if "cross join" in sql else 1

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize("dialect", DIALECTS)
def test_statements_of_the_dispatcher_parse(dialect: str) -> None:
    listener = Listener(dialect)
    warehouse = Warehouse(listener, "db", "shop")
    ask_everything(warehouse)
    for statement in listener.statements:
        assert_is_sql(statement, dialect)
    assert len(listener.statements) > 30


def test_the_dispatcher_writes_and_reads_the_columns_that_the_build_makes() -> None:
    ledger = call("ledger/ledger_tables.sql", "ledger_tables")
    listener = Listener("duckdb")
    ask_everything(Warehouse(listener, "db", "shop"))
    written = {}
    for statement in listener.statements:
        parsed = sqlglot.parse_one(statement, read="duckdb")
        if isinstance(parsed, exp.Insert) and "where 1 = 0" not in statement:
            columns = [each.name for each in parsed.this.expressions]
            written[parsed.this.this.name] = sorted(columns)
    build_alone = ("outhaul_activations", "outhaul_builds")
    assert written == {
        name: sorted(columns)
        for name, columns in ledger.items()
        if name not in build_alone
    }
    assert set(columns_of(ActivationRecord)) <= set(ledger["outhaul_activations"])


def ask_everything(warehouse: Warehouse) -> None:
    """Each method once, and each probe."""
    record = ActivationRecord.of(
        dict.fromkeys((*columns_of(ActivationRecord), "lease_is_live"))
        | {
            "activation": "people",
            "ledger_version": 1,
            "relation_database": "db",
            "relation_schema": "shop",
            "relation_name": "people",
            "generation": 1,
            "key_columns": '["id"]',
            "columns": '[{"name": "id", "type": "bigint"}]',
            "settings": "{}",
            "sendable_seq": 0,
            "last_seq": 0,
        }
    )
    lease = warehouse.take_lease("people", "sync 1", 60)
    assert lease == LeaseGrant("people", "sync 1", 1, 1)
    warehouse.renew_lease(lease, 60)
    warehouse.live_lease("people")
    warehouse.shorten_lease(lease, 30)
    warehouse.has_claimed(lease)
    warehouse.release_lease(lease)
    warehouse.activations()
    warehouse.claims("people", 1)
    warehouse.traces("people", 1)
    warehouse.current_claims()
    warehouse.claim(lease, Claims(2, 1))
    warehouse.page(record, 0, 0)
    warehouse.record_job(lease, RecordedJob("job", (1, 2)))
    warehouse.jobs("people", 1)
    refusal = Rejection(1, Change.INSERTED, "rejected", "bad", "message", False)
    warehouse.record_rejections(lease, [refusal, refusal])
    warehouse.rejected_positions("people", 1, 0)
    warehouse.rejections(record)
    binding = {"destination": "crm", "service": "contacts", "fingerprint": "f"}
    sync = SyncRecord("s", "running", None, {}, {}, {}, {}, 0, 0.0)
    warehouse.record_sync(lease, binding, sync)
    warehouse.places()
    warehouse.statuses()
    warehouse.has_succeeded("people", "f", 0.5)
    warehouse.control(record, "pause", "ann", "reason", "{}")
    warehouse.controls(["pause", "resume"])
    warehouse.builds(5)
    warehouse.syncs(["people"], 5)
    warehouse.delivered_by_day(7)
    warehouse.reasons()
    warehouse.counted(("db", "shop", "sizes"), ["name", "size"], "size desc", 5)
    for probe in (*warehouse.grant_probes(), *warehouse.read_probes(record)):
        probe()
