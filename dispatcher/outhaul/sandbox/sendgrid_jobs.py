"""How the stand-in of SendGrid shows jobs, and the files about their failed rows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from outhaul.sandbox.jobs import StandInJob
from outhaul.sandbox.sendgrid_store import Store


def view(job: StandInJob, url: str) -> dict[str, Any]:
    """The job as the vendor shows it; `url`: where files of errors lie."""
    shown: dict[str, Any] = {
        "id": job.id,
        "status": job.status,
        "job_type": job.kind,
        "started_at": job.started_at,
    }
    if job.status == "pending":
        return shown
    results: dict[str, Any] = {
        "requested_count": job.rows,
        "created_count": job.counts["created"],
        "updated_count": job.counts["updated"],
        "deleted_count": 0,
        "errored_count": len(job.failed),
    }
    if job.failed and file_of(job) != "none":
        results["errors_url"] = f"{url}/_files/{job.id}.csv?signature=stand-in"
    return {**shown, "results": results, "finished_at": job.finished_at}


def file_of(job: StandInJob) -> str:
    """In which form the file about failed rows is."""
    return job.fault.file if job.fault else "csv"


def errors_file(job: StandInJob) -> bytes:
    """The file about failed rows, in the form that the fault says."""
    if file_of(job) == "json":
        listed = [{"email": each.key, "error": each.reason} for each in job.failed]
        return json.dumps({"errors": listed}).encode()
    if file_of(job) == "unreadable":
        return b"\x89\x00\xff not a table"
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["email", "error"])
    writer.writerows((each.key, each.reason) for each in job.failed)
    return written.getvalue().encode()


def address_of(row: Mapping[str, Any]) -> str:
    """What a contact of an import is known by."""
    return str(row.get("email") or "").strip().lower()


def removal_work(
    store: Store, contact_ids: Sequence[str], list_id: str
) -> Callable[[StandInJob], None]:
    """The work of ending memberships."""

    def work(job: StandInJob) -> None:
        for contact_id in contact_ids:
            store.leave_list(contact_id, list_id)

    return work
