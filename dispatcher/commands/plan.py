"""`outhaul plan`: what a sync would do, without asking the destination."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dispatcher.activations import Binding
from dispatcher.commands.session import Session
from dispatcher.destinations.base import Change, Limits, Service
from dispatcher.engine.dispatch import sendable
from dispatcher.engine.options import SyncOptions
from dispatcher.engine.places import changes_of_place, known_place
from dispatcher.redaction import mask_value

SAMPLES = 3


@dataclass(frozen=True)
class Plan:
    """What a sync of one activation would do. Counts are rows.

    consumed: rows per change that become requests; the others are committed without
    one. moved: where files lead to another account or target than rows were delivered
    to, so that a sync stops. requests, seconds: estimates from the batch limits and
    the rate limit, without retries, and without the destination's own time for
    asynchronous jobs. samples: field to masked value.
    """

    name: str
    destination: str
    service: str
    pending: dict[str, int]
    consumed: dict[str, int]
    waiting: int
    invalid: int
    guarded: int
    hold_reason: str | None
    may_send: bool
    requests: int
    seconds: float
    samples: list[dict[str, Any]]
    moved: list[str]


def plan(session: Session, bindings: Sequence[Binding]) -> list[Plan]:
    """The plan of each binding."""
    approvals = session.warehouse.controls(["approve"])
    plans = []
    for binding in bindings:
        record = binding.record
        upto = sendable(record, approvals.get(record.name))
        claims = session.warehouse.claims(record.name, record.generation)
        after = claims.committed
        pending = record.remaining(after, upto)
        consumed = Counter(
            {c: n for c, n in pending.items() if c in binding.service.consumes}
        )
        is_new = not session.warehouse.has_succeeded(
            record.name, binding.for_ledger()["fingerprint"], binding.max_rejected
        )
        requests, seconds = effort(binding.service, consumed, is_new=is_new)
        plans.append(
            Plan(
                name=record.name,
                destination=record.destination,
                service=record.service,
                pending={change.value: pending[change] for change in Change},
                consumed={change.value: consumed[change] for change in Change},
                waiting=record.rows_held,
                invalid=record.rows_invalid,
                guarded=record.guarded(after, upto),
                hold_reason=record.hold_reason,
                may_send=session.may_send(binding),
                requests=requests,
                seconds=seconds,
                samples=_samples(session, binding, after, upto),
                moved=changes_of_place(
                    binding, known_place(session.warehouse, binding, claims)
                ),
            )
        )
    return plans


def effort(
    service: Service, rows: Counter[Change], *, is_new: bool
) -> tuple[int, float]:
    """Requests for so many rows, and seconds at the configured rates."""
    requests, seconds = 0, 0.0
    for part in _parts(rows, is_new and not service.spooled):
        for asked, per_second in _requests(service, part):
            requests += asked
            seconds += asked / per_second
    return requests, seconds


def _parts(rows: Counter[Change], is_new: bool) -> Iterator[Counter[Change]]:
    """Rows that share no request: the first ones of a new binding, and removals."""
    left = SyncOptions().canary_rows if is_new else 0
    first = Counter[Change]()
    for change in Change:
        first[change] = min(left, rows[change])
        left -= first[change]
    for part in (first, rows - first):
        removed = Counter({Change.REMOVED: part[Change.REMOVED]})
        yield removed
        yield part - removed


def _requests(service: Service, rows: Counter[Change]) -> Iterator[tuple[int, float]]:
    """Requests, with how many a second there may be: sent, and asked beforehand."""
    by_limits = Counter[Limits]()
    looked_up = 0
    for change in rows:
        by_limits[service.limits(change)] += rows[change]
        looked_up += rows[change] * service.needs_look_up(change)
    for limits, count in by_limits.items():
        yield math.ceil(count / limits.rows), limits.per_second
    for change in service.sent_twice:
        limits = service.limits(change)
        yield math.ceil(rows[change] / limits.rows), limits.per_second
    if service.lookup_limits is not None and service.asks_to_look_up:
        limits = service.lookup_limits
        yield math.ceil(looked_up / limits.rows), limits.per_second


def _samples(
    session: Session, binding: Binding, after: int, upto: int
) -> list[dict[str, Any]]:
    """The first rows that become requests, with personal data masked."""
    ranges = binding.record.ranges()
    consumed = [ranges[change] for change in binding.service.consumes]
    first = min(
        (max(after, start) for start, end in consumed if end > after), default=upto
    )
    last = min(upto, first + SAMPLES)
    if last <= first:
        return []
    fields = [column.field for column in binding.columns]
    return [
        {"change": row[1]}
        | {
            field: mask_value(value)
            for field, value in zip(fields, row[3:], strict=True)
        }
        for row in session.warehouse.page(binding.record, first, last)
    ]
