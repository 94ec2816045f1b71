"""A small dbt project whose one diff the tests drive, on any warehouse."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from dbt.cli.main import dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt_common.events.base_types import EventMsg

from tests.dbt_runs import run_dbt
from tests.warehouses.base import NOW, WarehouseUnderTest
from tests.warehouses.choice import only_on

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = Path(__file__).parent / "project"
PEOPLE = "id integer, name varchar(20), city varchar(20)"

on_duckdb = only_on("duckdb")
on_postgres = only_on("postgres")


class DiffProject:
    """A copy of the test project in a folder of its own.

    The model's select and its configuration are rewritten as the test wants.
    """

    def __init__(self, folder: Path, warehouse: WarehouseUnderTest) -> None:
        self.folder = folder
        self.warehouse = warehouse
        self.output = dict(warehouse.output)
        self.adapter = warehouse.adapter
        self.schema = "shop"
        self.run_sql = warehouse.run
        self.warnings: list[str] = []
        self.statements: list[str] = []
        self._texts: dict[Path, bytes] = {}
        self._manifest: Manifest | None = None
        shutil.copytree(TEMPLATE, folder)
        packages = folder / "packages.yml"
        packages.write_text(packages.read_text().replace("OUTHAUL_ROOT", str(ROOT)))
        self.write_profile()
        assert self.dbt("deps").success

    def close(self) -> None:
        self.warehouse.close()

    def reset(self) -> None:
        """Bring the warehouse and the files back to the beginning."""
        self.warehouse.empty()
        self.write_profile()
        shutil.rmtree(self.folder / "models")
        # with new times, by which dbt sees what changed
        shutil.copytree(
            TEMPLATE / "models", self.folder / "models", copy_function=shutil.copyfile
        )
        shutil.copy(TEMPLATE / "dbt_project.yml", self.folder)
        self.create_people()

    def write_profile(self, target: str = "dev", **changes: Any) -> None:
        output = {**self.output, **changes}
        profile = {"diff_tests": {"target": target, "outputs": {target: output}}}
        (self.folder / "profiles.yml").write_text(yaml.safe_dump(profile))

    # --- dbt

    def dbt(self, *arguments: str) -> dbtRunnerResult:
        """Run dbt in this process.

        `warnings` then holds what it warned of, and `statements` the SQL that models
        sent to the warehouse.
        """
        self.warnings = []
        self.statements = []
        is_plain = arguments == ("build",)
        manifest = self._parsed() if is_plain else None
        return run_dbt(self.folder, *arguments, listen=self._listen, manifest=manifest)

    def _parsed(self) -> Manifest | None:
        """What dbt makes of the project's files, parsed where one has changed.

        None where it refuses them, as it will again.
        """
        made = ("target", "logs", "dbt_packages")
        own = [each for each in self.folder.iterdir() if each.name not in made]
        files = [*own, *(path for each in own for path in each.rglob("*"))]
        texts = {path: path.read_bytes() for path in files if path.is_file()}
        if texts != self._texts:
            parsed = run_dbt(self.folder, "parse", listen=self._listen)
            self._texts = texts
            self._manifest = parsed.result if parsed.success else None
        return self._manifest

    def _listen(self, event: EventMsg) -> None:
        if event.info.level == "warn":
            self.warnings.append(event.info.msg)
        is_query = event.info.name == "SQLQuery"
        if is_query and event.data.node_info.unique_id.startswith("model."):
            # without dbt's comment, which stands above them or below
            sql = re.sub(r"/\*.*?\*/", "", event.data.sql, flags=re.DOTALL)
            self.statements.append(sql.strip())

    def build(self, *arguments: str) -> None:
        """`dbt build`, which must succeed."""
        result = self.dbt("build", *arguments)
        assert result.success, self.messages(result)

    def failing_build(self, *arguments: str) -> str:
        """`dbt build`, which must fail; returns the message."""
        result = self.dbt("build", *arguments)
        assert not result.success
        return self.messages(result)

    @staticmethod
    def messages(result: dbtRunnerResult) -> str:
        """What a failed run said, on one line as people would read it."""
        if result.exception is not None:
            return " ".join(str(result.exception).split())
        texts = [str(node.message) for node in result.result.results]
        return " ".join(" ".join(texts).split())

    def warned(self, text: str) -> bool:
        """Whether the last run warned of this."""
        return any(text in " ".join(warning.split()) for warning in self.warnings)

    # --- files

    def configure(
        self, unique_key: Any = "id", config: Any = None, **outhaul: Any
    ) -> None:
        """Write the diff's configuration anew; None leaves a setting out."""
        path = self.folder / "models" / "people_out.yml"
        content = yaml.safe_load(path.read_text())
        meta = {"destination": "crm", "service": "contacts", **outhaul}
        wanted = {"unique_key": unique_key, **(config or {})}
        wanted.setdefault(
            "meta", {"outhaul": {k: v for k, v in meta.items() if v is not None}}
        )
        content["models"][0]["config"] = {
            name: value for name, value in wanted.items() if value is not None
        }
        path.write_text(yaml.safe_dump(content, sort_keys=False))

    def select(self, sql: str) -> None:
        """Write the diff's select anew; `people` stands for the source table."""
        self.write_model("people_out", self.warehouse.model(sql))

    def write_model(self, name: str, sql: str) -> None:
        text = re.sub(r"\bpeople\b", "{{ source('shop', 'people') }}", sql)
        (self.folder / "models" / f"{name}.sql").write_text(text)

    def configure_project(self, **settings: Any) -> None:
        """Add top-level settings to `dbt_project.yml`."""
        path = self.folder / "dbt_project.yml"
        content = {**yaml.safe_load(path.read_text()), **settings}
        path.write_text(yaml.safe_dump(content, sort_keys=False))

    # --- source data

    def table(self, name: str) -> str:
        return f"{self.schema}.{name}"

    def create_people(self, columns: str = PEOPLE) -> None:
        """Create the source table anew, without rows."""
        people = self.table("people")
        self.run_sql(
            f"drop table if exists {people}; create table {people} ({columns})"
        )

    def people(self, *rows: Sequence[Any]) -> None:
        """Replace the rows of the source table."""
        people = self.table("people")
        statements = f"delete from {people};"
        if rows:
            values = ", ".join(
                f"({', '.join(literal(value) for value in row)})" for row in rows
            )
            statements += f"insert into {people} values {values}"
        self.run_sql(statements)

    def many_people(self, first: int, last: int) -> None:
        """Replace the rows of the source table by those with these ids."""
        self.people(*((n, f"name {n}", "city") for n in range(first, last + 1)))

    # --- what the build made

    def rows(
        self, columns: str = "_outhaul_change, id", order: str = "2"
    ) -> list[tuple[Any, ...]]:
        """The rows of the diff that may be sent: by change, then the second column."""
        return self.run_sql(
            f"select {columns} from {self.table('people_out')}"
            " where _outhaul_seq is not null order by case _outhaul_change"
            f" when 'removed' then 0 when 'inserted' then 1 else 2 end, {order}"
        )

    def held(self, columns: str = "_outhaul_held, id") -> list[tuple[Any, ...]]:
        """The rows of the diff that may not be sent."""
        return sorted(
            self.run_sql(
                f"select {columns} from {self.table('people_out')}"
                " where _outhaul_seq is null"
            ),
            key=str,
        )

    def acknowledged(
        self, columns: str = "id, name, _outhaul_in_doubt"
    ) -> list[tuple[Any, ...]]:
        return sorted(
            self.run_sql(
                f"select {columns} from {self.table('people_out__acknowledged')}"
            ),
            key=str,
        )

    def rejected(
        self, columns: str = "id, _outhaul_change, _outhaul_kind, _outhaul_attempts"
    ) -> list[tuple[Any, ...]]:
        return sorted(
            self.run_sql(f"select {columns} from {self.table('people_out__rejected')}"),
            key=str,
        )

    def activation(self, columns: str, name: str = "people_out") -> tuple[Any, ...]:
        """Columns of the activation's one row in the ledger."""
        rows = self.run_sql(
            f"select {columns} from {self.table('outhaul_activations')}"
            f" where activation = '{name}'"
        )
        assert len(rows) == 1
        return rows[0]

    def everything(self) -> tuple[Any, ...]:
        """All that a build that is refused must leave as it was.

        Where the warehouse cannot undo a build, it may have folded what was delivered,
        and counted its lease: both are done again by the next build.
        """
        published = (self.rows("*"), self.held("*"))
        if self.warehouse.is_transactional:
            kept = (self.acknowledged("*"), self.rejected("*"))
            return (*published, *kept, self.activation("*"))
        return (*published, self.activation("generation, sendable_seq, lease_holder"))

    def exists(self, name: str, schema: str | None = None) -> bool:
        return name in self.warehouse.tables(schema or self.schema)

    # --- what a sync and a person would write

    def position(self, id: Any, change: str | None = None) -> int:
        """The position of a key in the diff."""
        rows = self.run_sql(
            f"select _outhaul_seq from {self.table('people_out')} where"
            f" id = {literal(id)} and _outhaul_seq is not null"
            + (f" and _outhaul_change = '{change}'" if change else "")
        )
        assert len(rows) == 1
        return int(rows[0][0])

    def deliver(
        self,
        claimed: int | None = None,
        committed: int | None = None,
        rejected: Mapping[Any, str] | None = None,
        is_in_doubt: bool = False,
        minutes_ago: int = 0,
    ) -> None:
        """Write what a sync would: a claim, and per refused id the kind of refusal."""
        positions = {self.position(id): kind for id, kind in (rejected or {}).items()}
        self.deliver_positions(claimed, committed, positions, is_in_doubt, minutes_ago)

    def deliver_positions(
        self,
        claimed: int | None,
        committed: int | None,
        rejected: Mapping[int, str],
        is_in_doubt: bool = False,
        minutes_ago: int = 0,
    ) -> None:
        generation, last = self.activation("generation, sendable_seq")
        claimed = last if claimed is None else claimed
        committed = claimed if committed is None else committed
        statements = [
            f"insert into {self.table('outhaul_claims')} values"
            f" ('people_out', {generation}, 1, {claimed}, {committed}, null, {NOW})"
        ]
        statements += [
            f"insert into {self.table('outhaul_rejections')} values ('people_out',"
            f" {generation}, 1, {seq}, 'inserted', '{kind}', 'bad', 'Bad row.',"
            f" {literal(is_in_doubt)}, {NOW} - interval '{minutes_ago}' minute)"
            for seq, kind in rejected.items()
        ]
        self.run_sql(";".join(statements))

    def settle(self, *rows: Sequence[Any]) -> None:
        """Build these people and have all of it acknowledged."""
        self.people(*rows)
        self.build()
        self.deliver()

    def control(self, action: str, subject: str | None = None) -> None:
        """Record a person's decision."""
        (generation,) = self.activation("generation")
        self.run_sql(
            f"insert into {self.table('outhaul_controls')} values ('c', 'people_out',"
            f" '{action}', {generation}, 'test', 'tester', null,"
            f" {literal(subject)}, {NOW})"
        )

    def hold_lease(self, minutes: int, holder: str = "sync 1") -> None:
        """Write a sync's lease that ends in so many minutes."""
        self.run_sql(
            f"update {self.table('outhaul_activations')} set lease_holder ="
            f" '{holder}', lease_fence = lease_fence + 1, lease_expires_at ="
            f" {NOW} + interval '{minutes}' minute"
        )

    def end_leases(self) -> None:
        """Let as much time pass as leases last."""
        if self.exists("outhaul_activations"):
            self.run_sql(
                f"update {self.table('outhaul_activations')} set lease_expires_at ="
                f" {NOW} - interval '1' minute where lease_expires_at is not null"
            )


def literal(value: Any) -> str:
    """A Python value as an SQL literal."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)
