"""Timing dbt nodes: dbt runs in a process of its own, which a time limit can end."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import yaml

from benchmarks.databases import Database

ROOT = Path(__file__).resolve().parents[1]
LIMIT_SECONDS = 300.0
"""A node that takes longer is ended and counts as stopped."""
_FAREWELL_SECONDS = 5.0


class Stopped(Exception):
    """A node took longer than the limit."""


class NodeFailed(Exception):
    """dbt refused to build a node; the message is dbt's."""


class Nodes:
    """The nodes of a copy of a dbt project of the benchmark."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        limit: float = LIMIT_SECONDS,
        project: str = "project",
    ) -> None:
        self.folder = folder
        self.limit = limit
        self._database = database
        shutil.copytree(Path(__file__).parent / project, folder)
        packages = folder / "packages.yml"
        packages.write_text(packages.read_text().replace("OUTHAUL_ROOT", str(ROOT)))
        profile = {
            "benchmark": {"target": "dev", "outputs": {"dev": dict(database.profile)}}
        }
        (folder / "profiles.yml").write_text(yaml.safe_dump(profile))
        self._pipe: Connection | None = None
        self._process: multiprocessing.process.BaseProcess | None = None
        self._dbt("deps")

    def build(self, node: str) -> float:
        """Build one node; returns dbt's `execution_time` of it, in seconds."""
        resource = "snapshot" if node.endswith("_snapshot") else "run"
        return self._dbt(resource, "--select", node)

    def call(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Call a function in dbt's process, which alone may open a DuckDB file."""
        self._ask(function, *arguments)

    def close(self) -> None:
        """Let dbt's process end."""
        if self._process is not None and self._pipe is not None:
            self._pipe.close()
            self._process.join(_FAREWELL_SECONDS)
            self._kill()

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None

    def _dbt(self, *arguments: str) -> float:
        place = ["--project-dir", str(self.folder), "--profiles-dir", str(self.folder)]
        return float(self._ask(_run_dbt, ["--quiet", *arguments, *place]))

    def _ask(self, function: Callable[..., Any], *arguments: Any) -> Any:
        if self._process is None:
            self._start()
        assert self._pipe is not None
        self._pipe.send((function, arguments))
        if not self._pipe.poll(self.limit):
            self._kill()
            self._database.end_others()
            raise Stopped
        answer = self._pipe.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()


def _serve(pipe: Connection) -> None:
    """Call one function after the other; answers with its value or its error."""
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # DuckDB draws progress bars
    while True:
        try:
            function, arguments = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(function(*arguments))
        except Exception as error:
            pipe.send(NodeFailed(f"{type(error).__name__}: {error}"))


def _run_dbt(arguments: list[str]) -> float:
    """Run one command of dbt; returns the seconds that its nodes took."""
    from dbt.cli.main import dbtRunner

    outcome = dbtRunner().invoke(arguments)
    results = getattr(outcome.result, "results", [])
    if not outcome.success:
        messages = "; ".join(str(each.message) for each in results)
        raise NodeFailed(str(outcome.exception or messages))
    return float(sum(each.execution_time for each in results))
