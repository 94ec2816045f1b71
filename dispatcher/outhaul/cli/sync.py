"""`outhaul sync`: send what is pending."""

from __future__ import annotations

import contextlib
import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import click
from rich.console import Group, RenderableType
from rich.text import Text

from outhaul.cli.options import (
    is_debugging,
    json_option,
    project_options,
    selection_options,
)
from outhaul.cli.output import Terminal, print_note, show
from outhaul.cli.progress import Bars, Lines, bars
from outhaul.cli.signals import draining
from outhaul.cli.tables import Table, count
from outhaul.commands.session import Session, open_session
from outhaul.engine.dispatch import Dispatcher
from outhaul.engine.observer import Observer
from outhaul.engine.seams import Seams
from outhaul.engine.summary import Result, Summary, exit_code
from outhaul.model import Change
from outhaul.registry.selection import Selection
from outhaul.text.phrases import changes, rows, span

_STYLES = {
    Result.SUCCEEDED: "green",
    Result.NOTHING: "dim",
    Result.HELD: "yellow",
    Result.PAUSED: "yellow",
    Result.BUSY: "yellow",
}


@click.command("sync")
@project_options
@selection_options
@json_option
@click.option("--threads", type=click.IntRange(1, 64), help="Syncs in parallel.")
def command(
    project: dict[str, Any],
    selection: Selection,
    as_json: bool,
    threads: int | None,
) -> int:
    """Send what is pending."""
    with open_session(project, print_note) as session:
        bindings = session.bindings(session.chosen(selection))
        allowed = [binding for binding in bindings if session.may_send(binding)]
        summaries = [
            _not_allowed(session, binding.name, binding.destination.name)
            for binding in bindings
            if not session.may_send(binding)
        ]
        seams = Seams()
        with draining(seams.stop), _observer() as observer:
            dispatcher = Dispatcher(
                session.warehouse,
                bind=session.bind_again,
                threads=threads or session.project.threads,
                seams=seams,
                observer=observer,
            )
            summaries += dispatcher.sync_all(allowed)
    show([_as_data(each) for each in summaries], _table(summaries), as_json)
    for summary in summaries:
        if summary.error is not None and is_debugging():
            raise summary.error
    return exit_code(summaries)


def _not_allowed(session: Session, name: str, destination: str) -> Summary:
    return Summary(
        name,
        result=Result.HELD,
        message=(
            f"the target '{session.project.target_name}' may not send to "
            f"'{destination}' (send_from in {session.project.destinations_file}): see "
            "'outhaul plan'"
        ),
    )


def _as_data(summary: Summary) -> dict[str, Any]:
    data = {
        field.name: getattr(summary, field.name)
        for field in dataclasses.fields(summary)
        if field.name != "error"
    }
    counts = {
        name: {change.value: value[change] for change in Change}
        for name, value in data.items()
        if isinstance(value, Counter)
    }
    result = {"result": summary.result.value, "exit_code": summary.exit_code}
    return data | counts | result


def _table(summaries: Sequence[Summary]) -> RenderableType:
    """The table at the end, and what needs attention below it."""
    table = Table("activation", "result")
    table.add_numbers("sent", "rejected", "missing", "requests", "time")
    for summary in summaries:
        style = _STYLES.get(summary.result, "red")
        table.add_row(
            summary.name,
            Text(summary.result.value, style=style),
            changes({c.value: n for c, n in summary.accepted.items()}),
            count(summary.rejected.total()),
            count(summary.missing.total()),
            count(summary.requests),
            span(summary.seconds),
        )
    return Group(table, *(_note(summary) for summary in summaries if _remarks(summary)))


def _remarks(summary: Summary) -> list[str]:
    remarks = [summary.message] if summary.message else []
    if summary.created:
        remarks.append(f"created {', '.join(summary.created)}")
    remarks.extend(summary.notes)
    skipped = summary.not_consumed.total()
    if skipped:
        remarks.append(f"{rows(skipped, 'needs', 'need')} no request at this service")
    if summary.unknown:
        remarks.append(f"{rows(summary.unknown)} in doubt and will be sent again")
    if summary.waiting:
        remarks.append(f"{rows(summary.waiting)} still pending")
    return remarks


def _note(summary: Summary) -> Text:
    return Text(f"  {summary.name}: {'; '.join(_remarks(summary))}")


@contextlib.contextmanager
def _observer() -> Iterator[Observer]:
    """Bars where a person watches, lines elsewhere; both on standard error."""
    console = Terminal(stderr=True)
    if not console.is_terminal:
        yield Lines(console)
        return
    with bars(console) as progress:
        yield Bars(progress)
