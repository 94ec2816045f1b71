"""Asynchronous jobs of the stand-in of SendGrid, worked off when their time is over.

There is no thread: whoever asks next sees every job done whose time has come.
"""

from __future__ import annotations

import csv
import io
import json
import math
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from outhaul.sandbox.faults import Fault
from outhaul.sandbox.sendgrid_store import ImportFailed, Store, timestamp


@dataclass
class StandInJob:
    """work: applied at `ready`, in seconds of the stand-in's clock."""

    id: str
    kind: str
    rows: int
    ready: float
    work: Callable[[StandInJob], None]
    status: str = "pending"
    created: int = 0
    updated: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    file: str = "csv"
    lost: bool = False
    started_at: str = field(default_factory=timestamp)
    finished_at: str = ""

    def finish(self) -> None:
        """Do the work, and tell what became of it."""
        self.work(self)
        failures = len(self.failed)
        self.status = "errored" if failures else "completed"
        if failures and failures == self.rows:
            self.status = "failed"
        self.finished_at = timestamp()

    def view(self, url: str) -> dict[str, Any]:
        """The job as the vendor shows it; `url`: where files of errors lie."""
        shown: dict[str, Any] = {
            "id": self.id,
            "status": self.status,
            "job_type": self.kind,
            "started_at": self.started_at,
        }
        if self.status == "pending":
            return shown
        results: dict[str, Any] = {
            "requested_count": self.rows,
            "created_count": self.created,
            "updated_count": self.updated,
            "deleted_count": 0,
            "errored_count": len(self.failed),
        }
        if self.failed and self.file != "none":
            results["errors_url"] = f"{url}/_files/{self.id}.csv?signature=stand-in"
        return {**shown, "results": results, "finished_at": self.finished_at}

    def errors_file(self) -> bytes:
        """The file about failed rows, in the form that the fault says."""
        if self.file == "json":
            listed = [{"email": email, "error": text} for email, text in self.failed]
            return json.dumps({"errors": listed}).encode()
        if self.file == "unreadable":
            return b"\x89\x00\xff not a table"
        written = io.StringIO()
        writer = csv.writer(written)
        writer.writerow(["email", "error"])
        writer.writerows(self.failed)
        return written.getvalue().encode()


class Jobs:
    """All jobs, worked off in the order in which they came."""

    def __init__(self, clock: Callable[[], float], seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._waiting: list[StandInJob] = []
        self.all: dict[str, StandInJob] = {}

    def add(
        self,
        kind: str,
        rows: int,
        work: Callable[[StandInJob], None],
        fault: Fault | None = None,
    ) -> StandInJob:
        """A new job, which waits; a fault says what goes wrong with it."""
        ready = self._clock() + self._seconds
        job = StandInJob(str(uuid.uuid4()), kind, rows, ready, work)
        if fault is not None:
            job.file = fault.file
            job.lost = fault.what == "lost"
            if fault.what == "endless":
                job.ready = math.inf
        self.all[job.id] = job
        self._waiting.append(job)
        return job

    def work_off(self) -> None:
        """Finish what has waited long enough."""
        now = self._clock()
        due = [job for job in self._waiting if job.ready <= now]
        self._waiting = [job for job in self._waiting if job.ready > now]
        for job in due:
            job.finish()

    def clear(self) -> None:
        """Forget all jobs."""
        self._waiting.clear()
        self.all.clear()


def import_work(
    store: Store,
    rows: Sequence[Mapping[str, Any]],
    list_ids: Sequence[str],
    fault: Fault | None,
) -> Callable[[StandInJob], None]:
    """The work of an import; `fault` makes all or some of its rows fail."""
    all_fail = fault is not None and fault.what == "failed"
    failing = {each.lower() for each in fault.emails} if fault else set()

    def work(job: StandInJob) -> None:
        for row in rows:
            address = str(row.get("email") or "").strip().lower()
            try:
                if all_fail or address in failing:
                    raise ImportFailed("the contact could not be imported")
                is_new = store.upsert(row, list_ids)
            except ImportFailed as failed:
                job.failed.append((address, str(failed)))
            else:
                job.created += is_new
                job.updated += not is_new

    return work


def removal_work(
    store: Store, contact_ids: Sequence[str], list_id: str
) -> Callable[[StandInJob], None]:
    """The work of ending memberships."""

    def work(job: StandInJob) -> None:
        for contact_id in contact_ids:
            store.leave_list(contact_id, list_id)

    return work
