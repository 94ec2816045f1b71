"""What a finished import job says of its rows.

A job tells counts and, where rows failed, the address of a file about them.
The format of that file is not published. It is read as CSV with a column
`email`, then as JSON. Nothing is acknowledged on a guess: where fewer failed
rows are found than the job counts, all of its rows count as not told apart.

https://www.twilio.com/docs/sendgrid/api-reference/contacts/import-contacts-status
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from outhaul.kit.rows import Collected
from outhaul.kit.service import Encoded
from outhaul.kit.values import caseless
from outhaul.model import ACCEPTED, Outcome, Status
from outhaul.text.redaction import excerpt

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

    Where file and count disagree, no row is acknowledged and none is blamed: rows
    that were not looked up are (the look-up supplies what such rows mostly lack),
    all others stay in doubt and are sent again in halves, until a row stands alone.

    A restarted sync may ask for some of the job's rows only, since it knows of the
    others. Failed rows in the file that are not ours are then those others.
    """
    count = failed_count(status, results)
    if count == 0:
        return [ACCEPTED] * len(items)
    is_whole = (_count(results, "requested_count") or 0) <= len(items)
    ours = sum(address in failed for address in addresses)
    found = ours if is_whole else len(failed)
    if found and found >= (count or 1):
        return [
            _failure(item, failed[address]) if address in failed else ACCEPTED
            for item, address in zip(items, addresses, strict=True)
        ]
    # A job of which all rows failed needs no file, and so does one of one row.
    if is_whole and (status == "failed" or (count or 1) >= len(items)):
        return [
            _failure(item, failed.get(address, ""))
            for item, address in zip(items, addresses, strict=True)
        ]
    number = "some" if count is None else str(count)
    not_told = Outcome(
        Status.SOME_FAILED,
        "not_told_apart",
        f"the import failed for {number} of its rows and does not say for which",
    )
    return [_failure(item, "") if item.found is None else not_told for item in items]


def _count(results: Mapping[str, Any], name: str) -> int | None:
    count = results.get(name)
    if isinstance(count, bool) or not isinstance(count, (int, float)):
        return None
    return int(count) if 0 <= count < 2**31 else None


def _failure(item: Encoded, reason: str) -> Outcome:
    """A failed row: once more with what a look-up finds, or finally refused.

    The usual reason is an identifier that the contact has and we did not send.
    """
    status = Status.AGAIN if item.found is None else Status.REJECTED
    message = "the import failed for this row" + (f": {reason}" if reason else "")
    return Outcome(status, "import_failed", message)


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
