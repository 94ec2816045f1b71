"""`python -m benchmarks`: measure, and print the tables of docs/performance.md."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

import click

from benchmarks.builds import BuildTimes, measure_builds
from benchmarks.databases import WAREHOUSES
from benchmarks.dispatches import Dispatch, measure_dispatches
from benchmarks.services import NAMES as SERVICES
from benchmarks.services import ServiceTimes, measure_services
from benchmarks.tables import build_table, dispatch_table, service_table

NAMES = ["builds", "dispatches", "services"]


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(NAMES))
@click.option("--rows", default=1_000_000, show_default=True, help="Of a build.")
@click.option("--dispatch-rows", default=200_000, show_default=True, help="Sent.")
@click.option(
    "--many-rows",
    default=1_000_000,
    show_default=True,
    help="Sent once more, to see that memory does not grow; 0 leaves it out.",
)
@click.option("--service-rows", default=200_000, show_default=True, help="Sent.")
@click.option(
    "--service",
    "services",
    multiple=True,
    type=click.Choice(SERVICES),
    help="Of the services; by default all.",
)
@click.option("--repeat", default=3, show_default=True, help="The best one counts.")
@click.option(
    "--warehouse",
    "warehouses",
    multiple=True,
    type=click.Choice(list(WAREHOUSES)),
    help="Of the builds; by default both.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write all measurements there, as JSON.",
)
def main(
    names: tuple[str, ...],
    rows: int,
    dispatch_rows: int,
    many_rows: int,
    service_rows: int,
    services: tuple[str, ...],
    repeat: int,
    warehouses: tuple[str, ...],
    output: Path | None,
) -> None:
    """Measure builds, dispatches, services or, by default, all of them."""
    builds: list[BuildTimes] = []
    dispatches: list[Dispatch] = []
    times: list[ServiceTimes] = []
    if "builds" in (names or NAMES):
        builds = measure_builds(warehouses or list(WAREHOUSES), rows, repeat, _say)
        for each in builds:
            click.echo(build_table(each) + "\n")
    if "dispatches" in (names or NAMES):
        dispatches = measure_dispatches(dispatch_rows, many_rows, repeat, _say)
        click.echo(dispatch_table(dispatches) + "\n")
    if "services" in (names or NAMES):
        times = measure_services(services, service_rows, repeat, _say)
        click.echo(service_table(times))
    if output is not None:
        found = {
            "builds": [dataclasses.asdict(each) for each in builds],
            "dispatches": [dataclasses.asdict(each) for each in dispatches],
            "services": [dataclasses.asdict(each) for each in times],
        }
        output.write_text(json.dumps(found, indent=2) + "\n")


def _say(line: str) -> None:
    click.echo(line, err=True)


if __name__ == "__main__":
    sys.exit(main())
