"""`outhaul sandbox`: stand-ins of the destinations."""

from __future__ import annotations

import math
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from outhaul.cli.output import write
from outhaul.cli.signals import draining

if TYPE_CHECKING:
    from outhaul.sandbox import Sandbox

_LOOK_SECONDS = 60.0
"""Between two looks at whether somebody used it: --idle counts in minutes."""


@click.command("sandbox")
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
@click.option(
    "--token",
    envvar="OUTHAUL_SANDBOX_TOKEN",
    help="For requests to /_sandbox/; default: the variable OUTHAUL_SANDBOX_TOKEN, or"
    " a new one.",
)
@click.option(
    "--for",
    "minutes",
    type=click.FloatRange(0, min_open=True),
    help="Minutes after which it ends.",
)
@click.option(
    "--idle",
    default=240.0,
    show_default=True,
    type=click.FloatRange(0),
    help="Minutes without a request after which it ends; 0: never.",
)
def command(
    port: int,
    job_seconds: float,
    latency: float,
    state_file: Path | None,
    folder: Path | None,
    token: str | None,
    minutes: float | None,
    idle: float,
) -> int:
    """Run local stand-ins of the destinations, to try things out."""
    from outhaul.sandbox import Sandbox

    stop = threading.Event()
    with (
        Sandbox(
            port,
            job_seconds=job_seconds,
            latency=latency,
            state_file=state_file,
            folder=folder,
            token=token or "",
        ) as running,
        draining(stop),
    ):
        for name in running.vendors:
            write(f"{name}: {running.url(name)}")
        write(f"sftp's host key: {running.host_fingerprint}")
        if not token:
            write(f"token of /_sandbox/: {running.token}")
        write("Control and state: /_sandbox/state. Stop with Ctrl-C.")
        sys.stdout.flush()
        write(_wait(running, stop, minutes, idle))
    return 0


def _wait(
    running: Sandbox, stop: threading.Event, minutes: float | None, idle: float
) -> str:
    """Wait for a signal or for the end of the time; returns why it ends."""
    ends_at = math.inf if minutes is None else time.monotonic() + 60 * minutes
    while not stop.is_set():
        unused = 60 * idle - running.idle_seconds if idle else math.inf
        left = min(ends_at - time.monotonic(), unused)
        if left <= 0:
            over = "Nobody used it (--idle)." if unused <= 0 else ""
            return over or "Its time is over (--for)."
        stop.wait(min(left, _LOOK_SECONDS))
    return "Stopped."
