"""`outhaul plan`: what a sync would do, without asking the destination."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from outhaul.commands.session import Session
from outhaul.commands.standing import Standing, standings
from outhaul.engine.options import SyncOptions
from outhaul.engine.places import changes_of_place, known_place
from outhaul.kit.service import Limits, Service
from outhaul.model import Change
from outhaul.registry.activations import Binding
from outhaul.text.redaction import mask_value

SAMPLES = 3
"""Rows that show what is sent, and still fit a terminal."""


@dataclass(frozen=True)
class Plan:
    """What a sync of one activation would do. Counts are rows.

    consumed: rows per change that become requests; the others are committed without
    one. suppressed: rows of the segment that a list of `outhaul_suppressed` took off;
    unmatched_lists: those that no column of the diff can be matched with. moved: where
    files lead to another account or target than rows were delivered to, so that a sync
    stops. requests: what a sync makes where nothing fails, all that the rows need is
    there and each job has ended at the first look; seconds: how long these take at the
    rate limit, without the destination's own time. samples: field to masked value.
    """

    name: str
    destination: str
    service: str
    pending: dict[str, int]
    consumed: dict[str, int]
    waiting: int
    invalid: int
    suppressed: int
    unmatched_lists: list[str]
    guarded: int
    hold_reason: str | None
    may_send: bool
    requests: int
    seconds: float
    samples: list[dict[str, Any]]
    moved: list[str]


def plan(session: Session, bindings: Sequence[Binding]) -> list[Plan]:
    """The plan of each binding."""
    logged_in: set[str] = set()
    found = standings(session.warehouse, [each.record for each in bindings])
    return [
        _plan(session, binding, standing, logged_in)
        for binding, standing in zip(bindings, found, strict=True)
    ]


def _plan(
    session: Session, binding: Binding, standing: Standing, logged_in: set[str]
) -> Plan:
    record, claims, pending = standing.record, standing.claims, standing.pending
    consumed = Counter(
        {c: n for c, n in pending.items() if c in binding.service.consumes}
    )
    is_new = not session.warehouse.has_succeeded(
        record.name, binding.for_ledger()["fingerprint"], binding.max_rejected
    )
    requests, seconds = effort(binding.service, consumed, is_new=is_new)
    if claims.committed < standing.upto:
        requests += opening(binding, logged_in)
    known = known_place(session.warehouse, binding, claims)
    return Plan(
        name=record.name,
        destination=record.destination,
        service=record.service,
        pending={change.value: pending[change] for change in Change},
        consumed={change.value: consumed[change] for change in Change},
        waiting=record.rows_held,
        invalid=record.rows_invalid,
        suppressed=record.rows_suppressed,
        unmatched_lists=list(record.unmatched_lists),
        guarded=standing.guarded,
        hold_reason=record.hold_reason,
        may_send=session.may_send(binding),
        requests=requests,
        seconds=seconds,
        samples=_samples(session, binding, claims.committed, standing.upto),
        moved=changes_of_place(binding, known),
    )


def opening(binding: Binding, logged_in: set[str]) -> int:
    """Requests before the first row; logged_in: destinations that need no log-in.

    The syncs of a process share an account, which logs in once for all of them.
    """
    requests = binding.service.opening_requests(binding.columns)
    destination = binding.destination
    if destination.name not in logged_in:
        logged_in.add(destination.name)
        requests += destination.account.log_in_requests
    return requests


def effort(
    service: Service, rows: Counter[Change], *, is_new: bool
) -> tuple[int, float]:
    """Requests for so many rows, and seconds at the configured rates."""
    requests, seconds = 0, 0.0
    for part in _parts(rows, is_new and not service.spooled):
        for number, duration in _requests(service, part):
            requests += number
            seconds += duration
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
        yield +removed
        yield part - removed


def _requests(service: Service, rows: Counter[Change]) -> Iterator[tuple[int, float]]:
    """Requests and their seconds: look-ups, those that send, polls of jobs."""
    look_ups = service.lookup_limits
    if look_ups is not None:
        looked_up = sum(rows[each] for each in rows if service.needs_look_up(each))
        number = math.ceil(looked_up / look_ups.rows)
        yield number, look_ups.seconds_for(number, looked_up)
    for limits, part in _batches(service, rows):
        sent, count = math.ceil(part.total() / limits.rows), part.total()
        yield sent * service.requests_per_send, limits.seconds_for(sent, count)
        if not service.answered_by_job.isdisjoint(part):
            yield sent, (look_ups or limits).seconds_for(sent, count)


def _batches(
    service: Service, rows: Counter[Change]
) -> Iterator[tuple[Limits, Counter[Change]]]:
    """Rows that may share a request, and those that are sent a second time."""
    by_limits: dict[Limits, Counter[Change]] = {}
    for change, count in rows.items():
        by_limits.setdefault(service.limits(change), Counter())[change] = count
    yield from by_limits.items()
    for change in service.sent_twice & rows.keys():
        yield service.limits(change), Counter({change: rows[change]})


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
