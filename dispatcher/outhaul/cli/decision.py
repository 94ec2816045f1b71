"""What the commands share by which a person decides, such as `outhaul pause`.

Each decision is a row of `outhaul_controls`, with who, when and why.
"""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import click

from outhaul.cli.options import json_option, project_options, selection_options
from outhaul.cli.output import confirm, print_note, show
from outhaul.commands.session import Session, open_session
from outhaul.errors import ConfigurationError
from outhaul.ledger.records import ActivationRecord, LostActivation
from outhaul.registry.selection import Selection

reason_option = click.option("--reason", help="Why; kept in the ledger.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask for confirmation.")


class Decision(NamedTuple):
    """About one activation. message: tells of it. subject: what else it is about."""

    record: ActivationRecord | LostActivation
    message: str
    subject: str | None = None


Decide = Callable[[Session, Sequence[str]], Iterable[Decision]]
"""Decides about the activations of these names; raises ConfigurationError or Busy."""


def decision(decide: Decide, confirmation: str = "") -> click.Command:
    """The command of a decision about activations that are named one by one.

    confirmation: asked beforehand where the decision is hard to undo.
    """
    action = decide.__name__

    @click.command(name=action, help=decide.__doc__)
    @project_options
    @selection_options
    @json_option
    @reason_option
    @yes_option
    def command(
        project: dict[str, Any],
        selection: Selection,
        as_json: bool,
        reason: str | None,
        yes: bool,
    ) -> int:
        if not selection.is_made:
            raise ConfigurationError(f"name the activations: outhaul {action} NAME …")
        if confirmation and not yes:
            confirm(f"{confirmation} ({selection})")
        return carry_out(
            project,
            action,
            lambda each: decide(each, each.chosen(selection)),
            reason,
            as_json,
        )

    return command


def carry_out(
    project: dict[str, Any],
    action: str,
    decide: Callable[[Session], Iterable[Decision]],
    reason: str | None,
    as_json: bool,
) -> int:
    """Open the project, decide, and tell of it; returns the exit code."""
    with open_session(project, print_note) as session:
        messages = record_decisions(session, action, decide(session), reason)
    show(messages, "\n".join(messages), as_json)
    return 0


def record_decisions(
    session: Session, action: str, decisions: Iterable[Decision], reason: str | None
) -> list[str]:
    """Write each decision to the ledger when it is made; returns what tells of them."""
    messages = []
    for each in decisions:
        counts = _counts(each.record)
        session.warehouse.control(
            each.record, action, actor(), reason, counts, each.subject
        )
        messages.append(each.message)
    return messages


def _counts(record: ActivationRecord | LostActivation) -> str | None:
    """Rows per change that the build has published, as JSON."""
    if isinstance(record, LostActivation):
        return None
    return json.dumps({change.value: n for change, n in record.counts.items()})


def actor() -> str:
    """Who decides: the variable OUTHAUL_ACTOR, or the user of this machine."""
    return os.environ.get("OUTHAUL_ACTOR") or getpass.getuser()
