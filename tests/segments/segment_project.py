"""A small dbt project that uses every macro of `macros/segments`, on one warehouse."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from dbt.cli.main import dbtRunnerResult
from dbt_common.events.base_types import EventMsg

from tests.dbt_runs import run_dbt
from tests.warehouses.base import WarehouseUnderTest

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class SegmentProject:
    """A copy of the test project in a folder of its own."""

    folder: Path
    warehouse: WarehouseUnderTest
    warnings: list[str] = field(default_factory=list)

    def create(self, template: str) -> None:
        """Copy a project beside this file, for this warehouse as its only target."""
        shutil.copytree(Path(__file__).parent / template, self.folder)
        for file in self.folder.rglob("*.sql"):
            file.write_text(self.warehouse.model(file.read_text()))
        packages = self.folder / "packages.yml"
        packages.write_text(packages.read_text().replace("OUTHAUL_ROOT", str(ROOT)))
        target = {"target": "dev", "outputs": {"dev": dict(self.warehouse.output)}}
        profile = yaml.safe_dump({"segment_tests": target})
        (self.folder / "profiles.yml").write_text(profile)
        self.succeed("deps")

    def close(self) -> None:
        self.warehouse.close()

    def dbt(self, *arguments: str) -> dbtRunnerResult:
        """Run dbt in this process; `warnings` then holds what it warned of."""
        self.warnings = []
        return run_dbt(self.folder, *arguments, listen=self._listen)

    def _listen(self, event: EventMsg) -> None:
        if event.info.level == "warn":
            self.warnings.append(" ".join(event.info.msg.split()))

    def succeed(self, *arguments: str) -> None:
        """Run a command of dbt, which must succeed."""
        result = self.dbt(*arguments)
        assert result.success, result.exception or self.messages(result)

    def messages(self, result: dbtRunnerResult) -> dict[str, str]:
        """What each node said, by its name, on one line as people would read it."""
        return {
            each.node.name: " ".join(str(each.message).split())
            for each in getattr(result.result, "results", [])
        }

    def statuses(self, result: dbtRunnerResult) -> dict[str, str]:
        """What became of each node, by its name."""
        return {each.node.name: str(each.status) for each in result.result.results}

    def write_model(self, name: str, sql: str) -> None:
        (self.folder / "models" / f"{name}.sql").write_text(sql)

    def refusals(self, models: Mapping[str, str]) -> dict[str, str]:
        """What dbt says of each of these models, run once and all together.

        Empty of one that it builds. Their files are gone afterwards.
        """
        for name, sql in models.items():
            self.write_model(name, sql)
        result = self.dbt("run", "--select", *models)
        for name in models:
            (self.folder / "models" / f"{name}.sql").unlink()
        assert result.exception is None
        statuses, said = self.statuses(result), self.messages(result)
        return {
            name: said[name] if statuses[name] == "error" else "" for name in models
        }

    def write_yaml(self, name: str, content: Mapping[str, Any]) -> None:
        text = yaml.safe_dump(content, sort_keys=False)
        (self.folder / "models" / f"{name}.yml").write_text(text)

    def compiled(self, name: str) -> str:
        """The SQL that dbt last compiled a model to, with names quoted as usual."""
        folder = self.folder / "target" / "compiled" / "segment_tests" / "models"
        return (folder / f"{name}.sql").read_text().replace("`", '"')

    def rows(self, model: str, columns: str = "*") -> list[tuple[Any, ...]]:
        """The rows of a model, in order."""
        return sorted(
            self.warehouse.run(f"select {columns} from shop.{model}"), key=str
        )
