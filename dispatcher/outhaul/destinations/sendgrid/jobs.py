"""What a finished import job says of its rows.

A job tells counts and, where rows failed, the address of a file about them, whose
format is not published; `kit/jobs.py` compares both.

https://www.twilio.com/docs/sendgrid/api-reference/contacts/import-contacts-status
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from outhaul.kit.error_files import failed_addresses as failed_addresses
from outhaul.kit.jobs import Ended, outcomes_of
from outhaul.kit.rows import Collected
from outhaul.model import Outcome, Status

_FAILED = (Status.REJECTED, Status.SOME_FAILED)


def failed_count(status: str, results: Mapping[str, Any]) -> int | None:
    """How many rows a finished job has failed at, or None: it does not tell."""
    count = _count(results, "errored_count")
    if count:
        return count
    return 0 if status == "completed" else None


def settle(
    items: Collected,
    addresses: Sequence[str],
    status: str,
    results: Mapping[str, Any],
    failed: Mapping[str, str],
) -> list[Outcome]:
    """One outcome per row of a finished job.

    addresses: what was sent, row by row. results: the counts of the job.
    failed: rows that failed, by its file, as `failed_addresses` gives them.
    """
    return looked_up(items, outcomes_of(addresses, ended(status, results, failed)))


def ended(status: str, results: Mapping[str, Any], failed: Mapping[str, str]) -> Ended:
    """What the counts and the file of a finished job tell together."""
    return Ended(
        failed=failed_count(status, results),
        named=failed,
        rows=_count(results, "requested_count") or 0,
        all_failed=status == "failed",
    )


def looked_up(items: Collected, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Rows that failed without a look-up go through one, and are sent once more.

    The usual reason is an identifier that the contact has and we did not send.
    """
    return [
        outcome._replace(status=Status.AGAIN)
        if item.found is None and outcome.status in _FAILED
        else outcome
        for item, outcome in zip(items, outcomes, strict=True)
    ]


def _count(results: Mapping[str, Any], name: str) -> int | None:
    count = results.get(name)
    if isinstance(count, bool) or not isinstance(count, (int, float)):
        return None
    return int(count) if 0 <= count < 2**31 else None
