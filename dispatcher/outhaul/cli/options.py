"""Options that several commands share."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from outhaul.config.project import parse_vars

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


select_option = click.option(
    "--select",
    "-s",
    "patterns",
    multiple=True,
    help="Only activations with this name; * and ? are wildcards. May be repeated.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def is_debugging() -> bool:
    """Whether `--debug` stands anywhere in the command line."""
    return "--debug" in sys.argv
