"""`outhaul approve`: release what a guard holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from outhaul.cli.decision import Decision, decision
from outhaul.commands.session import Session
from outhaul.errors import ConfigurationError
from outhaul.text.phrases import rows


def approve(session: Session, names: Sequence[str]) -> Iterator[Decision]:
    """Release what a guard holds of the generations that are published now."""
    records = session.records(names)
    unguarded = [record.name for record in records if record.hold is None]
    if unguarded:
        raise ConfigurationError(
            f"no guard holds anything of {', '.join(unguarded)}: there is nothing to "
            "approve"
        )
    for record in records:
        held = rows(record.last_seq - record.sendable_seq, "was", "were")
        yield Decision(
            record,
            f"{record.name}: build {record.generation} is released ({held} held); run "
            "'outhaul sync' before the next 'dbt build', which is judged anew",
        )


command = decision(approve)
