"""What a finished import job says of its rows.

A job tells counts and, where rows failed, the address of a file about them.
The format of that file is not published. It is read as CSV with a column
`email`, then as JSON; `kit/jobs.py` compares it with the counts.

https://www.twilio.com/docs/sendgrid/api-reference/contacts/import-contacts-status
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from outhaul.kit.jobs import Ended, outcomes_of
from outhaul.kit.rows import Collected
from outhaul.kit.values import caseless
from outhaul.model import Outcome, Status
from outhaul.text.redaction import excerpt

_FAILED = (Status.REJECTED, Status.SOME_FAILED)
_REASONS = ("error", "errors", "error_message", "message", "reason", "description")


def failed_addresses(
    data: bytes, quote: Callable[[str], str] = excerpt
) -> dict[str, str]:
    """Addresses in a file of errors, in lower case, each with its reason.

    Empty where the file cannot be read. quote: makes a reason fit for a message.
    """
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return {}
    records = list(_csv_records(content)) or list(_json_records(content))
    failed: dict[str, str] = {}
    for record in records:
        by_name = {caseless(str(key)): value for key, value in record.items()}
        address = by_name.get("email")
        if isinstance(address, str) and "@" in address:
            reasons = (by_name.get(name) for name in _REASONS)
            reason = next((str(text) for text in reasons if text), "")
            failed[caseless(address)] = quote(reason)
    return failed


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


def _csv_records(content: str) -> Iterator[Mapping[str, Any]]:
    reader = csv.DictReader(io.StringIO(content))
    try:
        names = [caseless(str(name)) for name in reader.fieldnames or ()]
        if "email" in names:
            yield from reader
    except csv.Error:
        return


def _json_records(content: str) -> Iterator[Mapping[str, Any]]:
    try:
        waiting: list[Any] = [json.loads(content)]
    except (ValueError, RecursionError):
        return
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if any(str(key).lower() == "email" for key in item):
                yield item
            else:
                waiting += item.values()
        elif isinstance(item, list):
            waiting += item
