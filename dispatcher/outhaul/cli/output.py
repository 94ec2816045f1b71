"""What goes to standard output and standard error, and questions to a person."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import click
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from outhaul.errors import ConfigurationError, OuthaulError
from outhaul.text.visible import visible, visible_json

_PLAIN_WIDTH = 160
"""Columns of what is not printed to a terminal: most tables fit without a break."""
_NO_ACTIVATION = (
    "No activation of this target is in the ledger yet: run 'dbt build' with a diff."
)


class Terminal(Console):
    """A console that writes out every control character that is not its own.

    Line breaks stay, since messages have several lines; `tables` writes them out in
    values of rows and words of people.
    """

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """The segments that are printed, with hidden characters written out."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield segment._replace(text=visible(segment.text, keep="\n"))


def confirm(question: str) -> None:
    """Ask a person; anything but yes aborts, and nobody at a terminal is an error."""
    question = visible(question)
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
        _print_no_more()
    except OSError as error:
        _print_no_more()
        raise OuthaulError(
            f"standard output cannot be written: {error.strerror}; what was done is "
            "done, and 'outhaul status' tells of it"
        ) from None


def _print_no_more() -> None:
    """Python writes out what is left when it ends, and would complain again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@_reader_may_leave()
def show(
    data: Any, table: RenderableType, as_json: bool, nothing: str = _NO_ACTIVATION
) -> None:
    """Print data as JSON, or its table; where there is none, say why."""
    if not data and not as_json:
        write(nothing)
    elif as_json:
        text = json.dumps(data, default=_json_value, ensure_ascii=False, indent=2)
        click.echo(visible_json(text))
    else:
        write(table)


@_reader_may_leave()
def write(renderable: RenderableType) -> None:
    """To a terminal in its colours and width; elsewhere plain, without padding."""
    console = Terminal(highlight=False)
    if console.is_terminal:
        console.print(renderable, markup=False, soft_wrap=isinstance(renderable, str))
        return
    console = Terminal(highlight=False, width=_PLAIN_WIDTH, no_color=True)
    with console.capture() as capture:
        console.print(renderable, markup=False, soft_wrap=isinstance(renderable, str))
    for line in capture.get().splitlines():
        click.echo(line.rstrip())


def print_error(message: str) -> None:
    """To standard error, after `Error:`."""
    Terminal(stderr=True, highlight=False).print(
        f"Error: {message}", markup=False, soft_wrap=True
    )


def print_note(message: str) -> None:
    """To standard error."""
    Terminal(stderr=True, highlight=False).print(message, markup=False, soft_wrap=True)


def _json_value(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)
