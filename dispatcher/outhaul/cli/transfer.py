"""`outhaul transfer`: go on with activations of another target or project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from outhaul.cli.decision import Decision, decision
from outhaul.commands.session import Session
from outhaul.errors import ConfigurationError
from outhaul.registry.selection import select_records


def transfer(session: Session, names: Sequence[str]) -> Iterator[Decision]:
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
    for record in records:
        yield Decision(
            record,
            f"{record.name}: the next 'dbt build' of {session.owner} takes it over "
            f"from {record.owner}",
            subject=f"{session.project.name}.{session.project.target_name}",
        )


command = decision(transfer, "Take these over from another target or project")
