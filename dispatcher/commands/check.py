"""`outhaul check`: everything that can be checked without sending."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dispatcher.activations import Binding
from dispatcher.commands.session import Session
from dispatcher.destinations.declarations import declaration_problems
from dispatcher.errors import OuthaulError, WarehouseError


@dataclass(frozen=True)
class Check:
    """What was found of one activation: notes are fine, problems are not."""

    name: str
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def check(session: Session, bindings: list[Binding]) -> list[Check]:
    """Ask the warehouse for grants, and each destination for its fields."""
    ledger = _refused(session.warehouse.grant_probes())
    readable = [] if ledger else ["the ledger can be read and written"]
    checks = [Check("the ledger", readable, ledger)]
    for binding in bindings:
        found = Check(binding.name)
        found.problems.extend(_refused(session.warehouse.read_probes(binding.record)))
        if not session.may_send(binding):
            found.notes.append(
                f"the target '{session.project.target_name}' may not send to "
                f"'{binding.destination.name}', only: "
                f"{', '.join(binding.destination.send_from)} (send_from)"
            )
        found.problems.extend(declaration_problems(binding.destination.account_class))
        try:
            found.notes.extend(binding.service.check(binding.columns))
        except OuthaulError as error:
            found.problems.append(str(error))
        except Exception as error:
            found.problems.append(_broken(error))
        checks.append(found)
    return checks


def _broken(error: Exception) -> str:
    """Where a destination's own code is wrong; an error's text may hold a secret."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"the destination's code broke ({type(error).__name__} in {frame.name},"
        f" {Path(frame.filename).name} line {frame.lineno})."
        " This is a mistake of ours, or of who wrote the destination"
    )


def _refused(statements: Sequence[Callable[[], object]]) -> list[str]:
    """What the warehouse says to those of the statements that it does not take."""
    problems = []
    for statement in statements:
        try:
            statement()
        except WarehouseError as error:
            problems.append(str(error))
    return problems
