"""Reading what the ledger tells of segments and their delivery."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from outhaul.commands.session import Session
from outhaul.commands.status import status
from outhaul.errors import RelationMissing
from outhaul.model import Change
from outhaul.report.data import Build, Day, Delivery, LeftOut, Reason, Sizes, Sync

NEWEST_BUILDS = 100
NEWEST_SYNCS = 50
DAYS = 30


def read_delivery(session: Session, patterns: Sequence[str]) -> Delivery:
    """What the ledger tells of the selected activations. Raises LedgerMissing."""
    statuses = status(session, tuple(patterns))
    names = [each.name for each in statuses]
    left_out = []
    try:
        sizes = _sizes(session, names)
    except RelationMissing:
        sizes = ()
        reason = "the ledger has no outhaul_builds yet; the next 'dbt build' makes it"
        left_out.append(LeftOut("Sizes over time", reason))
    return Delivery(
        sizes=sizes,
        statuses=tuple(statuses),
        syncs=tuple(map(_sync, session.warehouse.syncs(names, NEWEST_SYNCS))),
        days=_days(session, names),
        reasons=tuple(
            Reason(**row)
            for row in session.warehouse.reasons()
            if row["activation"] in names
        ),
        left_out=tuple(left_out),
    )


def _sizes(session: Session, names: Sequence[str]) -> tuple[Sizes, ...]:
    """Of the selected activations, those of the largest segments first."""
    builds: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in session.warehouse.builds(NEWEST_BUILDS):
        builds[row["activation"]].append(row)
    found = [
        Sizes(
            activation=name,
            segment=str(builds[name][-1]["segment"]),
            builds=tuple(
                Build(row["built_at"], int(row["rows"])) for row in builds[name]
            ),
        )
        for name in names
        if builds[name]
    ]
    return tuple(sorted(found, key=lambda each: (-each.rows, each.activation)))


def _sync(row: dict[str, Any]) -> Sync:
    has_ended = row["seconds"] is not None
    return Sync(
        activation=row["activation"],
        destination=f"{row['destination']}.{row['service']}",
        status=row["status"],
        started_at=row["started_at"],
        seconds=float(row["seconds"]) if has_ended else None,
        requests=int(row["requests"]) if has_ended else None,
        accepted=_counts(row, "accepted") if has_ended else None,
        refused=_total(row, "rejected", "missing") if has_ended else None,
    )


def _counts(row: dict[str, Any], outcome: str) -> dict[str, int]:
    return {
        change.value: int(row[f"{outcome}_{change.value}"] or 0) for change in Change
    }


def _total(row: dict[str, Any], *outcomes: str) -> int:
    return sum(sum(_counts(row, outcome).values()) for outcome in outcomes)


def _days(session: Session, names: Sequence[str]) -> tuple[Day, ...]:
    """Every day from the first one with a sync to the last one."""
    accepted: dict[date, int] = defaultdict(int)
    refused: dict[date, int] = defaultdict(int)
    for row in session.warehouse.delivered_by_day(DAYS):
        if row["activation"] in names:
            accepted[row["day"]] += int(row["accepted"] or 0)
            refused[row["day"]] += int(row["refused"] or 0)
    if not accepted:
        return ()
    first, last = min(accepted), max(accepted)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(Day(day, accepted[day], refused[day]) for day in days)
