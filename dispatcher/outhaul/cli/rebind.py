"""`outhaul rebind`: name the account and list that hold the rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from outhaul.cli.decision import Decision, decision
from outhaul.commands.session import Session
from outhaul.errors import ConfigurationError


def rebind(session: Session, names: Sequence[str]) -> Iterator[Decision]:
    """Take the account and list that are bound now for those that hold the rows."""
    for binding in session.bindings(names):
        if not binding.service.locate():
            raise ConfigurationError(
                f"{binding.name}: there is no {binding.service.writes_to()} at"
                f" '{binding.destination.name}', so it cannot hold the rows: name the"
                " one that does, or run 'outhaul resync'"
            )
        place = ", ".join(filter(None, (binding.service.writes_to(), binding.account)))
        yield Decision(
            binding.record,
            f"{binding.name}: what is acknowledged counts as held by {place}",
        )


command = decision(rebind, "Count all that is acknowledged as held there now")
