"""`outhaul status`: how far each activation is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from outhaul.commands.session import Ended, Session
from outhaul.ledger.records import ActivationRecord, StatusRecord
from outhaul.model import Change


@dataclass(frozen=True)
class ActivationStatus:
    """One activation. Counts are rows; `rows` are those of the segment.

    in_doubt: claimed, and without an outcome. guarded: kept back by a guard. waiting:
    rejected earlier, and not yet tried again. suppressed, unmatched_lists: as in a
    plan. lag_seconds: since the build whose rows still wait, or 0.
    last_sync_seconds_ago: None before the first. ended: why it is not synced any more.
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
    suppressed: int
    unmatched_lists: list[str]
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
    ended = session.ended()
    over = [] if patterns else [name for name, end in ended.items() if end.over]
    if over:
        session.say(f"left out, retired: {', '.join(over)}")
    found = session.warehouse.statuses() if records else {}
    return [
        _status(each, found[each.name], ended.get(each.name))
        for each in records
        if each.name not in over and each.name in found
    ]


def _status(
    record: ActivationRecord, found: StatusRecord, ended: Ended | None
) -> ActivationStatus:
    committed, upto = found.committed_seq, found.released_seq
    pending = record.remaining(committed, upto)
    return ActivationStatus(
        name=record.name,
        destination=record.destination,
        service=record.service,
        generation=record.generation,
        built_at=record.built_at,
        rows=record.rows_in_segment,
        pending={change.value: pending[change] for change in Change},
        in_doubt=found.rows_in_doubt,
        rejected=found.rows_rejected,
        waiting=record.rows_held,
        guarded=record.guarded(committed, upto),
        invalid=record.rows_invalid,
        suppressed=record.rows_suppressed,
        unmatched_lists=list(record.unmatched_lists),
        hold_reason=record.hold_reason,
        lag_seconds=_seconds(found.built_seconds_ago) if pending.total() else 0.0,
        last_sync=found.last_sync_status,
        last_sync_seconds_ago=None
        if found.last_sync_status is None
        else _seconds(found.synced_seconds_ago),
        last_sync_message=found.last_sync_message,
        running=record.lease_holder if record.lease_is_live else None,
        paused=_paused(found),
        ended=None if ended is None else ended.why,
    )


def _paused(found: StatusRecord) -> str | None:
    """Who paused it, and why."""
    if not found.is_paused:
        return None
    return ": ".join(filter(None, (found.paused_by, found.pause_reason)))


def _seconds(ago: float | None) -> float:
    """Not below zero, where two clocks of a warehouse disagree."""
    return max(0.0, float(ago or 0))
