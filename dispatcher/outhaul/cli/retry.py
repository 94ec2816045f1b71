"""`outhaul retry`: try rejected rows again."""

from __future__ import annotations

from collections.abc import Sequence

from outhaul.cli.decision import decision, record_decision
from outhaul.commands.session import Session


def retry(session: Session, names: Sequence[str], reason: str | None) -> list[str]:
    """Let the rejected rows of these activations be tried again at the next build."""
    return [
        record_decision(
            *(session, each, "retry", reason),
            f"{each.name}: its rejected rows come back with the next 'dbt build'",
        )
        for each in session.records(names)
    ]


command = decision(retry)
