"""The shop of the demo: a copy of the starter, its commands and its segments."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml

from scripts.demo.screen import echo, show_lines
from scripts.demo.stand_ins import StandIns

ROOT = Path(__file__).resolve().parents[2]
# The vendors take a while to work off imports and limit requests; the sandbox does
# not.
QUICKER = {
    "sendgrid": {"poll_seconds": 0.2, "writes_per_second": 20},
    "batch": {"requests_per_second": 20},
    "emarsys": {"requests_per_second": 50},
}
FIELDS = (
    *("email", "customer_id", "first_name", "last_name", "country"),
    *("order_count", "lifetime_value", "last_order_date"),
)
# What diffs can send: rows whose key is there and turns up once.
SENDABLE = f"""
    select {", ".join(FIELDS)} from {{segment}}
    where customer_id is not null
    qualify count(*) over (partition by customer_id) = 1
    order by lifetime_value desc
"""  # noqa: S608

Row = dict[str, Any]


@dataclass(frozen=True)
class Segments:
    """Rows by e-mail address, of one day."""

    newsletter: dict[str, Row]
    vip: dict[str, Row]


class Shop:
    """The starter project in a folder of its own, pointed at this repository."""

    def __init__(self, folder: Path, stand_ins: StandIns) -> None:
        self.folder = folder
        made_by_dbt = shutil.ignore_patterns(
            "dbt_packages", "target", "logs", "*.duckdb*"
        )
        shutil.copytree(ROOT / "dbt_project", folder, ignore=made_by_dbt)
        (folder / "packages.yml").write_text(f"packages:\n  - local: {ROOT}\n")
        declared = folder / "destinations.yml"
        content = yaml.safe_load(declared.read_text())
        for name, settings in QUICKER.items():
            content["destinations"][name] |= settings
        declared.write_text(yaml.safe_dump(content))
        # Without settings of another dbt, and with our own commands.
        env = {k: v for k, v in os.environ.items() if not k.startswith("DBT_")}
        commands = str(Path(sys.executable).parent)
        env["PATH"] = os.pathsep.join([commands, env.get("PATH", "")])
        self.environ = env | stand_ins.environment()

    def run(self, *command: str, show: re.Pattern[str] | None = None) -> None:
        """Echo a command and run it; with `show`, print only the lines that match."""
        echo(command)
        if show is None:
            done = subprocess.run(command, cwd=self.folder, env=self.environ)
            lines = []
        else:
            done = subprocess.run(
                [command[0], "--no-use-colors", *command[1:]],
                cwd=self.folder,
                env=self.environ,
                text=True,
                capture_output=True,
            )
            lines = (done.stdout + done.stderr).splitlines()
        lines = [re.sub(r"^\d\d:\d\d:\d\d +", "", line) for line in lines]
        show_lines(
            [line for line in lines if done.returncode or (show and show.search(line))]
        )
        if done.returncode:
            sys.exit(f"'{' '.join(command)}' ended with status {done.returncode}.")

    def pass_to_day_2(self) -> None:
        """Write the raw data of the next day."""
        generator = [sys.executable, "-B", "scripts/generate_seeds.py"]
        arguments = ["--day", "2", "--output", "seeds"]
        subprocess.run([*generator, *arguments], cwd=self.folder, check=True)

    def segments(self) -> Segments:
        """Who may be sent, as the warehouse has it now."""
        path = str(self.folder / "harbour_goods.duckdb")
        with duckdb.connect(path, read_only=True) as reader:
            newsletter, vip = (
                reader.execute(SENDABLE.format(segment=segment)).fetchall()
                for segment in ("newsletter_customers", "vip_customers")
            )
        return Segments(by_email(newsletter), by_email(vip))


def by_email(rows: list[tuple[Any, ...]]) -> dict[str, Row]:
    return {row[0]: dict(zip(FIELDS, row, strict=True)) for row in rows}
