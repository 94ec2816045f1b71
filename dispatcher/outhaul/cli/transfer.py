"""`outhaul transfer`: go on with activations of another target or project."""

from __future__ import annotations

from collections.abc import Sequence

from outhaul.cli.decision import decision, record_decision
from outhaul.commands.session import Session
from outhaul.errors import ConfigurationError
from outhaul.registry.activations import select_records


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
        record_decision(
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


command = decision(transfer, "Take these over from another target or project")
