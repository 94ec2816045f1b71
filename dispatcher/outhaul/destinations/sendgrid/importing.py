"""Contacts into imports, and jobs of imports to outcomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from outhaul.destinations.sendgrid.api import Api, Contact
from outhaul.destinations.sendgrid.jobs import failed_addresses, failed_count, settle
from outhaul.kit.rows import Collected
from outhaul.kit.service import Job
from outhaul.model import UNKNOWN, Outcome, Status

MISSING = Outcome(Status.MISSING, "missing", "SendGrid has no contact of this address")

_ENDED = ("completed", "errored", "failed")


def identified(address: str, found: Contact | None) -> dict[str, Any]:
    """The part of a contact that says whom we mean.

    The contact's own address where it was found by an alternate one, which
    would make another contact, and the other identifiers that it has.
    """
    if found is None or not found.email:
        return {"email": address}
    return {"email": found.email, **found.identifiers}


def outcomes_of(
    api: Api,
    job: Job,
    items: Collected,
    addresses: Sequence[str],
    read_file: Callable[[str], bytes],
) -> list[Outcome] | None:
    """One look at a job, and one at its file of errors where there is one."""
    state = api.job(job)
    if state is None:
        return [UNKNOWN] * len(items)
    status = str(state.get("status", "")).lower()
    if status not in _ENDED:
        return None
    results = state.get("results")
    results = results if isinstance(results, dict) else {}
    url = results.get("errors_url")
    has_failed = failed_count(status, results) != 0
    file = read_file(str(url)) if has_failed and url else b""
    failed = failed_addresses(file, api.quote)
    return settle(items, addresses, status, results, failed)
