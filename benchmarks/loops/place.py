"""Where loops get their rows from, and send them to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import requests

Rows = Sequence[tuple[Any, ...]]
Batches = Callable[[int], Iterable[Rows]]
"""Rows of the diff, so many at a time."""


@dataclass(frozen=True)
class Place:
    """Where a loop sends to: the sink's address, or an SFTP server's settings."""

    sink: str
    port: int = 0
    username: str = ""
    key_file: str = ""
    folder: str = ""


def session(place: Place, vendor: str) -> Callable[..., Any]:
    """Calls of one kept connection, whose answers are JSON."""
    kept = requests.Session()
    kept.headers["Content-Type"] = "application/json"
    kept.headers["Authorization"] = "Bearer token"

    def call(method: str, path: str, body: bytes | None = None) -> Any:
        answer = kept.request(method, f"{place.sink}/{vendor}{path}", data=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    return call
