"""What the commands share by which a person decides, such as `outhaul pause`.

Each decision is a row of `outhaul_controls`, with who, when and why.
"""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Callable, Sequence
from typing import Any

import click

from outhaul.cli.options import json_option, project_options, select_option
from outhaul.cli.output import confirm, print_note, show
from outhaul.commands.session import Session, open_session
from outhaul.errors import ConfigurationError
from outhaul.ledger.records import ActivationRecord

reason_option = click.option("--reason", help="Why; kept in the ledger.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask for confirmation.")


def decision(
    decide: Callable[[Session, Sequence[str], str | None], list[str]],
    confirmation: str = "",
) -> click.Command:
    """The command of a decision about activations that are named one by one.

    decide: what it does, with the names and the reason; returns what to tell.
    confirmation: asked beforehand where the decision is hard to undo.
    """

    @click.command(name=decide.__name__, help=decide.__doc__)
    @project_options
    @click.argument("names", nargs=-1)
    @select_option
    @json_option
    @reason_option
    @yes_option
    def command(
        project: dict[str, Any],
        names: tuple[str, ...],
        patterns: tuple[str, ...],
        as_json: bool,
        reason: str | None,
        yes: bool,
    ) -> int:
        wanted = [*names, *patterns]
        if not wanted:
            raise ConfigurationError(
                f"name the activations: outhaul {decide.__name__} NAME …"
            )
        if confirmation and not yes:
            confirm(f"{confirmation} ({', '.join(wanted)})")
        return carry_out(project, as_json, lambda each: decide(each, wanted, reason))

    return command


def carry_out(
    project: dict[str, Any], as_json: bool, decide: Callable[[Session], list[str]]
) -> int:
    """Open the project, decide, and tell of it; returns the exit code."""
    with open_session(project, print_note) as session:
        messages = decide(session)
    show(messages, "\n".join(messages), as_json)
    return 0


def record_decision(
    session: Session,
    record: ActivationRecord,
    action: str,
    reason: str | None,
    message: str,
    subject: str | None = None,
) -> str:
    """Write a decision to the ledger, and return the message that tells of it."""
    counts = json.dumps({change.value: n for change, n in record.counts.items()})
    session.warehouse.control(record, action, actor(), reason, counts, subject)
    return message


def actor() -> str:
    """Who decides: the variable OUTHAUL_ACTOR, or the user of this machine."""
    return os.environ.get("OUTHAUL_ACTOR") or getpass.getuser()
