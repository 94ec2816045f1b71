"""The main job from raw data to a destination and back, on this machine alone.

Runs the starter project in a temporary copy, on DuckDB and against the sandbox:
two days of a shop, each with the commands that a scheduler would run.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import duckdb
from rich import box
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
VIP = "vip_customers"
VIP_ADDRESSES = "select email from vip_customers"
COUNTRIES_SHOWN = ["FR", "GR", "JP", "PL"]
FIELDS = [
    *("email", "first_name", "last_name", "city", "country"),
    *("order_count", "lifetime_value"),
]
SHOWN = ["email", "first_name", "last_name", "country", "lifetime_value"]
SENDABLE_CUSTOMERS = """
    select
        email, first_name, last_name, city, country,
        order_count, cast(lifetime_value as double)
    from newsletter_customers
    where customer_id is not null
    qualify count(*) over (partition by customer_id) = 1
    order by lifetime_value desc
"""

# Of what `dbt build` prints: what was loaded, the warnings, and the outcome.
WORTH_SHOWING = re.compile(r"OK loaded seed|WARN \d|^outhaul|ERROR [^=]|^Done\.")

console = Console(highlight=False)


def main() -> None:
    """Run both days, then compare the destination with the segments."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="outhaul-demo-") as folder:
        shop = Path(folder) / "dbt_project"
        copy_starter(shop)
        with sandbox() as address:
            run_two_days(shop, environment(address))
            same = show_destination(shop, sandbox_state(address)["sendgrid"])
    console.print(f"\nThe demo took {time.monotonic() - started:.0f} seconds.")
    sys.exit(0 if same else 1)


def run_two_days(shop: Path, env: dict[str, str]) -> None:
    """What a scheduler would run on each of two days."""
    headline(
        "Install the package",
        "Harbour Goods is an invented shop with 1,000 customers. Its dbt project"
        " takes outhaul as a package.",
    )
    run(shop, env, "dbt", "deps", show=re.compile("Installing|Installed"))

    headline(
        "Day 1: build",
        "dbt computes the segments and what changed in them. The export names one"
        " customer twice and one without a key: tests warn, and the diff sets these"
        " rows aside.",
    )
    run(shop, env, "dbt", "build", show=WORTH_SHOWING)
    headline("Day 1: plan", "What a sync would do. Nothing is sent.")
    run(shop, env, "outhaul", "plan")
    headline(
        "Day 1: sync",
        "The changed rows go to the destination: a local stand-in of SendGrid.",
    )
    run(shop, env, "outhaul", "sync")
    headline(
        "Day 1: status", "The ledger knows what was delivered: nothing is left to send."
    )
    run(shop, env, "outhaul", "status")

    headline(
        "Day 2: build",
        "Customers arrived, changed and left overnight. Only these are in the diff.",
    )
    generator = [sys.executable, "-B", "scripts/generate_seeds.py"]
    subprocess.run(
        [*generator, "--day", "2", "--output", "seeds"], cwd=shop, check=True
    )
    run(shop, env, "dbt", "build", show=WORTH_SHOWING)
    headline("Day 2: plan, sync, status", "The same commands as on every day.")
    run(shop, env, "outhaul", "plan")
    run(shop, env, "outhaul", "sync")
    run(shop, env, "outhaul", "status")


def copy_starter(shop: Path) -> None:
    """Copy the starter project, pointed at the package in this repository."""
    made_by_dbt = shutil.ignore_patterns("dbt_packages", "target", "logs", "*.duckdb*")
    shutil.copytree(ROOT / "dbt_project", shop, ignore=made_by_dbt)
    (shop / "packages.yml").write_text(f"packages:\n  - local: {ROOT}\n")
    with (shop / "destinations.yml").open("a") as destinations:
        # SendGrid takes a while to work off an import; the sandbox does not.
        destinations.write("    poll_seconds: 0.2\n")


