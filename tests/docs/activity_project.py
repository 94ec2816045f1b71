"""A small project with one diff and the package's activity views, on each warehouse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.dbt_runs import run_dbt
from tests.docs.pages import ROOT

RunSql = Callable[[str], list[tuple[Any, ...]]]

LEDGER = ("claims", "rejections", "syncs", "jobs", "controls")
PROJECT = {
    "name": "activity_tests",
    "version": "1.0.0",
    "config-version": 2,
    "profile": "activity_tests",
    "flags": {"send_anonymous_usage_stats": False},
    "models": {
        "activity_tests": {"+materialized": "diff"},
        "outhaul": {"activity": {"+enabled": True}},
    },
}
MODEL = {
    "name": "people_out",
    "config": {
        "unique_key": "id",
        "meta": {"outhaul": {"destination": "crm", "service": "contacts"}},
    },
}
SELECT = (
    "select 1 as id, 'Ann' as name union all select 2, 'Bo' union all select 3, 'Cy'"
)


@dataclass(frozen=True)
class ActivityProject:
    """`run_sql(sql)` executes one statement in the warehouse and returns its rows."""

    folder: Path
    run_sql: RunSql

    def create(self, output: Mapping[str, Any]) -> None:
        """Write the project, with `output` as its only target."""
        (self.folder / "models").mkdir(parents=True)
        self._write("dbt_project.yml", PROJECT)
        self._write("packages.yml", {"packages": [{"local": str(ROOT)}]})
        self._write("models/people_out.yml", {"models": [MODEL]})
        (self.folder / "models" / "people_out.sql").write_text(SELECT)
        target = {"target": "dev", "outputs": {"dev": dict(output)}}
        self._write("profiles.yml", {"activity_tests": target})
        self.dbt("deps")

    def dbt(self, *arguments: str) -> None:
        """Run dbt in this process; it must succeed."""
        result = run_dbt(self.folder, *arguments)
        failed = [] if result.exception else getattr(result.result, "results", [])
        messages = [str(each.message) for each in failed]
        assert result.success, result.exception or "\n".join(messages)

    def forget(self) -> None:
        """Set the ledger back to a first build that nothing was sent of."""
        for name in LEDGER:
            self.run_sql(f"delete from shop.outhaul_{name}")
        self.change(
            generation=1, sendable_seq=3, last_seq=3, hold_reason="null", lease_fence=1
        )

    def change(self, **values: Any) -> None:
        """Set columns of the activation; values are SQL."""
        pairs = ", ".join(f"{name} = {value}" for name, value in values.items())
        self.run_sql(f"update shop.outhaul_activations set {pairs}")

    def insert(self, table: str, **values: Any) -> None:
        """Append a row to a table of the ledger; values are SQL."""
        row = {"activation": "'people_out'", "generation": 1, "fence": 1, **values}
        if table == "controls":
            del row["fence"]
        self.run_sql(
            f"insert into shop.outhaul_{table} ({', '.join(row)})"
            f" values ({', '.join(map(str, row.values()))})"
        )

    def view(self, name: str, columns: str) -> list[tuple[Any, ...]]:
        """The rows of a view."""
        return self.run_sql(f"select {columns} from shop.outhaul_{name} order by 1")

    def columns(self, table: str) -> list[tuple[str, str]]:
        """The columns of a table with their types, in order."""
        rows = self.run_sql(
            "select column_name, data_type from information_schema.columns where"
            f" table_schema = 'shop' and table_name = '{table}'"
            " order by ordinal_position"
        )
        return [(str(row[0]), str(row[1])) for row in rows]

    def _write(self, name: str, content: Mapping[str, Any]) -> None:
        (self.folder / name).write_text(yaml.safe_dump(content, sort_keys=False))
