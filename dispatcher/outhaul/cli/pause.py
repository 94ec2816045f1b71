"""`outhaul pause`: let no sync start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from outhaul.cli.decision import Decision, decision
from outhaul.commands.session import Session


def pause(session: Session, names: Sequence[str]) -> Iterator[Decision]:
    """Keep syncs of these activations from starting, until they are resumed."""
    for each in session.records(names):
        yield Decision(each, f"{each.name} is paused")


command = decision(pause)
