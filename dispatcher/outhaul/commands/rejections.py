"""`outhaul rejections`: which rows are refused, why, and when they come again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from outhaul.commands.session import Session
from outhaul.commands.standing import Standing, standings
from outhaul.ledger import Warehouse
from outhaul.ledger.records import ActivationRecord, Control, RefusedRow
from outhaul.text.redaction import mask_value

_REFUSED = (60, 240, 1440, 4320, 10080)
_MISSING = (10, 60, 360, 1440)
_AT_ONCE = (0,)
"""Minutes after the first refusal of a row, the second one, and so on; the last number
is for all that follow. A record that is missing may come about by itself, so sooner."""
# From soonest to last: how rows of one reason are summed up.
_AGAIN = ("next sync", "next build", "later", "outhaul approve", "outhaul retry")


@dataclass(frozen=True)
class Refusal:
    """A row that is refused now.

    attempts: how often it was, as it is now. again: what sends it again: 'next sync';
    'next build'; 'later', a build after `retry_at`; 'outhaul approve', where a guard
    holds it; 'outhaul retry', where nothing else does. retry_at: in UTC by the
    warehouse's clock; None but for 'later'.
    """

    activation: str
    key: list[Any]
    change: str
    kind: str
    code: str
    message: str
    attempts: int
    rejected_at: datetime
    again: str
    retry_at: datetime | None


@dataclass(frozen=True)
class Reason:
    """The rows that one activation is refused for one reason.

    message: the most frequent one; `messages` is how many different ones there are.
    again, retry_at: of the row that comes again first.
    """

    activation: str
    kind: str
    code: str
    rows: int
    changes: dict[str, int]
    message: str
    messages: int
    first_rejected_at: datetime
    last_rejected_at: datetime
    again: str
    retry_at: datetime | None


def refusals(
    session: Session, patterns: Sequence[str], show_keys: bool = False
) -> list[Refusal]:
    """Every row of the selected activations that is refused now; keys are masked."""
    records = session.records(patterns)
    retries = session.warehouse.controls(["retry"])
    return [
        _refusal(standing.record, row, again, show_keys)
        for standing in standings(session.warehouse, records)
        for row, again in _with_again(
            session.warehouse, standing, retries.get(standing.record.name)
        )
    ]


def reasons(found: Iterable[Refusal]) -> list[Reason]:
    """The same rows by activation and reason, the most frequent one first."""
    groups: dict[tuple[str, str, str], list[Refusal]] = defaultdict(list)
    for row in found:
        groups[row.activation, row.kind, row.code].append(row)
    summed = [_reason(*reason, rows) for reason, rows in groups.items()]
    return sorted(summed, key=lambda each: (each.activation, -each.rows))


def wait(kind: str, attempts: int) -> timedelta | None:
    """How long after its last refusal a row is tried again; None: when it is asked for.

    The build has the same rule: `_retry_at` of macros/diffs/_fold_rejections.sql.
    """
    if kind == "unconfirmed":
        return None
    minutes = {"missing": _MISSING, "not_sent": _AT_ONCE}.get(kind, _REFUSED)
    return timedelta(minutes=minutes[min(attempts, len(minutes)) - 1])


def _with_again(
    warehouse: Warehouse, standing: Standing, retry: Control | None
) -> list[tuple[RefusedRow, str]]:
    """Each refused row once, with what sends it again."""
    waiting = warehouse.waiting_rejections(standing.record, standing.claims.committed)
    refused = warehouse.rejections(standing.record)
    found: dict[tuple[str, ...], tuple[RefusedRow, str]] = {}
    for row in waiting:
        if row.seq is not None:
            again = "next sync" if row.seq <= standing.upto else "outhaul approve"
        else:
            again = _after_a_build(row, retry)
        found[tuple(map(str, row.key))] = (row, again)
    for row in map(_timed, refused):
        found[tuple(map(str, row.key))] = (row, _after_a_build(row, retry))
    return list(found.values())


def _timed(row: RefusedRow) -> RefusedRow:
    """A row just refused, with the time that the next build will give it."""
    after = wait(row.kind, row.attempts)
    if after is None:
        return row
    return row._replace(
        retry_at=row.rejected_at + after,
        retry_seconds_ago=float(row.seconds_ago) - after.total_seconds(),
    )


def _after_a_build(row: RefusedRow, retry: Control | None) -> str:
    if retry is not None and retry.recorded_at >= row.rejected_at:
        return "next build"
    if row.retry_seconds_ago is None:
        return "outhaul retry"
    return "next build" if row.retry_seconds_ago >= 0 else "later"


def _refusal(
    record: ActivationRecord, row: RefusedRow, again: str, show_keys: bool
) -> Refusal:
    key = list(row.key)
    return Refusal(
        activation=record.name,
        key=key if show_keys else [mask_value(value) for value in key],
        change=row.change,
        kind=row.kind,
        code=row.code,
        message=row.message,
        attempts=row.attempts,
        rejected_at=row.rejected_at,
        again=again,
        retry_at=row.retry_at if again == "later" else None,
    )


def _reason(activation: str, kind: str, code: str, rows: list[Refusal]) -> Reason:
    messages = Counter(row.message for row in rows)
    first = min(
        rows, key=lambda row: (_AGAIN.index(row.again), row.retry_at or datetime.max)
    )
    return Reason(
        activation=activation,
        kind=kind,
        code=code,
        rows=len(rows),
        changes=dict(Counter(row.change for row in rows)),
        message=messages.most_common(1)[0][0],
        messages=len(messages),
        first_rejected_at=min(row.rejected_at for row in rows),
        last_rejected_at=max(row.rejected_at for row in rows),
        again=first.again,
        retry_at=first.retry_at,
    )
