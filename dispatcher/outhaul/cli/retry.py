"""`outhaul retry`: try rejected rows again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from outhaul.cli.decision import Decision, decision
from outhaul.commands.session import Session


def retry(session: Session, names: Sequence[str]) -> Iterator[Decision]:
    """Let the rejected rows of these activations be tried again at the next build."""
    for each in session.records(names):
        yield Decision(
            each,
            f"{each.name}: its rejected rows come back with the next 'dbt build'",
        )


command = decision(retry)
