"""Files about failed rows, which jobs name: CSV with a column `email`, or JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from outhaul.kit.values import caseless
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


def _csv_records(content: str) -> Iterator[Mapping[str, Any]]:
    head = content.partition("\n")[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    reader = csv.DictReader(io.StringIO(content), delimiter=delimiter)
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
