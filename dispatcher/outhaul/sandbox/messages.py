"""A request to a stand-in and its reply."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True)
class Request:
    """method and path as the vendor sees them, without the stand-in's prefix.

    url: the address of the stand-in, to which paths can be appended.
    headers: names in lower case.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    url: str

    def json(self) -> Any:
        """The body as JSON. Raises ValueError."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """body: anything for JSON, bytes as they are, None for none.

    rows: how many rows the request held, for the log.
    """

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    rows: int = 0

    def content(self) -> bytes:
        """The bytes of the body."""
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, ensure_ascii=False).encode()


class Vendor(Protocol):
    """One stand-in. Calls come from several threads."""

    def handle(self, request: Request) -> Reply:
        """The reply to one request."""

    def state(self) -> dict[str, Any]:
        """What it holds, readable for people."""

    def dump(self) -> dict[str, Any]:
        """What it holds, for `load`."""

    def load(self, dumped: Mapping[str, Any]) -> None:
        """Hold what `dump` told, and nothing else."""

    def reset(self) -> None:
        """Hold what a new stand-in holds."""
