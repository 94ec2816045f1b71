"""`outhaul plan`: what a sync would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from outhaul.cli.options import json_option, project_options, selection_options
from outhaul.cli.output import print_note, show
from outhaul.cli.tables import Table, count
from outhaul.commands.plan import Plan, plan
from outhaul.commands.session import open_session
from outhaul.registry.selection import Selection
from outhaul.text.phrases import changes, rows, span, suppression
from outhaul.text.visible import visible


@click.command("plan")
@project_options
@selection_options
@json_option
def command(project: dict[str, Any], selection: Selection, as_json: bool) -> int:
    """Show what a sync would do; send nothing."""
    with open_session(project, print_note) as session:
        found = plan(session, session.bindings(session.chosen(selection)))
    show(found, _shown(found), as_json)
    return 0


def _shown(found: Sequence[Plan]) -> RenderableType:
    """A table, guards, and masked samples."""
    table = Table("activation", "to", "pending", "becomes requests")
    table.add_numbers("requests", "time at least")
    parts: list[RenderableType] = [table]
    for each in found:
        table.add_row(
            each.name,
            f"{each.destination}.{each.service}",
            changes(each.pending),
            changes(each.consumed),
            count(each.requests),
            span(each.seconds),
        )
        parts.extend(Text(f"  {each.name}: {remark}") for remark in _remarks(each))
    for each in found:
        if each.samples:
            parts.append(Text(f"\n{each.name}: the first rows, masked"))
            parts.append(_samples(each.samples))
    return Group(*parts)


def _remarks(plan: Plan) -> list[str]:
    remarks = [
        f"{moved}: a sync stops until 'outhaul resync {plan.name}' or 'outhaul rebind"
        f" {plan.name}' says how to go on"
        for moved in plan.moved
    ]
    if plan.guarded:
        remarks.append(
            f"{rows(plan.guarded)} held by a guard: {plan.hold_reason}; "
            f"'outhaul approve {plan.name}' releases them"
        )
    if plan.waiting:
        remarks.append(f"{rows(plan.waiting, 'waits', 'wait')} after a rejection")
    if plan.invalid:
        remarks.append(f"{rows(plan.invalid)} invalid and never sent")
    remarks += suppression(plan.suppressed, plan.unmatched_lists)
    if not plan.may_send:
        remarks.append("this target may only plan (send_from in destinations.yml)")
    return remarks


def _samples(samples: Sequence[Mapping[str, Any]]) -> RenderableType:
    table = Table()
    for name in samples[0]:
        table.add_column(visible(name))
    for sample in samples:
        table.add_row(
            *("" if value is None else str(value) for value in sample.values())
        )
    return Padding(table, (0, 0, 0, 2))
