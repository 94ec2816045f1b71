"""`outhaul validate`: what the project's files alone tell is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
from rich.console import Group, RenderableType
from rich.text import Text

from outhaul.cli.options import files_options, json_option
from outhaul.cli.output import show
from outhaul.config.project import load_files
from outhaul.registry.declared import Judged, declared_diffs, judge
from outhaul.registry.destinations import load_destinations
from outhaul.registry.selection.graph import read_graph


@click.command("validate")
@files_options
@json_option
def command(project: dict[str, Any], as_json: bool) -> int:
    """Check each diff against its destination, without a warehouse and secrets.

    Reads dbt's manifest, so run 'dbt parse' first, and destinations.yml.
    """
    files = load_files(**project)
    diffs = declared_diffs(read_graph(files.target_path, "this command"))
    destinations = load_destinations(files)
    found = [judge(each, destinations) for each in diffs]
    show(found, _shown(found), as_json, "no model of the project is a diff")
    return 2 if any(each.problems for each in found) else 0


def _shown(found: Sequence[Judged]) -> RenderableType:
    """One block a diff."""
    parts: list[RenderableType] = []
    for each in found:
        verdict = Text("problem", "red") if each.problems else Text("ok", "green")
        parts.append(Text.assemble(each.name, ": ", verdict))
        for problem in each.problems:
            column = f", column {problem.column}" if problem.column else ""
            parts.append(Text(f"  {problem.file}{column}: {problem.text}"))
        parts.extend(Text(f"  {note}") for note in each.notes)
    return Group(*parts)