def environment(address: str) -> dict[str, str]:
    """The environment of the commands: this one, without settings of another dbt."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("DBT_")}
    commands = str(Path(sys.executable).parent)
    return env | {
        "PATH": os.pathsep.join([commands, env.get("PATH", "")]),
        "SENDGRID_API_KEY": "SG.invented-for-the-sandbox",
        "OUTHAUL_SENDGRID_URL": f"{address}/sendgrid",
    }


@contextmanager
def sandbox() -> Iterator[str]:
    """Run `outhaul sandbox` on a free port; its address, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [Path(sys.executable).with_name("outhaul"), "sandbox", "--port", port]
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=10)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the sandbox answers."""
    for _ in range(200):
        try:
            sandbox_state(address)
        except URLError:
            time.sleep(0.1)
        else:
            return
        if process.poll() is not None:
            break
    sys.exit("The sandbox did not start.")


def sandbox_state(address: str) -> Any:
    """What the sandbox holds."""
    with urlopen(f"{address}/_sandbox/state", timeout=10) as answer:  # noqa: S310
        return json.load(answer)


def headline(title: str, sentence: str) -> None:
    """Announce a step and say in a sentence what it does."""
    console.print()
    console.rule(f"[bold]{title}[/bold]", align="left")
    console.print(f"[italic]{sentence}[/italic]")


def run(
    shop: Path, env: dict[str, str], *command: str, show: re.Pattern[str] | None = None
) -> None:
    """Echo a command and run it; with `show`, print only the lines that match."""
    console.print(f"\n[bold green]$ {' '.join(command)}[/bold green]")
    sys.stdout.flush()
    if show is None:
        status, output = subprocess.run(command, cwd=shop, env=env).returncode, ""
    else:
        arguments = [command[0], "--no-use-colors", *command[1:]]
        done = subprocess.run(
            arguments, cwd=shop, env=env, text=True, capture_output=True
        )
        status, output = done.returncode, done.stdout + done.stderr
    lines = [re.sub(r"^\d\d:\d\d:\d\d +", "", line) for line in output.splitlines()]
    for line in lines:
        if status or (show and show.search(line)):
            console.print(line, markup=False, soft_wrap=True)
    if status:
        sys.exit(f"'{' '.join(command)}' ended with status {status}.")


def show_destination(shop: Path, held: Any) -> bool:
    """Print what the destination holds; whether that equals the segments."""
    headline(
        "What the destination holds now",
        "Asked of the destination, and compared with the segments in the warehouse.",
    )
    contacts = {contact["email"]: contact for contact in held["contacts"]}
    members = {email for email in contacts if VIP in contacts[email]["lists"]}
    with duckdb.connect(str(shop / "harbour_goods.duckdb"), read_only=True) as reader:
        newsletter = reader.execute(SENDABLE_CUSTOMERS).fetchall()
        vip = {row[0] for row in reader.execute(VIP_ADDRESSES).fetchall()}

    samples = Table(*SHOWN, box=box.SIMPLE_HEAD, padding=0)
    for country in COUNTRIES_SHOWN:
        email = next(row[0] for row in newsletter if row[4] == country)
        contact = by_name(contacts.get(email, {}))
        samples.add_row(*(str(contact.get(name, "")) for name in SHOWN))
    console.print(samples)

    equal = sum(
        tuple(by_name(contacts.get(row[0], {})).get(name) for name in FIELDS) == row
        for row in newsletter
    )
    left = len(contacts.keys() - {row[0] for row in newsletter})
    console.print(
        f"{equal} of {len(newsletter)} newsletter customers are contacts with the"
        f" values of the warehouse.\n{left} more contacts left or have a new address:"
        f" outhaul deletes no contact.\n{len(members & vip)} of {len(vip)} VIPs are in"
        f" the list '{VIP}', and {len(members - vip)} others.",
        soft_wrap=True,
    )
    return equal == len(newsletter) and members == vip


def by_name(contact: dict[str, Any]) -> dict[str, Any]:
    """The fields of a contact, its custom fields among them."""
    return contact | contact.get("custom_fields", {})


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Stopped.")
