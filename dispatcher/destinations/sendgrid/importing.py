"""What both services share: rows to addresses, jobs to outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dispatcher.destinations.base import (
    UNKNOWN,
    Encoded,
    Job,
    OneByOne,
    Outcome,
    Row,
    Status,
)
from dispatcher.destinations.columns import emails
from dispatcher.destinations.rows import column_of, found_of, values_of
from dispatcher.destinations.sendgrid.api import Api, Contact
from dispatcher.destinations.sendgrid.jobs import (
    failed_addresses,
    failed_count,
    settle,
)
from dispatcher.destinations.sendgrid.values import normal_email
from dispatcher.errors import RowRefused

MISSING = Outcome(Status.MISSING, "missing", "SendGrid has no contact of this address")

_ENDED = ("completed", "errored", "failed")


def settled_or_address(row: Row) -> str | Outcome:
    """The address to look up, or the outcome of a row that has no valid one."""
    try:
        return normal_email(row.values.get("email"))
    except RowRefused as refused:
        return Outcome(Status.REJECTED, refused.code, str(refused))


def addresses_of(items: Sequence[Encoded]) -> list[str]:
    """The addresses that were sent: a contact's own where a look-up found one."""
    pairs = zip(found_of(items), values_of(items, "email"), strict=True)
    return [
        found.email if found is not None and found.email else given.strip().lower()
        for found, given in pairs
    ]


def settled_or_addresses(rows: Sequence[Row]) -> Sequence[str | Outcome]:
    """The same for many rows."""
    try:
        return emails(column_of(rows, "email"))
    except OneByOne:
        return [settled_or_address(row) for row in rows]


def identified(address: str, found: Contact | None) -> dict[str, Any]:
    """The part of a contact that says whom we mean.

    The contact's own address where it was found by an alternate one, which
    would make another contact, and the other identifiers that it has.
    """
    if found is None or not found.email:
        return {"email": address}
    return {"email": found.email, **found.identifiers}


def outcomes_of(
    api: Api, job: Job, items: Sequence[Encoded], addresses: Sequence[str]
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
    file = api.errors_file(str(url)) if has_failed and url else b""
    return settle(items, addresses, status, results, failed_addresses(file))


def to_be_looked_up(items: Sequence[Encoded]) -> list[Outcome] | None:
    """Where a row was not looked up: outcomes that ask for it, and no request.

    That happens to rows of a job that an earlier sync began: a restarted sync
    encodes them without a look-up, to ask what became of the job.
    """
    if None not in found_of(items):
        return None
    return [Outcome(Status.LOOK_UP)] * len(items)
