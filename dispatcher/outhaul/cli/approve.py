"""`outhaul approve`: release what a guard holds."""

from __future__ import annotations

from collections.abc import Sequence

from outhaul.cli.decision import decision, record_decision
from outhaul.commands.session import Session
from outhaul.errors import ConfigurationError
from outhaul.text.phrases import rows


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
        record_decision(
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


command = decision(approve)
