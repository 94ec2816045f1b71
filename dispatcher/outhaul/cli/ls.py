"""`outhaul ls`: the activations that a selection is for."""

from __future__ import annotations

from typing import Any

import click

from outhaul.cli.options import json_option, project_options, selection_options
from outhaul.cli.output import print_note, show
from outhaul.commands.session import open_session
from outhaul.registry.selection import Selection


@click.command("ls")
@project_options
@selection_options
@json_option
def command(project: dict[str, Any], selection: Selection, as_json: bool) -> int:
    """List the activations that are selected, one a line."""
    with open_session(project, print_note) as session:
        found = [each.name for each in session.records(session.chosen(selection))]
    show(found, "\n".join(found), as_json)
    return 0
