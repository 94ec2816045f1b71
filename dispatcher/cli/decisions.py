"""The commands by which a person decides; each names its activations one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from dispatcher.cli.options import json_option, project_options, select_option
from dispatcher.cli.output import confirm, show
from dispatcher.commands import control
from dispatcher.commands.session import Session, open_session
from dispatcher.errors import ConfigurationError


def _decision(
    action: Callable[[Session, Sequence[str], str | None], list[str]],
    confirmation: str = "",
) -> click.Command:
    """The command of a decision; it asks before it takes one that is hard to undo."""

    @click.command(name=action.__name__, help=action.__doc__)
    @project_options
    @click.argument("names", nargs=-1)
    @select_option
    @json_option
    @click.option("--reason", help="Why; kept in the ledger.")
    @click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
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
                f"name the activations: outhaul {action.__name__} NAME …"
            )
        if confirmation and not yes:
            confirm(f"{confirmation} ({', '.join(wanted)})")
        with open_session(project) as session:
            messages = action(session, wanted, reason)
        show(messages, "\n".join(messages), as_json)
        return 0

    return command


COMMANDS = (
    _decision(control.pause),
    _decision(control.resume),
    _decision(control.approve),
    _decision(control.retry),
    _decision(control.resync, "Send everything again at the next build"),
    _decision(control.adopt, "Count all of this build as delivered, unsent"),
)
