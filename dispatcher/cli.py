"""The command line: the only module that prints or exits.

Data goes to standard output, progress and errors to standard error. Exit
codes: 0 all accepted, 1 something was rejected or failed, 2 wrong usage or
configuration, 3 held by a guard, a pause or `send_from`, 4 busy.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console, RenderableType

from dispatcher import __version__, tables
from dispatcher.commands import control
from dispatcher.commands.check import check as check_activations
from dispatcher.commands.destinations import (
    describe_destination,
    describe_destinations,
)
from dispatcher.commands.plan import plan as plan_bindings
from dispatcher.commands.report import report as report_of
from dispatcher.commands.session import Session, open_session
from dispatcher.commands.status import status as status_of
from dispatcher.destinations.base import Change
from dispatcher.engine.dispatch import Dispatcher, Observer
from dispatcher.engine.report import Report, Result, exit_code
from dispatcher.engine.seams import Seams
from dispatcher.errors import ConfigurationError, OuthaulError
from dispatcher.progress import Bars, Lines, bars
from dispatcher.project import parse_vars
from dispatcher.redaction import mask_value

F = TypeVar("F", bound=Callable[..., Any])

_PLAIN_WIDTH = 160
_NO_ACTIVATION = "No activation is in the ledger yet: run 'dbt build' with a diff."
_DEBUG_HELP = "Show tracebacks of errors."


def project_options(function: F) -> F:
    """The options that say which project and target, on every command."""

    @click.option("--project-dir", help="Folder of dbt_project.yml.")
    @click.option("--profiles-dir", help="Folder of profiles.yml.")
    @click.option("--profile", help="Profile to use.")
    @click.option("--target", "-t", help="Target of the profile.")
    @click.option("--vars", "vars_text", default="", help="Vars, as for dbt.")
    @click.option("--debug", is_flag=True, expose_value=False, help=_DEBUG_HELP)
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


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="outhaul")
@click.option("--debug", is_flag=True, expose_value=False, help=_DEBUG_HELP)
def cli() -> None:
    """Forward what changed in your segments to the tools that act on it."""


@cli.command()
@project_options
@select_option
@json_option
def check(project: dict[str, Any], patterns: tuple[str, ...], as_json: bool) -> int:
    """Check configuration, credentials, fields and grants; send nothing."""
    with open_session(project) as session:
        found = check_activations(session, patterns)
    _show(found, tables.checks(found), as_json)
    return 2 if any(each.problems for each in found) else 0


@cli.command()
@project_options
@select_option
@json_option
def plan(project: dict[str, Any], patterns: tuple[str, ...], as_json: bool) -> int:
    """Show what a sync would do; send nothing."""
    with open_session(project) as session:
        found = plan_bindings(session, session.bindings(patterns))
    _show(found, tables.plans(found), as_json)
    return 0


@cli.command()
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
    with open_session(project) as session:
        bindings = session.bindings(patterns)
        allowed = [binding for binding in bindings if session.may_send(binding)]
        reports = [
            _not_allowed(session, binding.name, binding.destination.name)
            for binding in bindings
            if not session.may_send(binding)
        ]
        seams = Seams()
        with _draining(seams.stop), _observer() as observer:
            dispatcher = Dispatcher(
                session.warehouse,
                bind=session.bind_again,
                threads=threads or session.project.threads,
                seams=seams,
                observer=observer,
            )
            reports += dispatcher.sync_all(allowed)
    _show(
        [_report_data(each) for each in reports], tables.sync_summary(reports), as_json
    )
    for report in reports:
        if report.error is not None and _is_debugging():
            raise report.error
    return exit_code(reports)


@cli.command()
@project_options
@select_option
@json_option
def status(project: dict[str, Any], patterns: tuple[str, ...], as_json: bool) -> int:
    """Show how far each activation is."""
    with open_session(project) as session:
        found = status_of(session, patterns)
    _show(found, tables.statuses(found), as_json)
    return 0


@cli.command()
@project_options
@select_option
@json_option
@click.option("--show-keys", is_flag=True, help="Show keys as they are, not masked.")
def rejections(
    project: dict[str, Any],
    patterns: tuple[str, ...],
    as_json: bool,
    show_keys: bool,
) -> int:
    """Show the rows that were refused, and why."""
    with open_session(project) as session:
        found = [
            {"activation": record.name, **row}
            for record in session.records(patterns)
            for row in session.warehouse.rejections(record)
        ]
    for row in found:
        if not show_keys:
            row["key"] = [mask_value(value) for value in row["key"]]
    if not found and not as_json:
        _print("Nothing is rejected.")
    else:
        _show(found, tables.rejections(found), as_json)
    return 0


@cli.command()
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
    from dispatcher.report.page import render

    with open_session(project) as session:
        page = render(report_of(session, patterns))
    try:
        with click.open_file(output, "w", encoding="utf-8") as file:
            file.write(page)
    except OSError as error:
        raise ConfigurationError(
            f"--output: {output} cannot be written: {error.strerror}"
        ) from None
    if output != "-":
        _print(f"Written: {output}")
    return 0


def _control_command(
    action: Callable[[Session, Sequence[str], str | None], list[str]],
    confirmation: str = "",
) -> None:
    """Add the command of a decision; it names its activations one by one."""

    @cli.command(name=action.__name__, help=action.__doc__)
    @project_options
    @click.argument("names", nargs=-1)
    @select_option
    @json_option
    @click.option("--reason", help="Why; kept in the ledger.")
    @click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
    def command(
        project: dict[str, Any],
        names: tuple[str, ...],
        patterns: tuple[str, ...],
        as_json: bool,
        reason: str | None,
        yes: bool,
    ) -> int:
        wanted = [*names, *patterns]
        if not wanted:
            raise ConfigurationError(
                f"name the activations: outhaul {action.__name__} NAME …"
            )
        if confirmation and not yes:
            _confirm(f"{confirmation} ({', '.join(wanted)})")
        with open_session(project) as session:
            messages = action(session, wanted, reason)
        _show(messages, "\n".join(messages), as_json)
        return 0


_control_command(control.pause)
_control_command(control.resume)
_control_command(control.approve)
_control_command(control.retry)
_control_command(control.resync, "Send everything again at the next build")
_control_command(control.adopt, "Count all pending rows as delivered, unsent")


@cli.command()
@click.argument("name", required=False, metavar="[TYPE]")
@json_option
def destinations(name: str | None, as_json: bool) -> int:
    """List the destinations, or show the settings and services of one."""
    if name is None:
        found = describe_destinations()
        _show(found, tables.destinations(found), as_json)
    else:
        one = describe_destination(name)
        _show(one, tables.destination(one), as_json)
    return 0


@cli.command()
@click.option("--port", default=8025, show_default=True, help="0 takes a free one.")
@click.option(
    "--job-seconds",
    default=0.2,
    show_default=True,
    help="How long asynchronous jobs take.",
)
@click.option("--latency", default=0.0, help="Seconds by which answers are delayed.")
@click.option(
    "--state-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keeps what is held over a restart.",
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where files that come over SFTP are written to as well.",
)
def sandbox(
    port: int,
    job_seconds: float,
    latency: float,
    state_file: Path | None,
    folder: Path | None,
) -> int:
    """Run local stand-ins of the destinations, to try things out."""
    from dispatcher.sandbox import Sandbox

    stop = threading.Event()
    with (
        Sandbox(
            port,
            job_seconds=job_seconds,
            latency=latency,
            state_file=state_file,
            folder=folder,
        ) as running,
        _draining(stop),
    ):
        for name in running.vendors:
            _print(f"{name}: {running.url(name)}")
        _print(f"sftp's host key: {running.host_fingerprint}")
        _print("Control and state: /_sandbox/state. Stop with Ctrl-C.")
        sys.stdout.flush()
        stop.wait()
    return 0


def main() -> None:
    """The console script: errors become one message, and a traceback with --debug."""
    debug = _is_debugging()
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        code = 130
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except OuthaulError as error:
        if debug:
            raise
        _print_error(str(error))
        code = error.exit_code
    except Exception as error:
        if debug:
            raise
        _print_error(
            f"internal error ({type(error).__name__}); run with --debug for details"
        )
        code = 1
    sys.exit(code or 0)


def _is_debugging() -> bool:
    return "--debug" in sys.argv


def _not_allowed(session: Session, name: str, destination: str) -> Report:
    return Report(
        name,
        result=Result.HELD,
        message=(
            f"the target '{session.project.target_name}' may not send to "
            f"'{destination}' (send_from in {session.project.destinations_file}): see "
            "'outhaul plan'"
        ),
    )


def _report_data(report: Report) -> dict[str, Any]:
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
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Lines(console)
        return
    with bars(console) as progress:
        yield Bars(progress)


@contextlib.contextmanager
def _draining(stop: threading.Event) -> Iterator[None]:
    """Let signals set `stop`; a second one ends the process at once."""

    def on_signal(number: int, frame: object) -> None:
        if stop.is_set():
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        stop.set()

    names = [name for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)]
    numbers = [getattr(signal, name) for name in names]
    before = {number: signal.signal(number, on_signal) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _confirm(question: str) -> None:
    if not sys.stdin.isatty():
        raise ConfigurationError(f"{question}: confirm with --yes")
    click.confirm(f"{question}?", abort=True, err=True)


@contextlib.contextmanager
def _reader_may_leave() -> Iterator[None]:
    """Where the reader of our output is gone, what was done is done all the same."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@_reader_may_leave()
def _show(data: Any, table: RenderableType, as_json: bool) -> None:
    if not data and not as_json:
        _print(_NO_ACTIVATION)
    elif as_json:
        click.echo(json.dumps(data, default=_json_value, ensure_ascii=False, indent=2))
    else:
        _print(table)


@_reader_may_leave()
def _print(renderable: RenderableType) -> None:
    """To a terminal in its colours and width; elsewhere plain, without padding."""
    console = Console(highlight=False)
    if console.is_terminal:
        console.print(renderable, markup=False, soft_wrap=isinstance(renderable, str))
        return
    console = Console(highlight=False, width=_PLAIN_WIDTH, no_color=True)
    with console.capture() as capture:
        console.print(renderable, markup=False, soft_wrap=isinstance(renderable, str))
    for line in capture.get().splitlines():
        click.echo(line.rstrip())


def _print_error(message: str) -> None:
    Console(stderr=True, highlight=False).print(
        f"Error: {message}", markup=False, soft_wrap=True
    )


def _json_value(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)
