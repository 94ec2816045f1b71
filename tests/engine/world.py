"""A segment, its diff, syncs to the store: the world that the engine lives in.

`World.build` is the diff materialization in a few lines of Python: the fold of claims
and rejections, the comparison, positions. `tests/dbt` tests the real one, and
`test_builds.py` both together.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from outhaul.connections.base import Connection
from outhaul.engine.dispatch import Dispatcher
from outhaul.engine.options import SyncOptions
from outhaul.engine.seams import Seams
from outhaul.engine.summary import Summary
from outhaul.kit.service import Service
from outhaul.ledger import Warehouse
from outhaul.ledger.records import ActivationRecord
from outhaul.registry.activations import Binding, bind
from outhaul.registry.destinations import Destination, Destinations
from tests.engine.ledger import (
    DIFF,
    NOW,
    SCHEMA,
    Ledger,
)
from tests.engine.store import Store
from tests.engine.store_service import STORE, StoreAccount

COLUMNS = {
    "id": "VARCHAR",
    "name": "VARCHAR",
    "city": "VARCHAR",
    "score": "DOUBLE",
}
LEASE_SECONDS = 60
OPTIONS = SyncOptions(lease_seconds=LEASE_SECONDS)

Values = tuple[Any, ...]
Segment = dict[str, Values]


def person(name: str, city: str = "Oslo", score: float | None = None) -> Values:
    """The columns beside the key."""
    return (name, city, score)


def version(values: Values) -> dict[str, Any]:
    """What the store holds of them."""
    return dict(zip(list(COLUMNS)[1:], values, strict=True))


@dataclass
class Refused:
    """A row that was refused, as `d__rejected` keeps it."""

    values: Values
    removed: bool
    attempts: int


class World:
    """One activation. `segment` is who should be in the store.

    state: key to the version that the store is known or suspected to hold, and the
    change that is in doubt. rejected: what waits until `retry`, as it does before its
    time has come. ignore_doubt: the fold takes no notice of claims, for the
    mutation gate.
    """

    def __init__(
        self,
        ledger: Ledger,
        store: Store,
        name: str = DIFF,
        service: str = "records",
        **account: Any,
    ) -> None:
        self.ledger = ledger
        self.store = store
        self.name = name
        self.service = service
        self.run = ledger.run
        self.account = {"base_url": store.url, "request_seconds": 10.0, **account}
        self.settings: dict[str, Any] = {}
        self.messages = "masked"
        self.segment: Segment = {}
        self.state: dict[str, tuple[Values, str | None]] = {}
        self.rejected: dict[str, Refused] = {}
        self.published: list[tuple[str, str, Values]] = []
        self.generation = 0
        self.ignore_doubt = False
        self.hold: str | None = None
        self.is_due = False

    # --- the destination and the dispatcher

    def destinations(self) -> Destinations:
        account = StoreAccount(**self.account)
        destination = Destination(
            name="crm",
            type=StoreAccount.type,
            platform=STORE,
            send_from=("dev",),
            messages=self.messages,
            defaults={},
            _settings={},
            _renderer=None,  # type: ignore[arg-type]
            _built=[account],
        )
        return Destinations(Path("destinations.yml"), {"crm": destination})

    def dispatcher(
        self,
        *,
        connection: Connection | None = None,
        warehouse: type[Warehouse] = Warehouse,
        wrap: Callable[[Service], Service] = lambda service: service,
        options: SyncOptions = OPTIONS,
        seams: Seams | None = None,
        **more: Any,
    ) -> Dispatcher:
        destinations = self.destinations()

        def bind_again(record: ActivationRecord) -> Binding:
            binding = bind(record, destinations)
            return replace(binding, service=wrap(binding.service))

        return Dispatcher(
            warehouse(
                connection or self.ledger.connect(), self.ledger.database, SCHEMA
            ),
            bind=bind_again,
            options=options,
            seams=seams or self.ledger.seams(),
            **more,
        )

    def sync(self, **how: Any) -> Summary:
        dispatcher = self.dispatcher(**how)
        record = dispatcher.warehouse.activation(self.name)
        return dispatcher.sync_all([dispatcher.bind(record)])[0]

    # --- the build

    def build(self) -> bool:
        """A dbt build; False: somebody holds the lease, and the diff stays."""
        if self.lease_is_live():
            return False
        self._fold()
        if self.is_due:
            self.rejected.clear()
            self.is_due = False
        self._publish(self._changes())
        return True

    def rebuild(self) -> None:
        """A build after the lease has ended."""
        self.end_lease()
        assert self.build()

    def lease_is_live(self) -> bool:
        return bool(
            self.run(
                f"select coalesce(lease_expires_at > {NOW}, false)"
                f" from {SCHEMA}.outhaul_activations where activation = '{self.name}'"
            )[0][0]
        )

    def end_lease(self) -> None:
        """Let as much time pass as a lease lasts."""
        self.ledger.advance(LEASE_SECONDS + 1)

    def retry(self) -> None:
        """What was rejected comes back with the next build."""
        self.is_due = True

    def _fold(self) -> None:
        claimed, committed = self.claims()
        refused: dict[int, bool] = {}
        for seq, in_doubt in self.rejections("seq, is_in_doubt"):
            refused[seq] = refused.get(seq, False) or in_doubt
        if self.ignore_doubt:
            claimed = committed
        for seq, (change, key, values) in enumerate(self.published[:claimed], start=1):
            in_doubt = seq > committed or refused.get(seq, False)
            if seq in refused:
                self._refuse(key, values, change)
            elif seq <= committed:
                self.rejected.pop(key, None)
            if seq in refused and not refused[seq]:
                continue
            if change == "removed":
                if in_doubt and key in self.state:
                    self.state[key] = (self.state[key][0], "removed")
                elif not in_doubt:
                    self.state.pop(key, None)
            else:
                self.state[key] = (values, change if in_doubt else None)

    def _refuse(self, key: str, values: Values, change: str) -> None:
        removed = change == "removed"
        earlier = self.rejected.get(key)
        again = earlier and (earlier.values, earlier.removed) == (values, removed)
        attempts = earlier.attempts + 1 if earlier and again else 1
        self.rejected[key] = Refused(values, removed, attempts)

    def _changes(self) -> list[tuple[str, str, Values]]:
        removed, inserted, updated = [], [], []
        for key, (values, _) in self.state.items():
            if key not in self.segment:
                removed.append(("removed", key, values))
        for key, values in self.segment.items():
            if key not in self.state:
                inserted.append(("inserted", key, values))
                continue
            held, doubt = self.state[key]
            if doubt in ("inserted", "removed"):
                inserted.append(("inserted", key, values))
            elif doubt or held != values:
                updated.append(("updated", key, values))
        changes = [*removed, *inserted, *updated]
        if self.hold == "removals":
            changes = [*inserted, *updated, *removed]
        return [change for change in changes if not self._waits(*change)]

    def _waits(self, change: str, key: str, values: Values) -> bool:
        refused = self.rejected.get(key)
        removed = change == "removed"
        return refused is not None and (refused.values, refused.removed) == (
            values,
            removed,
        )

    def _publish(self, changes: list[tuple[str, str, Values]]) -> None:
        self.generation += 1
        self.published = changes
        self.run(f"delete from {SCHEMA}.{self.name}")
        for start in range(0, len(changes), 500):
            rows = [
                (seq, self.generation, change, None, None, key, *values)
                for seq, (change, key, values) in enumerate(
                    changes[start : start + 500], start=start + 1
                )
            ]
            row = "(" + ", ".join("?" * len(rows[0])) + ")"
            places = ", ".join([row] * len(rows))
            self.run(
                f"insert into {SCHEMA}.{self.name} values {places}",
                [value for row in rows for value in row],
            )
        counts = {name: 0 for name in ("inserted", "updated", "removed")}
        for change, _, _ in changes:
            counts[change] += 1
        self.record_generation(counts)

    def record_generation(self, counts: Mapping[str, int]) -> None:
        """What `outhaul_activations` tells of the generation that is published."""
        last = sum(counts.values())
        sendable = last
        if self.hold:
            sendable = 0 if self.hold == "all" else last - counts["removed"]
        columns = [{"name": n, "type": t} for n, t in COLUMNS.items()]
        meta = {"destination": "crm", "service": self.service, **self.settings}
        values = {
            "model_id": f"model.shop.{self.name}",
            "segment": self.name,
            "destination": "crm",
            "service": self.service,
            "relation_schema": SCHEMA,
            "relation_name": self.name,
            "generation": self.generation,
            "key_columns": '["id"]',
            "columns": json.dumps(columns),
            "settings": json.dumps(meta),
            "rows_in_segment": len(self.segment),
            "rows_acknowledged": len(self.state),
            "rows_inserted": counts["inserted"],
            "rows_updated": counts["updated"],
            "rows_removed": counts["removed"],
            "rows_held": 0,
            "rows_invalid": 0,
            "sendable_seq": sendable,
            "last_seq": last,
            "hold": self.hold,
            "hold_reason": "a guard holds it" if self.hold else None,
            "lease_holder": None,
            "lease_expires_at": None,
        }
        self.run(
            f"update {SCHEMA}.outhaul_activations set"
            f" {', '.join(f'{name} = ?' for name in values)}, built_at = {NOW}"
            " where activation = ?",
            [*values.values(), self.name],
        )

    # --- looking at it

    def claims(self) -> tuple[int, int]:
        rows = self.run(
            "select fence, claimed_seq, committed_seq, sent_seq"
            f" from {SCHEMA}.outhaul_claims where activation = '{self.name}'"
            f" and generation = {self.generation}"
        )
        last = [row for row in rows if row[0] == max(each[0] for each in rows)]
        sent = [row[3] for row in last if row[3] is not None]
        claimed = max(sent or [row[1] for row in last], default=0)
        return int(claimed), int(max((row[2] for row in rows), default=0))

    def rejections(self, columns: str) -> list[tuple[Any, ...]]:
        return self.run(
            f"select {columns} from {SCHEMA}.outhaul_rejections where activation ="
            f" '{self.name}' and generation = {self.generation} order by seq"
        )

    def expected(self, *without: str) -> dict[str, Any]:
        """What the store should hold."""
        return {
            key: version(values)
            for key, values in self.segment.items()
            if key not in without
        }

    def assert_converged(self, *without: str) -> None:
        """The store holds the segment, and there is nothing more to do."""
        self.rebuild()
        assert self.published == []
        assert self.store.held == self.expected(*without)
        assert self.store.violations == []

    def people(self, *ids: int | str) -> None:
        """A segment of people with these ids."""
        self.segment = {str(each): person(f"Person {each}") for each in ids}
