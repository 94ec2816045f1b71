"""`outhaul pause`: let no sync start."""

from __future__ import annotations

from collections.abc import Sequence

from outhaul.cli.decision import decision, record_decision
from outhaul.commands.session import Session


def pause(session: Session, names: Sequence[str], reason: str | None) -> list[str]:
    """Keep syncs of these activations from starting, until they are resumed."""
    return [
        record_decision(session, each, "pause", reason, f"{each.name} is paused")
        for each in session.records(names)
    ]


command = decision(pause)
