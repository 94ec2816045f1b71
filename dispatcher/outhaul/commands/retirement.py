"""The end of an activation, and its new name: retire, rename, and what they leave out.

Both are orders to the next build, which alone writes what an activation is. One whose
model is gone has no build, so its members can't be removed any more: there is nothing
to compute the removals, and the table of what is acknowledged is not ours to read.
"""

from __future__ import annotations

from collections.abc import Sequence

from outhaul.commands.control import record_control
from outhaul.commands.session import Session
from outhaul.errors import ConfigurationError
from outhaul.kit.service import Service
from outhaul.ledger.records import ActivationRecord
from outhaul.model import Change
from outhaul.registry.destinations import Destinations

REMOVE, KEEP = "remove", "keep"


def retire(
    session: Session, names: Sequence[str], reason: str | None, members: str | None
) -> list[str]:
    """End these activations, and remove their members or keep them.

    members: REMOVE, KEEP or None, which will do where there are none.
    """
    records = session.records(names)
    destinations = session.destinations()
    chosen = [(each, members or _default(each, destinations)) for each in records]
    for record, what in chosen:
        if what == REMOVE:
            _refuse_removal(record, destinations)
    return [
        record_control(
            session, record, "retire", reason, _told(record, what), subject=what
        )
        for record, what in chosen
    ]


def rename(session: Session, old: str, new: str, reason: str | None) -> str:
    """Let the model NEW go on with what the activation OLD has sent."""
    [record] = session.exactly(old)
    for each in session.warehouse.activations():
        if each.name == new and session.warehouse.traces(new, each.generation).highest:
            raise ConfigurationError(
                f"{new} is an activation of its own, of which rows were sent: retire "
                "one of the two instead"
            )
    return record_control(
        session,
        record,
        "rename",
        reason,
        f"{old}: the next 'dbt build' of the model {new} goes on with it; until then "
        "it is not synced",
        subject=new,
    )


def _service(
    record: ActivationRecord, destinations: Destinations
) -> type[Service] | None:
    """The service, or None where nobody knows it any more."""
    try:
        destination = destinations.find(record.destination, record.name)
    except ConfigurationError:
        return None
    return destination.platform.services.get(record.service)


def _default(record: ActivationRecord, destinations: Destinations) -> str:
    service = _service(record, destinations)
    if service is not None and not service.membership:
        return KEEP
    place = f"{record.destination}.{record.service}"
    raise ConfigurationError(
        f"{record.name} may have members at {place}: say --remove-members or --keep"
    )


def _refuse_removal(record: ActivationRecord, destinations: Destinations) -> None:
    service = _service(record, destinations)
    place = f"{record.destination}.{record.service}"
    if service is None:
        raise ConfigurationError(
            f"{record.name}: nothing can be removed from {place}, which "
            "destinations.yml does not know: declare it again, or say --keep"
        )
    if Change.REMOVED not in service.consumes:
        raise ConfigurationError(f"{record.name}: {place} removes nobody: say --keep")
    if record.is_orphaned:
        raise ConfigurationError(
            f"{record.name}: its model is gone, and a build of it has to make the "
            "removals: put the model back, or say --keep"
        )


def _told(record: ActivationRecord, members: str) -> str:
    if members == KEEP:
        return f"{record.name} is retired; what it has sent stays at the destination"
    return (
        f"{record.name} is retired; run 'dbt build', which makes the removal of its "
        "members pending, then 'outhaul sync', and delete the model after that"
    )
