"""`outhaul check`: everything that can be checked without sending."""

from __future__ import annotations

from dataclasses import dataclass, field

from dispatcher.activations import Binding
from dispatcher.commands.session import Session
from dispatcher.errors import OuthaulError, WarehouseError


@dataclass(frozen=True)
class Check:
    """What was found of one activation: notes are fine, problems are not."""

    name: str
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def check(session: Session, bindings: list[Binding]) -> list[Check]:
    """Ask the warehouse for grants, and each destination for its fields."""
    checks = [Check("the ledger", *_grants(session))]
    for binding in bindings:
        found = Check(binding.name)
        if not session.may_send(binding):
            found.notes.append(
                f"the target '{session.project.target_name}' may not send to "
                f"'{binding.destination.name}', only: "
                f"{', '.join(binding.destination.send_from)} (send_from)"
            )
        try:
            found.notes.extend(binding.service.check(binding.columns))
        except OuthaulError as error:
            found.problems.append(str(error))
        checks.append(found)
    return checks


def _grants(session: Session) -> tuple[list[str], list[str]]:
    problems = []
    for statement in session.warehouse.grant_probes():
        try:
            statement()
        except WarehouseError as error:
            problems.append(str(error))
    return (["the ledger can be read and written"] if not problems else []), problems
