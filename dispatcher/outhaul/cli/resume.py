"""`outhaul resume`: let syncs start again."""

from __future__ import annotations

from collections.abc import Sequence

from outhaul.cli.decision import decision, record_decision
from outhaul.commands.session import Session


def resume(session: Session, names: Sequence[str], reason: str | None) -> list[str]:
    """Let paused or retired activations be synced again."""
    return [
        record_decision(
            session, each, "resume", reason, f"{each.name} is not paused now"
        )
        for each in session.records(names)
    ]


command = decision(resume)
