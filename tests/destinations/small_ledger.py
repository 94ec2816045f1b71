"""A ledger and one built diff in a DuckDB file, made without dbt, for whole syncs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from outhaul.config.rendering import Renderer
from outhaul.connections.duckdb import DuckDBConnection
from outhaul.engine.dispatch import Dispatcher
from outhaul.engine.options import SyncOptions
from outhaul.engine.summary import Summary
from outhaul.kit.account import Account
from outhaul.ledger import Warehouse
from outhaul.model import Change
from outhaul.registry.activations import Binding, bind
from outhaul.registry.destinations import Destination, Destinations
from outhaul.registry.platforms import PLATFORMS
from tests.macro_values import call

NAME = "people__crm"
TYPES = {
    "text": "varchar",
    "bigint": "bigint",
    "float": "double",
    "timestamp": "timestamp",
    "boolean": "boolean",
}
COLUMNS = {"id": "bigint", "email": "varchar", "firstname": "varchar"}
PEOPLE = "n, 'person' || n || '@example.com', 'Zoë'"


class SmallLedger:
    """`publish` is what a build would do, `sync` what `outhaul sync` does."""

    def __init__(
        self, folder: Path, account: Account, columns: Mapping[str, str] = COLUMNS
    ) -> None:
        self.account = account
        self.columns = dict(columns)
        self.path = folder / "warehouse.duckdb"
        exists = self.path.exists()
        # Held open, since each first connection of a process starts the database.
        self._held = duckdb.connect(str(self.path))
        if exists:
            return
        tables = call("ledger/ledger_tables.sql", "ledger_tables")
        for name, kinds in tables.items():
            typed = ", ".join(
                f"{column} {TYPES[kind]}" for column, kind in kinds.items()
            )
            self.run(f"create table {name} ({typed})")
        typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        self.run(
            f"create table {NAME} (_outhaul_seq bigint, _outhaul_generation bigint,"
            " _outhaul_change varchar, _outhaul_changed_columns varchar, "
            f"{typed})"
        )

    def close(self) -> None:
        """Leave the file to another process."""
        self._held.close()

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.path)) as connection:
            return connection.execute(sql).fetchall()

    def publish(
        self,
        rows: int,
        *,
        removed: int = 0,
        updated: int = 0,
        acknowledged: int = 0,
        segment: str = "people",
        service: str,
        generation: int = 1,
        select: str = PEOPLE,
        key: str = "email",
        **settings: Any,
    ) -> None:
        """A generation of so many rows, the first removed, the last updated."""
        self.run(f"delete from {NAME}")
        self.run(
            f"insert into {NAME} select n, {generation}, case when n <= {removed} then"
            f" 'removed' when n > {rows - updated} then 'updated' else 'inserted' end,"
            f" null, {select}"
            f" from range(1, {rows + 1}) as numbers (n)"
        )
        listed = [{"name": name, "type": kind} for name, kind in self.columns.items()]
        values = {
            "activation": NAME,
            "ledger_version": 1,
            "model_id": f"model.shop.{NAME}",
            "segment": segment,
            "destination": "crm",
            "service": service,
            "relation_database": "warehouse",
            "relation_schema": "main",
            "relation_name": NAME,
            "generation": generation,
            "key_columns": json.dumps([key]),
            "columns": json.dumps(listed),
            "settings": json.dumps({"service": service, **settings}),
            "rows_acknowledged": acknowledged,
            "rows_inserted": rows - removed - updated,
            "rows_removed": removed,
            "rows_updated": updated,
            "sendable_seq": rows,
            "last_seq": rows,
            "built_at": "2026-01-31 06:15:00",
            "lease_fence": 0,
        }
        self.run("delete from outhaul_activations")
        with duckdb.connect(str(self.path)) as connection:
            connection.execute(
                f"insert into outhaul_activations ({', '.join(values)})"
                f" values ({', '.join('?' * len(values))})",
                list(values.values()),
            )

    def has_delivered(self) -> None:
        """Earlier syncs succeeded: the first rows are no longer tried out."""
        binding = self.bound()
        fingerprint = binding.for_ledger()["fingerprint"]
        counts = {
            f"{outcome}_{change.value}": int(outcome == "accepted")
            for outcome in ("planned", "accepted", "rejected", "missing")
            for change in Change
        }
        self.run(
            "insert into outhaul_syncs (sync_id, activation, binding, status,"
            f" {', '.join(counts)}) values ('1', '{NAME}', '{fingerprint}',"
            f" 'succeeded', {', '.join(map(str, counts.values()))})"
        )

    def bound(self) -> Binding:
        destination = Destination(
            name="crm",
            type=self.account.type,
            platform=PLATFORMS[self.account.type],
            send_from=("prod",),
            defaults={},
            _settings={},
            _renderer=Renderer(Path("destinations.yml")),
            _built=[self.account],
        )
        destinations = Destinations(Path("destinations.yml"), {"crm": destination})
        return bind(self.warehouse().activation(NAME), destinations)

    def warehouse(self) -> Warehouse:
        connection = DuckDBConnection({"path": str(self.path)})
        return Warehouse(connection, "warehouse", "main")

    def sync(self, options: SyncOptions | None = None) -> Summary:
        warehouse = self.warehouse()
        dispatcher = Dispatcher(
            warehouse,
            bind=lambda record: self.bound(),
            options=options or SyncOptions(),
        )
        (report,) = dispatcher.sync_all([self.bound()])
        return report
