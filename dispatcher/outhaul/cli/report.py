"""`outhaul report`: one HTML page about segments and their delivery."""

from __future__ import annotations

import os
from typing import Any

import click

from outhaul.cli.options import project_options, selection_options
from outhaul.cli.output import print_note, write
from outhaul.commands.session import open_session
from outhaul.errors import ConfigurationError
from outhaul.registry.selection import Selection
from outhaul.report.contents import read_report
from outhaul.report.page import render


@click.command("report")
@project_options
@selection_options
@click.option(
    "--output",
    "-o",
    default="outhaul-report.html",
    show_default=True,
    type=click.Path(dir_okay=False, writable=True, allow_dash=True),
    help="File to write; - is standard output.",
)
def command(project: dict[str, Any], selection: Selection, output: str) -> int:
    """Write one HTML page about segments and their delivery."""
    with open_session(project, print_note) as session:
        page = render(read_report(session, session.chosen(selection)))
    try:
        _write_page(output, page)
    except OSError as error:
        raise ConfigurationError(
            f"--output: {output} cannot be written: {error.strerror}"
        ) from None
    if output != "-":
        write(f"Written: {output}")
    return 0


def _write_page(output: str, page: str) -> None:
    """A new file is for its owner alone; one that is there keeps who may read it."""
    if output == "-":
        click.echo(page, nl=False)
        return
    mode = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with open(os.open(output, mode, 0o600), "w", encoding="utf-8") as file:
        file.write(page)
