"""`outhaul retire`: end activations.

That is an order to the next build, which alone writes what an activation is. One whose
model is gone has no build, so its members can't be removed any more: there is nothing
to compute the removals, and the table of what is acknowledged is not ours to read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import click

from outhaul.cli.decision import Decision, carry_out, reason_option, yes_option
from outhaul.cli.options import json_option, project_options
from outhaul.cli.output import confirm
from outhaul.commands.session import Session
from outhaul.errors import ConfigurationError
from outhaul.kit.service import Service
from outhaul.ledger.records import ActivationRecord
from outhaul.model import Change
from outhaul.registry.destinations import Destinations

REMOVE, KEEP = "remove", "keep"


def retire(
    session: Session, names: Sequence[str], members: str | None
) -> Iterator[Decision]:
    """End these activations, and remove their members or keep them.

    members: REMOVE, KEEP or None, which will do where there are none.
    """
    records = session.records(names)
    destinations = session.destinations()
    chosen = [(each, members or _default(each, destinations)) for each in records]
    for record, what in chosen:
        if what == REMOVE:
            _refuse_removal(record, destinations)
    for record, what in chosen:
        yield Decision(record, _message(record, what), subject=what)


@click.command("retire", help=(retire.__doc__ or "").split("\n\n")[0])
@project_options
@click.argument("names", nargs=-1, required=True)
@click.option(
    "--remove-members",
    "members",
    flag_value=REMOVE,
    help="Remove all that it has sent, by one last build and sync.",
)
@click.option(
    "--keep",
    "members",
    flag_value=KEEP,
    help="Leave what it has sent at the destination.",
)
@json_option
@reason_option
@yes_option
def command(
    project: dict[str, Any],
    names: tuple[str, ...],
    members: str | None,
    as_json: bool,
    reason: str | None,
    yes: bool,
) -> int:
    if not yes:
        confirm(f"Sync these no more ({', '.join(names)})")
    return carry_out(
        project, "retire", lambda each: retire(each, names, members), reason, as_json
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


def _message(record: ActivationRecord, members: str) -> str:
    if members == KEEP:
        return f"{record.name} is retired; what it has sent stays at the destination"
    return (
        f"{record.name} is retired; run 'dbt build', which makes the removal of its "
        "members pending, then 'outhaul sync', and delete the model after that"
    )
