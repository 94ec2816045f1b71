"""`outhaul resume`: let syncs start again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from outhaul.cli.decision import Decision, decision
from outhaul.commands.session import Session


def resume(session: Session, names: Sequence[str]) -> Iterator[Decision]:
    """Let paused or retired activations be synced again."""
    for each in session.records(names):
        yield Decision(each, f"{each.name} is not paused now")


command = decision(resume)
