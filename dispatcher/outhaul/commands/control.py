"""Decisions of people: pause, resume, approve, retry, resync, adopt, rebind, transfer.

Each is a row of `outhaul_controls`, with who, when and why.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from outhaul.commands.session import Session, actor
from outhaul.engine.holders import holder
from outhaul.errors import Busy, ConfigurationError
from outhaul.ledger.records import ActivationRecord, Claims
from outhaul.registry.activations import select_records
from outhaul.text.phrases import counted, rows

_ADOPT_SECONDS = 60


def pause(session: Session, names: Sequence[str], reason: str | None) -> list[str]:
    """Keep syncs of these activations from starting, until they are resumed."""
    return [
        record_control(session, record, "pause", reason, f"{record.name} is paused")
        for record in session.records(names)
    ]


def resume(session: Session, names: Sequence[str], reason: str | None) -> list[str]:
    """Let paused or retired activations be synced again."""
    return [
        record_control(
            session,
            record,
            "resume",
            reason,
            f"{record.name} is not paused now",
        )
        for record in session.records(names)
    ]


def approve(session: Session, names: Sequence[str], reason: str | None) -> list[str]:
    """Release what a guard holds of the generations that are published now."""
    records = session.records(names)
    unguarded = [record.name for record in records if record.hold is None]
    if unguarded:
        raise ConfigurationError(
            f"no guard holds anything of {', '.join(unguarded)}: there is nothing to "
            "approve"
        )
    return [
        record_control(
            session,
            record,
            "approve",
            reason,
            f"{record.name}: build {record.generation} is released "
            f"({rows(record.last_seq - record.sendable_seq, 'was', 'were')} held); run "
            "'outhaul sync' before the next 'dbt build', which is judged anew",
        )
        for record in records
    ]


def retry(session: Session, names: Sequence[str], reason: str | None) -> list[str]:
    """Let the rejected rows of these activations be tried again at the next build."""
    return [
        record_control(
            session,
            record,
            "retry",
            reason,
            f"{record.name}: its rejected rows come back with the next 'dbt build'",
        )
        for record in session.records(names)
    ]


def resync(session: Session, names: Sequence[str], reason: str | None) -> list[str]:
    """Let everything be sent again from the next build on; leavers are removed."""
    lost = [found for name in names if (found := session.lost(name)) is not None]
    for each in lost:
        session.warehouse.control(each, "resync", actor(), reason)
    left = [name for name in names if name not in {each.name for each in lost}]
    records = session.records(left) if left else []
    return [
        f"{each.name}: the ledger has lost it; the next 'dbt build' makes all of its "
        "rows pending again"
        for each in lost
    ] + [
        record_control(
            session,
            record,
            "resync",
            reason,
            f"{record.name}: the next 'dbt build' makes all of its segment pending "
            f"again ({counted(record.rows_in_segment, 'row')})",
        )
        for record in records
    ]


def adopt(session: Session, names: Sequence[str], reason: str | None) -> list[str]:
    """Count all of the published build as delivered, without sending it.

    Rows that were refused count as delivered too. Nothing is done where a sync or a
    build is at work.
    """
    messages = []
    for record in session.records(names):
        lease = session.warehouse.take_lease(record.name, holder(), _ADOPT_SECONDS)
        if lease is None:
            at_work = session.warehouse.activation(record.name).at_work()
            raise Busy(f"{record.name}: {at_work}")
        record = session.warehouse.activation(record.name)
        session.warehouse.claim(lease, Claims(record.last_seq, record.last_seq))
        session.warehouse.release_lease(lease)
        messages.append(
            record_control(
                session,
                record,
                "adopt",
                reason,
                f"{record.name}: {rows(record.last_seq, 'counts', 'count')} as"
                " delivered" + _left_waiting(record),
            )
        )
    return messages


def rebind(session: Session, names: Sequence[str], reason: str | None) -> list[str]:
    """Take the account and list that are bound now for those that hold the rows."""
    messages = []
    for binding in session.bindings(names):
        if not binding.service.locate():
            raise ConfigurationError(
                f"{binding.name}: there is no {binding.service.writes_to()} at"
                f" '{binding.destination.name}', so it cannot hold the rows: name the"
                " one that does, or run 'outhaul resync'"
            )
        place = ", ".join(filter(None, (binding.service.writes_to(), binding.account)))
        message = f"{binding.name}: what is acknowledged counts as held by {place}"
        messages.append(
            record_control(session, binding.record, "rebind", reason, message)
        )
    return messages


def transfer(session: Session, names: Sequence[str], reason: str | None) -> list[str]:
    """Let this target go on with activations of another target or project.

    What that one has sent is carried over at the next build here; from then on it can
    neither build nor sync them.
    """
    _, others = session.owned()
    records = select_records(others, names) if others else []
    if not records:
        raise ConfigurationError(
            f"there is nothing to transfer: all in the ledger is of {session.owner}"
        )
    return [
        record_control(
            session,
            record,
            "transfer",
            reason,
            f"{record.name}: the next 'dbt build' of {session.owner} takes it over "
            f"from {record.owner}",
            subject=".".join((session.project.name, session.project.target_name)),
        )
        for record in records
    ]


def _left_waiting(record: ActivationRecord) -> str:
    """Rows that the build held have no position, so nothing can be said of them."""
    if not record.rows_held:
        return ""
    return (
        f"; {rows(record.rows_held, 'was', 'were')} refused before this build, and"
        f" pending after 'outhaul retry {record.name}' and 'dbt build'"
    )


def record_control(
    session: Session,
    record: ActivationRecord,
    action: str,
    reason: str | None,
    message: str,
    subject: str | None = None,
) -> str:
    """Write a decision, and return the message that tells of it."""
    counts = json.dumps({change.value: n for change, n in record.counts.items()})
    session.warehouse.control(record, action, actor(), reason, counts, subject)
    return message
