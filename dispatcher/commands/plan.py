"""`outhaul plan`: what a sync would do, without asking the destination."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dispatcher.activations import Binding
from dispatcher.commands.session import Session
from dispatcher.destinations.base import Change
from dispatcher.engine.dispatch import sendable
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
        requests, seconds = _effort(binding, consumed)
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


def _effort(binding: Binding, consumed: Counter[Change]) -> tuple[int, float]:
    """Requests, and seconds at the configured rates."""
    service = binding.service
    requests, seconds = 0, 0.0
    for change, rows in consumed.items():
        limits = service.limits(change)
        sends = math.ceil(rows / limits.rows)
        requests += sends
        seconds += sends / limits.per_second
        look_ups = service.lookup_limits
        if look_ups is not None and service.needs_look_up(change):
            asks = math.ceil(rows / look_ups.rows)
            requests += asks
            seconds += asks / look_ups.per_second
    return requests, seconds


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
