"""`outhaul adopt`: count a build as delivered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from outhaul.cli.decision import Decision, decision
from outhaul.commands.session import Session
from outhaul.engine.holders import holder
from outhaul.errors import Busy
from outhaul.ledger.records import ActivationRecord, Claims
from outhaul.text.phrases import rows

_LEASE_SECONDS = 60
"""Longer than the few statements take, and soon over where they are cut off."""


def adopt(session: Session, names: Sequence[str]) -> Iterator[Decision]:
    """Count all of the published build as delivered, without sending it.

    Rows that were refused count as delivered too. Nothing is done where a sync or a
    build is at work.
    """
    for record in session.records(names):
        lease = session.warehouse.take_lease(record.name, holder(), _LEASE_SECONDS)
        if lease is None:
            at_work = session.warehouse.activation(record.name).at_work()
            raise Busy(f"{record.name}: {at_work}")
        record = session.warehouse.activation(record.name)
        session.warehouse.claim(lease, Claims(record.last_seq, record.last_seq))
        session.warehouse.release_lease(lease)
        yield Decision(
            record,
            f"{record.name}: {rows(record.last_seq, 'counts', 'count')} as delivered"
            + _left_waiting(record),
        )


def _left_waiting(record: ActivationRecord) -> str:
    """Rows that the build held have no position, so nothing can be said of them."""
    if not record.rows_held:
        return ""
    return (
        f"; {rows(record.rows_held, 'was', 'were')} refused before this build, and"
        f" pending after 'outhaul retry {record.name}' and 'dbt build'"
    )


command = decision(adopt, "Count all of this build as delivered, unsent")
