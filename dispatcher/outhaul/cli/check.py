"""`outhaul check`: everything that can be checked without sending."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Group, RenderableType
from rich.text import Text

from outhaul.cli.options import json_option, project_options, selection_options
from outhaul.cli.output import print_note, show
from outhaul.commands.session import Session, open_session
from outhaul.engine.pending import trusted_claims
from outhaul.engine.places import find_place, known_place
from outhaul.errors import ConfigurationError, OuthaulError, WarehouseError
from outhaul.kit.declarations import declaration_problems
from outhaul.ledger.records import Place
from outhaul.registry.activations import Binding, bind, refuse_shared_places
from outhaul.registry.selection import Selection


@dataclass(frozen=True)
class Check:
    """What was found of one activation: notes are fine, problems are not."""

    name: str
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@click.command("check")
@project_options
@selection_options
@json_option
def command(project: dict[str, Any], selection: Selection, as_json: bool) -> int:
    """Check configuration, credentials, fields and grants; send nothing."""
    with open_session(project, print_note) as session:
        found = check(session, session.chosen(selection))
    show(found, _shown(found), as_json)
    return 2 if any(each.problems for each in found) else 0


def _shown(found: Sequence[Check]) -> RenderableType:
    """One block an activation."""
    parts: list[RenderableType] = []
    for each in found:
        verdict = Text("problem", "red") if each.problems else Text("ok", "green")
        parts.append(Text.assemble(each.name, ": ", verdict))
        parts.extend(Text(f"  {line}") for line in [*each.problems, *each.notes])
    return Group(*parts)


def check(session: Session, patterns: Sequence[str]) -> list[Check]:
    """Ask the warehouse for grants, and each destination for its fields.

    What is wrong with one activation keeps no other from being checked.
    """
    records = session.records(patterns)
    destinations = session.destinations()
    checks = _check_project(session)
    bindings = []
    ended = session.ended()
    for record in records:
        if record.name in ended:
            checks.append(Check(record.name, [f"it {ended[record.name].why}"]))
            continue
        try:
            binding = bind(record, destinations)
        except ConfigurationError as error:
            checks.append(Check(record.name, problems=[str(error)]))
        else:
            bindings.append(binding)
            checks.append(_check_activation(session, binding))
    try:
        refuse_shared_places(bindings)
    except ConfigurationError as error:
        checks.append(Check("shared targets", problems=[str(error)]))
    return checks


def _check_project(session: Session) -> list[Check]:
    problems = _refused(session.warehouse.grant_probes())
    notes = [] if problems else ["the ledger can be read and written"]
    checks = [Check("the ledger", notes, problems)]
    file = session.project.destinations_file
    if file.is_symlink():
        checks.append(Check(file.name, [f"it is a link to {file.resolve()}"]))
    return checks


def _check_activation(session: Session, binding: Binding) -> Check:
    """Ask its destination, and look for what is wrong in its diff and the ledger."""
    found = check_binding(session, binding, _known(session, binding))
    found.problems.extend(_refused(session.warehouse.read_probes(binding.record)))
    look_back = partial(trusted_claims, session.warehouse, binding.record)
    found.problems.extend(_refused([look_back]))
    return found


def check_binding(
    session: Session, binding: Binding, known: Place | None = None
) -> Check:
    """Ask the destination of one activation.

    known: where its rows were delivered so far.
    """
    found = Check(binding.name)
    destination = binding.destination
    if not session.may_send(binding):
        found.notes.append(
            f"the target '{session.project.target_name}' may not send to "
            f"'{destination.name}', only: {', '.join(destination.send_from)} "
            "(send_from)"
        )
    found.problems.extend(declaration_problems(destination.platform))
    try:
        found.notes.extend(find_place(binding, known))
        found.notes.extend(binding.service.check(binding.columns))
    except OuthaulError as error:
        found.problems.append(str(error))
    except Exception as error:
        found.problems.append(_broken(error))
    return found


def _known(session: Session, binding: Binding) -> Place | None:
    try:
        return known_place(session.warehouse, binding)
    except WarehouseError:
        return None  # the checks of the ledger tell why


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
