"""A dbt project with two diffs to the SendGrid sandbox, and `outhaul` run on it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from outhaul import cli
from outhaul.connections.duckdb import DuckDBConnection
from outhaul.sandbox import Sandbox
from tests.dbt.warehouse_project import DiffProject

CANARY = "SG.canary-5321-abcdef"
CONTACTS = """
select
    cast(id as varchar) as customer_id,
    lower(name) || '@example.com' as email,
    name as first_name,
    city
from people
"""
MEMBERS = "select lower(name) || '@example.com' as email from people"


class Ran(NamedTuple):
    """What a command returned and printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run_command(
    arguments: Sequence[str],
    environ: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Ran:
    """Run a command in this process, as the console script does."""
    with monkeypatch.context() as patched:
        for name in set(os.environ) - set(environ):
            patched.delenv(name)
        for name, value in environ.items():
            patched.setenv(name, value)
        patched.setattr(sys, "argv", ["outhaul", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
    return Ran(int(ended.value.code or 0), printed.out, printed.err)


class Shop:
    """`people_out` is bound to contacts, `members_out` to a list."""

    def __init__(self, project: DiffProject, sandbox: Sandbox) -> None:
        self.project = project
        self.sandbox = sandbox
        self.detached: Path | None = None
        self._started: list[subprocess.Popen[str]] = []
        self.environ = {
            **os.environ,
            "SENDGRID_API_KEY": CANARY,
            "OUTHAUL_ACTOR": "tester",
        }
        self.bind("people_out", CONTACTS, "customer_id", "contacts", insert=True)
        self.bind("members_out", MEMBERS, "email", "list", list_name="Members")
        self.declare()

    @property
    def folder(self) -> Path:
        return self.detached or self.project.folder

    def declare(self, **changes: Any) -> None:
        """Write `destinations.yml`; a value None leaves a key out."""
        account = {
            "type": "sendgrid",
            "api_key": "{{ env_var('SENDGRID_API_KEY') }}",
            "base_url": self.sandbox.url("sendgrid"),
            "send_from": ["dev"],
            "writes_per_second": 1000,
            "lookups_per_second": 1000,
            "poll_seconds": 0.01,
            "request_seconds": 5,
            **changes,
        }
        declared = {key: value for key, value in account.items() if value is not None}
        content = {"destinations": {"mail": declared}}
        (self.folder / "destinations.yml").write_text(yaml.safe_dump(content))

    def bind(
        self, model: str, select: str, key: str, service: str, **outhaul: Any
    ) -> None:
        """Write a model and its YAML."""
        models = self.folder / "models"
        text = select.replace("people", "{{ source('shop', 'people') }}")
        (models / f"{model}.sql").write_text(text)
        described: dict[str, Any] = {
            "name": model,
            "config": {
                "unique_key": key,
                "meta": {
                    "outhaul": {
                        "destination": "mail",
                        "service": service,
                        "identity": "email",
                        **outhaul,
                    }
                },
            },
        }
        file = models / f"{model}.yml"
        content = yaml.safe_load(file.read_text()) if file.exists() else {}
        content["models"] = [described]
        file.write_text(yaml.safe_dump(content, sort_keys=False))

    def people(self, *names: str) -> None:
        rows = [(index, name, "Oslo") for index, name in enumerate(names, start=1)]
        self.project.people(*rows)

    def build(self, *names: str) -> None:
        """These people, built; an earlier lease has ended."""
        self.people(*names)
        self.end_leases()
        self.project.build()

    def end_leases(self) -> None:
        tables = self.project.run_sql("select table_name from duckdb_tables()")
        if ("outhaul_activations",) in tables:
            self.project.run_sql(
                "update shop.outhaul_activations set lease_expires_at = null"
            )

    # --- the sandbox

    def contacts(self) -> set[str]:
        held = self.sandbox.state()["sendgrid"]["contacts"]
        return {contact["email"] for contact in held}

    def requests(self) -> list[dict[str, Any]]:
        return list(self.sandbox.state()["requests"])

    def members(self, name: str = "Members") -> set[str]:
        held = self.sandbox.state()["sendgrid"]["contacts"]
        return {contact["email"] for contact in held if name in contact["lists"]}

    # --- processes

    def detach(self, folder: Path) -> None:
        """Go on with a copy: dbt keeps its file open, and locked, in this process."""
        copied = folder / "project"
        shutil.copytree(self.folder, copied, symlinks=True)
        path = Path(self.project.output["path"])
        shutil.copy(path, folder / path.name)
        log = path.with_name(path.name + ".wal")
        if log.exists():
            shutil.copy(log, folder / log.name)
        output = {**self.project.output, "path": str(folder / path.name)}
        profile = {"diff_tests": {"target": "dev", "outputs": {"dev": output}}}
        (copied / "profiles.yml").write_text(yaml.safe_dump(profile))
        self.detached = copied

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the copy, between two statements of a process."""
        path = next(self.folder.parent.glob("*.duckdb"))
        return DuckDBConnection({"path": str(path)}).query(sql)

    def start(self, *arguments: str, **popen: Any) -> subprocess.Popen[str]:
        """`outhaul` as a process of its own, on this project."""
        program = "from outhaul.cli import main; main()"
        started = subprocess.Popen(
            [sys.executable, "-c", program, *arguments, *self.options()],
            cwd=Path(__file__).resolve().parents[2],
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **popen,
        )
        self._started.append(started)
        return started

    def close(self) -> None:
        """End what was started and close its pipes, also after a test that failed."""
        for process in self._started:
            process.kill()
            with process:
                pass

    def options(self) -> list[str]:
        folder = str(self.folder)
        return ["--project-dir", folder, "--profiles-dir", folder]
