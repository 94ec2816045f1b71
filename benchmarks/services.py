"""Every real service beside the loop that one would write for it by hand."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import customers
from benchmarks.builds import SOURCE
from benchmarks.databases import SCHEMA, Database, postgres_databases
from benchmarks.file_server import FileServer, running_file_server
from benchmarks.nodes import ROOT, Nodes
from benchmarks.sending import Sent
from benchmarks.sink import received_by, running_sink

LIMIT_SECONDS = 300.0
_FEW = 40

Say = Callable[[str], None]


@dataclass(frozen=True)
class Case:
    """A diff of the project `services_project`, and what it is called in the table.

    share: of the rows, where a request holds few of them. header: lines of a file
    before its rows; None where the rows go to the sink.
    """

    activation: str
    title: str
    share: int = 1
    header: int | None = None
    transport: str = "rest"


CASES = (
    Case("sendgrid_contacts", "SendGrid `contacts`, `insert: true`"),
    Case("sendgrid_updates", "SendGrid `contacts`, looked up first"),
    Case("sendgrid_list", "SendGrid `list`"),
    Case("batch_contacts", "Batch `contacts`"),
    Case("batch_profiles", "Batch `profiles`"),
    Case("batch_events", "Batch `events`"),
    Case("braze_attributes", "Braze `attributes`, in bulk"),
    Case("braze_events", "Braze `events`, in bulk"),
    Case("braze_list", "Braze `list`, in bulk"),
    Case("braze_subscriptions", "Braze `subscriptions`", share=_FEW),
    Case("brevo_contacts", "Brevo `contacts`, `insert: true`"),
    Case("brevo_updates", "Brevo `contacts`, one a request", share=_FEW),
    Case("brevo_list", "Brevo `list`"),
    Case("emarsys_contacts", "Emarsys `contacts`"),
    Case("emarsys_list", "Emarsys `list`"),
    Case("emarsys_table", "Emarsys `table`"),
    Case("hubspot_objects", "HubSpot `objects`, contacts"),
    Case("hubspot_list", "HubSpot `list`"),
    Case("intercom_contacts", "Intercom `contacts`", share=_FEW),
    Case("intercom_companies", "Intercom `companies`, `insert: true`", share=_FEW),
    Case("intercom_segment", "Intercom `segment`", share=_FEW),
    Case("iterable_attributes", "Iterable `attributes`, `insert: true`"),
    Case("iterable_list", "Iterable `list`, looked up one by one", share=_FEW),
    Case("klaviyo_contacts", "Klaviyo `contacts`"),
    Case("klaviyo_list", "Klaviyo `list`"),
    Case("klaviyo_subscriptions", "Klaviyo `subscription_list`"),
    Case("mailchimp_members", "Mailchimp `members`, one a request", share=_FEW),
    Case("mailchimp_segment", "Mailchimp `segment`"),
    Case("meta_audience", "Meta Ads `audience`, hashed on the way"),
    Case("meta_conversions", "Meta Ads `conversions`, hashed on the way"),
    Case("splio_files", "Splio `contacts`, files", header=1, transport="sftp"),
    Case("splio_created", "Splio `contacts`, REST, 1,000 created at once"),
    Case("splio_updates", "Splio `contacts`, REST, one a request", share=_FEW),
    Case("webhook", "Webhook `upserts`"),
    Case("sftp_csv", "SFTP file, csv", header=1),
    Case("sftp_gzip", "SFTP file, csv and gzip", header=1),
    Case("sftp_json_lines", "SFTP file, JSON lines", header=0),
    Case("zendesk_users", "Zendesk `users`, `insert: true`", share=_FEW),
    Case("zendesk_records", "Zendesk `custom_object`", share=_FEW),
)
NAMES = [case.activation for case in CASES]


@dataclass(frozen=True)
class ServiceTimes:
    """The repetitions of the loop and of the engine."""

    title: str
    activation: str
    loop: list[Sent]
    engine: list[Sent]

    @property
    def ratio(self) -> float:
        """The engine's speed by the loop's, both at their best."""
        return _best(self.loop) / _best(self.engine)

    @property
    def cpu_ratio(self) -> float:
        """The loop's CPU time by the engine's, both at their best."""
        return _best_cpu(self.loop) / _best_cpu(self.engine)


def measure_services(
    names: Sequence[str], rows: int, repeat: int, say: Say
) -> list[ServiceTimes]:
    """Send each diff in turn by the loop and by the engine."""
    cases = [case for case in CASES if case.activation in (names or NAMES)]
    found = []
    with tempfile.TemporaryDirectory(prefix="outhaul-benchmark-") as folder:
        place = Path(folder)
        (place / "files").mkdir()
        with (
            postgres_databases(place) as databases,
            running_file_server(place / "files") as files,
        ):
            say(f"files are taken by {files.name}")
            for share in sorted({case.share for case in cases}):
                alike = [case for case in cases if case.share == share]
                project = place / f"project{share}"
                with _sender(project, next(databases), rows // share, files) as sender:
                    found += [sender.times(case, repeat, say) for case in alike]
    order = [case.activation for case in CASES]
    return sorted(found, key=lambda times: order.index(times.activation))


@contextmanager
def _sender(
    folder: Path, database: Database, rows: int, files: FileServer
) -> Iterator[_Sender]:
    nodes = Nodes(folder, database, project="services_project")
    try:
        database.run(customers.create(SOURCE, rows))
        yield _Sender(folder, database, rows, files, nodes)
    finally:
        nodes.close()


@dataclass(frozen=True)
class _Sender:
    """New customers, sent to one service after the other."""

    folder: Path
    database: Database
    rows: int
    files: FileServer
    nodes: Nodes

    def times(self, case: Case, repeat: int, say: Say) -> ServiceTimes:
        self.nodes.build(case.activation)
        self.database.settle(f"{SCHEMA}.{case.activation}")
        sent: dict[str, list[Sent]] = {"loop": [], "engine": []}
        for _ in range(repeat):
            for way, repetitions in sent.items():
                say(f"{case.activation}: {self.rows} rows by the {way}")
                repetitions.append(self._send(case, way))
        times = ServiceTimes(case.title, case.activation, **sent)
        say(f"{case.activation}: {times.cpu_ratio:.2f} of the loop in CPU time")
        return times

    def _send(self, case: Case, way: str) -> Sent:
        """Send all rows as new, and see that they arrived."""
        self._forget()
        with running_sink() as address:
            settings = {
                "BENCHMARK_SINK": address,
                "BENCHMARK_SECRET": "secret",
                "BENCHMARK_TRANSPORT": case.transport,
                **self.files.environment,
            }
            program = [sys.executable, "-m", "benchmarks.sending", way]
            finished = subprocess.run(
                [*program, str(self.folder), case.activation],
                env={**os.environ, **settings},
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=LIMIT_SECONDS,
            )
            assert finished.returncode == 0, finished.stderr
            received = received_by(address).rows
        if case.header is not None:
            received = sum(_lines(each) - case.header for each in self._files())
        sent = Sent(**json.loads(finished.stdout))
        assert received == sent.rows == self.rows, (received, sent)
        return sent

    def _files(self) -> list[Path]:
        return [path for path in self.files.local.iterdir() if path.name[0] != "."]

    def _forget(self) -> None:
        """Let the ledger know of no sync, and the server of no file."""
        self.files.forget()
        self.database.run(
            *(
                f"delete from {SCHEMA}.{table}"
                for table in ("outhaul_claims", "outhaul_syncs", "outhaul_jobs")
            )
        )


def _lines(file: Path) -> int:
    content = file.read_bytes()
    if file.suffix == ".gz":
        content = gzip.decompress(content)
    return content.count(b"\n")


def _best(sent: Sequence[Sent]) -> float:
    return min(each.seconds for each in sent)


def _best_cpu(sent: Sequence[Sent]) -> float:
    return min(each.cpu_seconds for each in sent)
