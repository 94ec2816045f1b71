"""The command that runs the stand-ins."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import click

from dispatcher.cli.output import write
from dispatcher.cli.signals import draining


@click.command()
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
        draining(stop),
    ):
        for name in running.vendors:
            write(f"{name}: {running.url(name)}")
        write(f"sftp's host key: {running.host_fingerprint}")
        write("Control and state: /_sandbox/state. Stop with Ctrl-C.")
        sys.stdout.flush()
        stop.wait()
    return 0
