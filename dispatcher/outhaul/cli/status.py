"""`outhaul status`: how far each activation is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
from rich.console import Group, RenderableType
from rich.text import Text

from outhaul.cli.options import json_option, project_options, selection_options
from outhaul.cli.output import print_note, show
from outhaul.cli.tables import Table, count
from outhaul.commands.session import open_session
from outhaul.commands.status import ActivationStatus, status
from outhaul.ledger.records import ENDED
from outhaul.registry.selection import Selection
from outhaul.text.phrases import changes, rows, span, suppression
from outhaul.text.visible import visible


@click.command("status")
@project_options
@selection_options
@json_option
def command(project: dict[str, Any], selection: Selection, as_json: bool) -> int:
    """Show how far each activation is."""
    with open_session(project, print_note) as session:
        found = status(session, session.chosen(selection))
    show(found, _shown(found), as_json)
    return 0


def _shown(found: Sequence[ActivationStatus]) -> RenderableType:
    """A table, and what else to know of each activation."""
    table = Table("activation", "to")
    table.add_numbers("rows", "pending", "in doubt", "rejected", "held")
    table.add_column("last sync")
    table.add_numbers("lag")
    parts: list[RenderableType] = [table]
    for each in found:
        table.add_row(
            each.name,
            f"{each.destination}.{each.service}",
            count(each.rows),
            changes(each.pending),
            count(each.in_doubt),
            count(each.rejected + each.waiting),
            count(each.guarded),
            _last_sync(each),
            span(each.lag_seconds) if each.lag_seconds else "–",
        )
        parts.extend(Text(f"  {each.name}: {remark}") for remark in _remarks(each))
    return Group(*parts)


def _last_sync(status: ActivationStatus) -> str:
    if status.last_sync is None or status.last_sync_seconds_ago is None:
        return "never"
    return f"{status.last_sync} {span(status.last_sync_seconds_ago)} ago"


def _remarks(status: ActivationStatus) -> list[str]:
    remarks = [f"it {status.ended}"] if status.ended else []
    if status.paused:
        remarks.append(f"paused by {visible(status.paused)}")
    if status.guarded:
        remarks.append(f"held by a guard: {status.hold_reason}")
    if status.running:
        is_over = status.running.startswith(ENDED)
        word = "waits for a late request" if is_over else "at work"
        remarks.append(f"{word}: {visible(status.running.removeprefix(ENDED))}")
    if status.invalid:
        remarks.append(f"{rows(status.invalid)} invalid and never sent")
    remarks += suppression(status.suppressed, status.unmatched_lists)
    if status.last_sync_message and status.last_sync not in ("succeeded", "held"):
        remarks.append(f"last sync: {status.last_sync_message}")
    return remarks
