"""The commands that only look: at destinations, at the ledger, at declarations."""

from __future__ import annotations

import os
from typing import Any

import click

from outhaul.cli import tables
from outhaul.cli.options import json_option, project_options, select_option
from outhaul.cli.output import print_note, show, write
from outhaul.commands.check import check as check_activations
from outhaul.commands.destinations import describe_destination, describe_destinations
from outhaul.commands.plan import plan as plan_bindings
from outhaul.commands.rejections import reasons, refusals
from outhaul.commands.session import open_session
from outhaul.commands.status import status as status_of
from outhaul.errors import ConfigurationError
from outhaul.report.build import report as report_of


@click.command()
@project_options
@select_option
@json_option
def check(project: dict[str, Any], patterns: tuple[str, ...], as_json: bool) -> int:
    """Check configuration, credentials, fields and grants; send nothing."""
    with open_session(project, print_note) as session:
        found = check_activations(session, patterns)
    show(found, tables.checks(found), as_json)
    return 2 if any(each.problems for each in found) else 0


@click.command()
@project_options
@select_option
@json_option
def plan(project: dict[str, Any], patterns: tuple[str, ...], as_json: bool) -> int:
    """Show what a sync would do; send nothing."""
    with open_session(project, print_note) as session:
        found = plan_bindings(session, session.bindings(patterns))
    show(found, tables.plans(found), as_json)
    return 0


@click.command()
@project_options
@select_option
@json_option
def status(project: dict[str, Any], patterns: tuple[str, ...], as_json: bool) -> int:
    """Show how far each activation is."""
    with open_session(project, print_note) as session:
        found = status_of(session, patterns)
    show(found, tables.statuses(found), as_json)
    return 0


@click.command()
@project_options
@select_option
@json_option
@click.option("--rows", is_flag=True, help="Show each row, not counts by reason.")
@click.option(
    "--show-keys",
    is_flag=True,
    help="Show each row, with its key as it is, not masked.",
)
def rejections(
    project: dict[str, Any],
    patterns: tuple[str, ...],
    as_json: bool,
    rows: bool,
    show_keys: bool,
) -> int:
    """Show how many rows are refused, why, and when they are tried again."""
    with open_session(project, print_note) as session:
        found = refusals(session, patterns, show_keys)
    if not found and not as_json:
        write("Nothing is rejected.")
    elif rows or show_keys:
        show(found, tables.rejections(found), as_json)
    else:
        summed = reasons(found)
        show(summed, tables.reasons(summed), as_json)
    return 0


@click.command()
@project_options
@select_option
@click.option(
    "--output",
    "-o",
    default="outhaul-report.html",
    show_default=True,
    type=click.Path(dir_okay=False, writable=True, allow_dash=True),
    help="File to write; - is standard output.",
)
def report(project: dict[str, Any], patterns: tuple[str, ...], output: str) -> int:
    """Write one HTML page about segments and their delivery."""
    from outhaul.report.page import render

    with open_session(project, print_note) as session:
        page = render(report_of(session, patterns))
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


@click.command()
@click.argument("name", required=False, metavar="[TYPE]")
@json_option
def destinations(name: str | None, as_json: bool) -> int:
    """List the destinations, or show the settings and services of one."""
    if name is None:
        found = describe_destinations()
        show(found, tables.destinations(found), as_json)
    else:
        one = describe_destination(name)
        show(one, tables.destination(one), as_json)
    return 0
