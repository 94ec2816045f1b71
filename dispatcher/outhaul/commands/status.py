"""`outhaul status`: how far each activation is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from outhaul.commands.session import Ended, Session
from outhaul.commands.standing import Standing, standings
from outhaul.ledger.records import Control
from outhaul.model import Change


@dataclass(frozen=True)
class ActivationStatus:
    """One activation. Counts are rows; `rows` are those of the segment.

    in_doubt: claimed, and without an outcome. guarded: kept back by a guard. waiting:
    rejected earlier, and not yet tried again. lag_seconds: since the build whose rows
    still wait, or 0. last_sync_seconds_ago: None before the first. ended: why it is not
    synced any more.
    """

    name: str
    destination: str
    service: str
    generation: int
    built_at: datetime | None
    rows: int
    pending: dict[str, int]
    in_doubt: int
    rejected: int
    waiting: int
    guarded: int
    invalid: int
    hold_reason: str | None
    lag_seconds: float
    last_sync: str | None
    last_sync_seconds_ago: float | None
    last_sync_message: str | None
    running: str | None
    paused: str | None
    ended: str | None


def status(session: Session, patterns: Sequence[str]) -> list[ActivationStatus]:
    """The status of the selected activations, from the ledger alone."""
    records = session.records(patterns)
    ledger = _Ledger.of(session)
    over = [] if patterns else [name for name, end in ledger.ended.items() if end.over]
    if over:
        session.say(f"left out, retired: {', '.join(over)}")
    shown = [each for each in records if each.name not in over]
    return [_status(each, ledger) for each in standings(session.warehouse, shown)]


@dataclass(frozen=True)
class _Ledger:
    """What the ledger says of all activations, each by one statement."""

    syncs: dict[str, dict[str, Any]]
    switches: dict[str, Control]
    ages: dict[str, float]
    refused: dict[str, int]
    ended: dict[str, Ended]

    @classmethod
    def of(cls, session: Session) -> _Ledger:
        warehouse = session.warehouse
        return cls(
            syncs=warehouse.last_syncs(),
            switches=warehouse.controls(["pause", "resume"]),
            ages=warehouse.ages(),
            refused=warehouse.refused_counts(),
            ended=session.ended(),
        )


def _status(standing: Standing, ledger: _Ledger) -> ActivationStatus:
    record, claims, pending = standing.record, standing.claims, standing.pending
    sync = ledger.syncs.get(record.name)
    control = ledger.switches.get(record.name)
    paused = None
    if control is not None and control.action == "pause":
        paused = control.actor + (f": {control.reason}" if control.reason else "")
    return ActivationStatus(
        name=record.name,
        destination=record.destination,
        service=record.service,
        generation=record.generation,
        built_at=record.built_at,
        rows=record.rows_in_segment,
        pending={change.value: pending[change] for change in Change},
        in_doubt=max(0, claims.claimed - claims.committed),
        rejected=ledger.refused.get(record.name, 0),
        waiting=record.rows_held,
        guarded=standing.guarded,
        invalid=record.rows_invalid,
        hold_reason=record.hold_reason,
        lag_seconds=ledger.ages.get(record.name, 0.0) if pending.total() else 0.0,
        last_sync=None if sync is None else sync["status"],
        last_sync_seconds_ago=None if sync is None else float(sync["seconds_ago"]),
        last_sync_message=None if sync is None else sync["message"],
        running=record.lease_holder if record.lease_is_live else None,
        paused=paused,
        ended=ended.why if (ended := ledger.ended.get(record.name)) else None,
    )
