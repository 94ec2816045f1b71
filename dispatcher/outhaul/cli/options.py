"""Options that several commands share."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from outhaul.cli.output import print_note, show
from outhaul.config.project import parse_vars
from outhaul.errors import ConfigurationError
from outhaul.registry.selection import NothingSelected, Selection

F = TypeVar("F", bound=Callable[..., Any])

DEBUG_HELP = "Show tracebacks of errors."


def project_options(function: F) -> F:
    """The options that say which project and target, on every command."""

    @click.option("--project-dir", help="Folder of dbt_project.yml.")
    @click.option("--profiles-dir", help="Folder of profiles.yml.")
    @click.option("--profile", help="Profile to use.")
    @click.option("--target", "-t", help="Target of the profile.")
    @click.option("--vars", "vars_text", default="", help="Vars, as for dbt.")
    @click.option("--debug", is_flag=True, expose_value=False, help=DEBUG_HELP)
    @functools.wraps(function)
    def wrapped(vars_text: str, **arguments: Any) -> Any:
        names = ("project_dir", "profiles_dir", "profile", "target")
        options = {name: arguments.pop(name) for name in names}
        options["vars"] = parse_vars(vars_text) if vars_text else None
        return function(project=options, **arguments)

    return wrapped  # type: ignore[return-value]


def files_options(function: F) -> F:
    """The options of a command that needs the project's files alone."""

    @click.option("--project-dir", help="Folder of dbt_project.yml.")
    @click.option("--vars", "vars_text", default="", help="Vars, as for dbt.")
    @click.option("--debug", is_flag=True, expose_value=False, help=DEBUG_HELP)
    @functools.wraps(function)
    def wrapped(project_dir: str | None, vars_text: str, **arguments: Any) -> Any:
        given = parse_vars(vars_text) if vars_text else None
        project = {"project_dir": project_dir, "vars": given}
        return function(project=project, **arguments)

    return wrapped  # type: ignore[return-value]


def selection_options(function: F) -> F:
    """The options that say which activations, on every command that is for several.

    The command gets one `selection`, and what is selected in vain ends it as a success.
    """

    @click.argument("names", nargs=-1)
    @click.option(
        "--select",
        "-s",
        "select",
        multiple=True,
        help="Only these activations, by name or in dbt's grammar. May be repeated.",
    )
    @click.option("--exclude", multiple=True, help="Not these, named in the same way.")
    @click.option("--selector", default="", help="A selector of selectors.yml.")
    @click.option(
        "--state",
        default="",
        help="Folder of the manifest to compare with.",
    )
    @functools.wraps(function)
    def wrapped(
        names: tuple[str, ...],
        select: tuple[str, ...],
        exclude: tuple[str, ...],
        selector: str,
        state: str,
        **arguments: Any,
    ) -> Any:
        chosen = Selection((*names, *select), exclude, selector, state)
        if chosen.selector and chosen.select:
            raise ConfigurationError("give names or --select, or --selector, not both")
        try:
            return function(selection=chosen, **arguments)
        except NothingSelected as nothing:
            print_note(str(nothing))
            if arguments.get("as_json"):
                show([], "", as_json=True)
            return 0

    return wrapped  # type: ignore[return-value]


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def is_debugging() -> bool:
    """Whether `--debug` stands anywhere in the command line."""
    return "--debug" in sys.argv
