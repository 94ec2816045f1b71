"""The commands by which a person decides; each names its activations one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from outhaul.cli.options import json_option, project_options, select_option
from outhaul.cli.output import confirm, print_note, show
from outhaul.commands import control, retirement
from outhaul.commands.session import Session, open_session
from outhaul.errors import ConfigurationError

reason_option = click.option("--reason", help="Why; kept in the ledger.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask for confirmation.")


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
                f"name the activations: outhaul {action.__name__} NAME …"
            )
        if confirmation and not yes:
            confirm(f"{confirmation} ({', '.join(wanted)})")
        with open_session(project, print_note) as session:
            messages = action(session, wanted, reason)
        show(messages, "\n".join(messages), as_json)
        return 0

    return command


@click.command(help=(retirement.retire.__doc__ or "").split("\n\n")[0])
@project_options
@click.argument("names", nargs=-1, required=True)
@click.option(
    "--remove-members",
    "members",
    flag_value=retirement.REMOVE,
    help="Remove all that it has sent, by one last build and sync.",
)
@click.option(
    "--keep",
    "members",
    flag_value=retirement.KEEP,
    help="Leave what it has sent at the destination.",
)
@json_option
@reason_option
@yes_option
def retire(
    project: dict[str, Any],
    names: tuple[str, ...],
    members: str | None,
    as_json: bool,
    reason: str | None,
    yes: bool,
) -> int:
    if not yes:
        confirm(f"Sync these no more ({', '.join(names)})")
    with open_session(project, print_note) as session:
        messages = retirement.retire(session, names, reason, members)
    show(messages, "\n".join(messages), as_json)
    return 0


@click.command(help=retirement.rename.__doc__)
@project_options
@click.argument("old")
@click.argument("new")
@json_option
@reason_option
@yes_option
def rename(
    project: dict[str, Any],
    old: str,
    new: str,
    as_json: bool,
    reason: str | None,
    yes: bool,
) -> int:
    if not yes:
        confirm(f"Let {new} go on with {old}")
    with open_session(project, print_note) as session:
        message = retirement.rename(session, old, new, reason)
    show([message], message, as_json)
    return 0


COMMANDS = (
    _decision(control.pause),
    _decision(control.resume),
    _decision(control.approve),
    _decision(control.retry),
    _decision(control.resync, "Send everything again at the next build"),
    _decision(control.adopt, "Count all of this build as delivered, unsent"),
    _decision(control.rebind, "Count all that is acknowledged as held there now"),
    _decision(control.transfer, "Take these over from another target or project"),
    retire,
    rename,
)
