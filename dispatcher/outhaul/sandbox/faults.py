"""Faults that a stand-in plays when a request matches.

As JSON: `{"what": "status", "method": "PUT", "path": "*/contacts", "times": 2,
"status": 503}`. What there is:

=========== =============================================================
status      answer with `status`, `body` and `headers`
throttle    answer 429; the limit is reset after `seconds`
delay       answer after `seconds`
drop        close the connection without an answer
refuse      answer 400 to rows that hold one of `emails`, which may be ids or
            other values; SendGrid's message names the address if `named`
errored     an import job fails for the rows of `emails`; its file of errors
            is `file`: csv, json, unreadable, expired or none
failed      an import job fails for all rows
endless     an import job stays pending
lost        an import job is not known when it is asked for
lag         searches show changes `seconds` after they were made
deny        SFTP: answer that it is not permitted
full        SFTP: answer that it failed, as where the disk is full
swallow     SFTP: answer that all is well, and do nothing
unsupported SFTP: answer that there is no such operation
sizeless    SFTP: answer to STAT and LIST without sizes
=========== =============================================================

`applied` makes `status` and `drop` happen after the request took effect.
`times` is how often (null: until it is removed), after `skip` requests that
match; `refuse`, `lag` and `sizeless` stay until they are removed. `path` and
`method` may hold `*`.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

HTTP_FAULTS = frozenset({"status", "throttle", "delay", "drop"})
SFTP_FAULTS = frozenset({"drop", "delay", "deny", "full", "swallow", "unsupported"})
ALL_FAULTS = (
    HTTP_FAULTS
    | SFTP_FAULTS
    | {"refuse", "errored", "failed", "endless", "lost", "lag", "sizeless"}
)
FILES = ("csv", "json", "unreadable", "expired", "none")


@dataclass
class Fault:
    """One fault; docs/sandbox.md says what each key means."""

    what: str
    method: str = "*"
    path: str = "*"
    skip: int = 0
    times: int | None = 1
    status: int = 500
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 1.0
    applied: bool = False
    emails: list[str] = field(default_factory=list)
    named: bool = False
    file: str = "csv"

    def matches(self, method: str, path: str) -> bool:
        """Whether it is about this request."""
        return fnmatch.fnmatchcase(method, self.method) and fnmatch.fnmatchcase(
            path, self.path
        )


def parse_fault(content: Any) -> Fault:
    """Raises ValueError that says what is wrong."""
    if not isinstance(content, Mapping):
        raise ValueError("a fault is a JSON object")
    known = [each.name for each in dataclasses.fields(Fault)]
    unknown = sorted(set(content) - set(known))
    if unknown:
        raise ValueError(f"unknown keys {unknown}; there are {known}")
    if content.get("what") not in ALL_FAULTS:
        raise ValueError(f"'what' must be one of {sorted(ALL_FAULTS)}")
    if content.get("file", "csv") not in FILES:
        raise ValueError(f"'file' must be one of {list(FILES)}")
    for name, wanted in _TYPES.items():
        value = content.get(name, getattr(_DEFAULTS, name, None))
        right = isinstance(value, wanted) and not (
            isinstance(value, bool) and bool not in wanted
        )
        if not right:
            raise ValueError(f"'{name}' is of the wrong type")
    return Fault(**content)


_NONE = type(None)
_TYPES: dict[str, tuple[type, ...]] = {
    "method": (str,),
    "path": (str,),
    "skip": (int,),
    "times": (int, _NONE),
    "status": (int,),
    "headers": (dict,),
    "seconds": (int, float),
    "applied": (bool,),
    "emails": (list,),
    "named": (bool,),
}
_DEFAULTS = Fault("status")


class Faults:
    """The faults that are switched on, in order."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, faults: Iterable[Fault]) -> None:
        """Switch on, behind those that are on."""
        with self._lock:
            self._faults += faults

    def clear(self) -> None:
        """Switch all off."""
        with self._lock:
            self._faults.clear()

    def take(self, whats: Collection[str], method: str, path: str) -> Fault | None:
        """The first fault of these kinds that matches, counted as played."""
        with self._lock:
            for fault in self._faults:
                if fault.what not in whats or not fault.matches(method, path):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                if fault.times is None:
                    return fault
                if fault.times > 0:
                    fault.times -= 1
                    return fault
        return None

    def find(self, what: str, method: str, path: str) -> Fault | None:
        """The first fault of this kind that matches, not counted: it stays on."""
        with self._lock:
            for fault in self._faults:
                if fault.what == what and fault.matches(method, path):
                    return fault
        return None

    def lag(self) -> float:
        """Seconds by which searches are behind."""
        with self._lock:
            lags = [each.seconds for each in self._faults if each.what == "lag"]
        return max(lags, default=0.0)

    def state(self) -> list[dict[str, Any]]:
        """What is on, as `GET /_sandbox/state` shows it."""
        with self._lock:
            return [dataclasses.asdict(fault) for fault in self._faults]
