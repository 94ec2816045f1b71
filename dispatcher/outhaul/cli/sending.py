"""The command that sends."""

from __future__ import annotations

import contextlib
import dataclasses
from collections import Counter
from collections.abc import Iterator
from typing import Any

import click

from outhaul.cli import tables
from outhaul.cli.options import (
    is_debugging,
    json_option,
    project_options,
    select_option,
)
from outhaul.cli.output import Terminal, print_note, show
from outhaul.cli.progress import Bars, Lines, bars
from outhaul.cli.signals import draining
from outhaul.commands.session import Session, open_session
from outhaul.engine.dispatch import Dispatcher, Observer
from outhaul.engine.seams import Seams
from outhaul.engine.summary import Result, Summary, exit_code
from outhaul.model import Change


@click.command()
@project_options
@select_option
@json_option
@click.option("--threads", type=click.IntRange(1, 64), help="Syncs in parallel.")
def sync(
    project: dict[str, Any],
    patterns: tuple[str, ...],
    as_json: bool,
    threads: int | None,
) -> int:
    """Send what is pending."""
    with open_session(project, print_note) as session:
        bindings = session.bindings(patterns)
        allowed = [binding for binding in bindings if session.may_send(binding)]
        reports = [
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
            reports += dispatcher.sync_all(allowed)
    show(
        [_report_data(each) for each in reports], tables.sync_summary(reports), as_json
    )
    for report in reports:
        if report.error is not None and is_debugging():
            raise report.error
    return exit_code(reports)


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


def _report_data(report: Summary) -> dict[str, Any]:
    data = {
        field.name: getattr(report, field.name)
        for field in dataclasses.fields(report)
        if field.name != "error"
    }
    counts = {
        name: {change.value: value[change] for change in Change}
        for name, value in data.items()
        if isinstance(value, Counter)
    }
    result = {"result": report.result.value, "exit_code": report.exit_code}
    return data | counts | result


@contextlib.contextmanager
def _observer() -> Iterator[Observer]:
    """Bars where a person watches, lines elsewhere; both on standard error."""
    console = Terminal(stderr=True)
    if not console.is_terminal:
        yield Lines(console)
        return
    with bars(console) as progress:
        yield Bars(progress)
