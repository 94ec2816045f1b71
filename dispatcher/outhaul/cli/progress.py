"""How a running sync shows: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from outhaul.engine.observer import Observer
from outhaul.engine.summary import Summary
from outhaul.text.phrases import counted

_STOPPING = "Stopping: nothing more is sent; a second signal (Ctrl-C) ends at once."


def _waiting(name: str, requests: int, seconds: float) -> str:
    things = "1 request" if requests == 1 else f"{requests} requests"
    return f"{name}: waits for {things} under way, {seconds:.0f} s at most"


class Lines(Observer):
    """One line when a sync starts and one when it ends, for logs."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def started(self, name: str, planned: int) -> None:
        """Say how much there is to do."""
        self._say(f"{name}: {counted(planned, 'row')} to send")

    def stopping(self) -> None:
        """Say that the signal was heard."""
        self._say(_STOPPING)

    def waits(self, name: str, requests: int, seconds: float) -> None:
        """Say what the end waits for."""
        if requests:
            self._say(_waiting(name, requests, seconds))

    def finished(self, summary: Summary) -> None:
        """Say how it ended."""
        tail = f": {summary.message}" if summary.message else ""
        self._say(f"{summary.name}: {summary.result.value}{tail}")

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


class Bars(Observer):
    """A progress bar for each sync that has something to send."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def started(self, name: str, planned: int) -> None:
        """Add a bar."""
        self._tasks[name] = self._progress.add_task(name, total=planned)

    def progressed(self, name: str, done: int) -> None:
        """Move it on."""
        self._progress.update(self._tasks[name], completed=done)

    def stopping(self) -> None:
        """Say that the signal was heard, above the bars."""
        self._say(_STOPPING)

    def waits(self, name: str, requests: int, seconds: float) -> None:
        """Say what the end waits for."""
        if requests:
            self._say(_waiting(name, requests, seconds))

    def finished(self, summary: Summary) -> None:
        """Leave the bar as it is."""

    def _say(self, line: str) -> None:
        self._progress.console.print(line, markup=False, highlight=False)


def bars(console: Console) -> Progress:
    """The display that `Bars` draws on."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )
