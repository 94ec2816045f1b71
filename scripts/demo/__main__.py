"""The main job from raw data to four platforms and back, on this machine alone.

Runs the starter project in a temporary copy, on DuckDB and against the sandbox:
two days of a shop, each with the commands that a scheduler would run.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from pathlib import Path

from scripts.demo.findings import findings_of
from scripts.demo.results import show_findings, show_one_customer
from scripts.demo.screen import headline, say
from scripts.demo.shop import Shop
from scripts.demo.stand_ins import StandIns, sandbox

# Of what `dbt build` prints: what was loaded, the warnings, and the outcome.
WORTH_SHOWING = re.compile(r"OK loaded seed|WARN \d|^outhaul|ERROR [^=]|^Done\.")


def main() -> None:
    """Run both days, then compare what each service holds with the segments."""
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="outhaul-demo-") as folder,
        sandbox() as stand_ins,
    ):
        shop = Shop(Path(folder) / "dbt_project", stand_ins)
        is_right = run_two_days(shop, stand_ins)
    say(f"\nThe demo took {time.monotonic() - started:.0f} seconds.")
    sys.exit(0 if is_right else 1)


def run_two_days(shop: Shop, stand_ins: StandIns) -> bool:
    """What a scheduler would run on each of two days; whether all is as it must be."""
    headline(
        "Install the package",
        "Harbour Goods is an invented shop with 1,000 customers, two of three of whom"
        " use its app. Its dbt project takes outhaul as a package.",
    )
    shop.run("dbt", "deps", show=re.compile("Installing|Installed"))

    headline(
        "Day 1: build",
        "dbt computes the segments and what changed in them. The export names one"
        " customer twice and one without a key: tests warn, and diffs set these rows"
        " aside.",
    )
    shop.run("dbt", "build", show=WORTH_SHOWING)
    headline(
        "Day 1: check",
        "Are keys and columns what the destinations take? All of them are local"
        " stand-ins, of SendGrid, Batch, Splio and Emarsys. Nothing is sent.",
    )
    shop.run("outhaul", "check")
    headline("Day 1: sync", "The changed rows go to all of them.")
    shop.run("outhaul", "sync")
    before = shop.segments()

    headline(
        "Day 2: build",
        "Customers arrived, changed and left overnight. Only these are in the diffs.",
    )
    shop.pass_to_day_2()
    shop.run("dbt", "build", show=WORTH_SHOWING)
    headline("Day 2: plan, sync, status", "The same commands as on every day.")
    shop.run("outhaul", "plan")
    shop.run("outhaul", "sync")
    shop.run("outhaul", "status")

    headline(
        "What the destinations hold now",
        "Asked of each, and compared with what its service has to make of the segments"
        " of both days.",
    )
    now, held = shop.segments(), stand_ins.state()
    show_one_customer(now, held)
    found = findings_of(before, now, held)
    show_findings(found, now, held)
    return all(each.is_right for each in found)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Stopped.")
