"""`outhaul rejections`: which rows are refused, why, and when they come again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from outhaul.cli.options import json_option, project_options, selection_options
from outhaul.cli.output import print_note, show, write
from outhaul.cli.tables import Table
from outhaul.commands.rejections import Reason, Refusal, reasons, refusals
from outhaul.commands.session import open_session
from outhaul.registry.selection import Selection
from outhaul.text.phrases import counted


@click.command("rejections")
@project_options
@selection_options
@json_option
@click.option("--rows", is_flag=True, help="Show each row, not counts by reason.")
@click.option(
    "--show-keys",
    is_flag=True,
    help="Show each row, with its key as it is, not masked.",
)
def command(
    project: dict[str, Any],
    selection: Selection,
    as_json: bool,
    rows: bool,
    show_keys: bool,
) -> int:
    """Show how many rows are refused, why, and when they are tried again."""
    with open_session(project, print_note) as session:
        found = refusals(session, session.chosen(selection), show_keys)
    if not found and not as_json:
        write("Nothing is rejected.")
    elif rows or show_keys:
        show(found, by_row(found), as_json)
    else:
        summed = reasons(found)
        show(summed, by_reason(summed), as_json)
    return 0


def by_reason(found: Sequence[Reason]) -> Table:
    """One line a reason."""
    table = Table("activation", "kind", "code", "message")
    table.add_numbers("rows")
    table.add_column("tried again by")
    for each in found:
        more = each.messages - 1
        others = f" (and {counted(more, 'other')})" if more else ""
        table.add_row(
            each.activation,
            each.kind,
            each.code,
            each.message + others,
            str(each.rows),
            _again(each),
        )
    return table


def by_row(found: Sequence[Refusal]) -> Table:
    """One line a row."""
    table = Table("activation", "key", "change", "kind", "code", "message")
    table.add_numbers("times")
    table.add_column("tried again by")
    for row in found:
        table.add_row(
            row.activation,
            ", ".join(map(str, row.key)),
            row.change,
            row.kind,
            row.code,
            row.message,
            str(row.attempts),
            _again(row),
        )
    return table


def _again(each: Refusal | Reason) -> str:
    if each.retry_at is not None:
        return f"a build after {each.retry_at:%Y-%m-%d %H:%M} UTC"
    if each.again.startswith("next"):
        return f"the {each.again}"
    return each.again
