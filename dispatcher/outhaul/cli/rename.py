"""`outhaul rename`: let another model go on with what an activation has sent.

It is an order to the next build, which alone writes what an activation is.
"""

from __future__ import annotations

from typing import Any

import click

from outhaul.cli.decision import Decision, carry_out, reason_option, yes_option
from outhaul.cli.options import json_option, project_options
from outhaul.cli.output import confirm
from outhaul.commands.session import Session
from outhaul.errors import ConfigurationError


def rename(session: Session, old: str, new: str) -> Decision:
    """Let the model NEW go on with what the activation OLD has sent."""
    [record] = session.exactly(old)
    for each in session.warehouse.activations():
        if each.name == new and session.warehouse.traces(new, each.generation).highest:
            raise ConfigurationError(
                f"{new} is an activation of its own, of which rows were sent: retire "
                "one of the two instead"
            )
    return Decision(
        record,
        f"{old}: the next 'dbt build' of the model {new} goes on with it; until then "
        "it is not synced",
        subject=new,
    )


@click.command("rename", help=rename.__doc__)
@project_options
@click.argument("old")
@click.argument("new")
@json_option
@reason_option
@yes_option
def command(
    project: dict[str, Any],
    old: str,
    new: str,
    as_json: bool,
    reason: str | None,
    yes: bool,
) -> int:
    if not yes:
        confirm(f"Let {new} go on with {old}")
    return carry_out(
        project, "rename", lambda each: [rename(each, old, new)], reason, as_json
    )
