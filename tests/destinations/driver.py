"""The smallest engine that keeps a service's side of the bargain.

It prepares, looks up, encodes, sends and polls in the order that `base.py`
promises, bisects what is refused as a whole, and sends a row that asks for a
look-up once more. It never waits for long: jobs of the sandbox are short.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from outhaul.errors import RequestRefused, RequestTooLarge, RowRefused
from outhaul.kit.rows import Items, Rows
from outhaul.kit.service import Encoded, Job, Limits, Service
from outhaul.model import Change, Column, Outcome, Row, Status

JOB_SECONDS = 5.0


def deliver(
    service: Service, columns: Sequence[Column], rows: Iterable[Row]
) -> dict[int, Outcome]:
    """Outcomes by `seq`; rows of a change that is not consumed are left out."""
    service.prepare(columns)
    outcomes: dict[int, Outcome] = {}
    wanted = [row for row in rows if row.change in service.consumes]
    removed = [row for row in wanted if row.change is Change.REMOVED]
    others = [row for row in wanted if row.change is not Change.REMOVED]
    for lane in (removed, others):
        _deliver_lane(service, lane, outcomes)
    return outcomes


def _deliver_lane(
    service: Service,
    lane: list[Row],
    outcomes: dict[int, Outcome],
    told: dict[int, object] | None = None,
) -> None:
    """told: rows that are sent a second time, with what the first answer found."""
    if told is None:
        asked = [row for row in lane if service.needs_look_up(row.change)]
    else:
        asked = [row for row in lane if told[row.seq] is None]
    found = {**(told or {}), **look_up(service, asked)}
    items = []
    for row in lane:
        known = found.get(row.seq)
        if isinstance(known, Outcome):
            outcomes[row.seq] = known
            continue
        try:
            items.append(Encoded(row, service.encode(row, known), known))
        except RowRefused as refused:
            outcomes[row.seq] = Outcome(Status.REJECTED, refused.code, str(refused))
    for request in requests_of(service, items):
        _settle(service, request, outcomes)
    repeated = [row for row in lane if outcomes[row.seq].status is Status.AGAIN]
    if repeated and told is None:
        told = {row.seq: outcomes[row.seq].found for row in repeated}
        _deliver_lane(service, repeated, outcomes, told)


def requests_of(service: Service, items: Sequence[Encoded]) -> list[Items]:
    """The items in requests: rows of one limit each, and no more than that."""
    by_limits: dict[Limits, list[Encoded]] = {}
    for item in items:
        limits = service.limits_of(item.row, item.found)
        by_limits.setdefault(limits, []).append(item)
    return [
        Items.of(alike[at : at + limits.rows])
        for limits, alike in by_limits.items()
        for at in range(0, len(alike), limits.rows)
    ]


def look_up(service: Service, rows: Sequence[Row]) -> dict[int, object]:
    """What was found, by `seq`; a request that is refused is bisected."""
    found: dict[int, object] = {}
    size = service.lookup_limits.rows if service.lookup_limits else 1
    waiting = [list(rows[at : at + size]) for at in range(0, len(rows), size)]
    while waiting:
        part = waiting.pop()
        try:
            answers = service.look_up(Rows.of(part))
        except RequestRefused as refused:
            if len(part) == 1:
                found[part[0].seq] = Outcome(Status.REJECTED, refused.code, "")
            else:
                waiting += _halves(part)
            continue
        assert len(answers) == len(part)
        found |= {row.seq: answer for row, answer in zip(part, answers, strict=True)}
    return found


def send(service: Service, items: Sequence[Encoded]) -> list[Outcome]:
    """One request and its job, to the end."""
    items = Items.of(items)
    answer = service.send(items)
    if not isinstance(answer, Job):
        return answer
    end = time.monotonic() + JOB_SECONDS
    while time.monotonic() < end:
        outcomes = service.poll(answer, items)
        if outcomes is not None:
            return outcomes
        time.sleep(0.005)
    return [Outcome(Status.UNKNOWN)] * len(items)


def _settle(
    service: Service, items: list[Encoded], outcomes: dict[int, Outcome]
) -> None:
    waiting = [items] if items else []
    while waiting:
        part = waiting.pop()
        try:
            answers = send(service, part)
        except (RequestRefused, RequestTooLarge) as refused:
            rows = getattr(refused, "rows", {})
            for index, refusal in rows.items():
                seq = part[index].row.seq
                outcomes[seq] = Outcome(Status.REJECTED, refusal.code, refusal.message)
            rest = [item for index, item in enumerate(part) if index not in rows]
            if rows:
                waiting += [rest] if rest else []
            elif len(part) == 1:
                code = getattr(refused, "code", "too_large")
                outcomes[part[0].row.seq] = Outcome(Status.REJECTED, code, "")
            else:
                waiting += _halves(part)
            continue
        assert len(answers) == len(part)
        for item, outcome in zip(part, answers, strict=True):
            outcomes[item.row.seq] = outcome


def _halves(part: list) -> list[list]:
    middle = len(part) // 2
    return [part[:middle], part[middle:]]
