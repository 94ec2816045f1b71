"""Are the keys taken? Asked by a request without rows, which changes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from outhaul.http.answers import classify
from outhaul.http.client import HttpClient


def probe(client: HttpClient, path: str, hints: Mapping[int, str]) -> None:
    """Raises StopSync where the answer shows that no row will be taken.

    Batch has no call that only reads, and does not describe its answer to an empty
    list: whatever does not tell of keys or addresses counts as a yes.
    """
    response = client.request("POST", path, body=b"[]")
    if response.status in (401, 403, 404) or 300 <= response.status < 400:
        classify(response, (), hints)
