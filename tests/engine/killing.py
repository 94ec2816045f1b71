"""Ends of a process: at a statement, at a request, or at the N-th side effect."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from outhaul.connections.base import Connection
from outhaul.engine.options import SyncOptions
from outhaul.engine.summary import Summary
from outhaul.kit.service import Encoded, Job, Service
from outhaul.model import Outcome
from tests.engine.ledger import FileLedger, Killed, Ledger, MemoryConnection

WRITES = re.compile(r"\s*(insert|update|delete)")
Effect = Callable[[str], None]


class Doom:
    """Kills a sync of this process at one point; nothing of it runs afterwards.

    point: 'before …' or 'after …' one of lease, claim, reject, job, send, poll,
    record, release. nth: which time it comes by there. `hooks` see every point.
    """

    def __init__(self, point: str = "", nth: int = 1) -> None:
        self.point = point
        self.left = nth
        self.is_dead = False
        self.hooks: list[Effect] = []

    def at(self, point: str) -> None:
        if self.is_dead:
            raise Killed
        for hook in self.hooks:
            hook(point)
        if point == self.point:
            self.left -= 1
            self.kill_if(self.left == 0)

    def kill_if(self, condition: bool) -> None:
        self.is_dead = self.is_dead or condition
        if self.is_dead:
            raise Killed

    def connect(self, ledger: Ledger) -> MemoryConnection:
        return MemoryConnection(
            ledger,
            before=lambda sql, _: self.at(f"before {kind_of(sql)}"),
            after=lambda sql, _: self.at(f"after {kind_of(sql)}"),
        )

    def wrap(self, service: Service) -> Service:
        return watched(service, self.at)


def kind_of(sql: str) -> str:
    """What a statement of the dispatcher does."""
    if not WRITES.match(sql):
        return "read"
    for text, kind in (
        ("lease_holder = null", "release"),
        ("lease_fence + 1", "lease"),
        ("set lease_expires_at", "renew"),
        ("outhaul_claims", "claim"),
        ("outhaul_rejections", "reject"),
        ("outhaul_jobs", "job"),
        ("outhaul_syncs", "record"),
    ):
        if text in sql:
            return kind
    return "control"


def watched(service: Service, at: Effect) -> Service:
    """The service, with `at` called before and after its requests."""
    send, poll = service.send, service.poll

    def watched_send(items: Sequence[Encoded]) -> list[Outcome] | Job:
        at("before send")
        result = send(items)
        at("after send")
        return result

    def watched_poll(job: Job, items: Sequence[Encoded]) -> list[Outcome] | None:
        at("before poll")
        result = poll(job, items)
        at("after poll")
        return result

    service.send = watched_send  # type: ignore[method-assign]
    service.poll = watched_poll  # type: ignore[method-assign]
    return service


# --- real processes


class Address:
    """What a process that sends needs to know of the store."""

    def __init__(self, url: str) -> None:
        self.url = url


class Watched:
    """A connection to a file, with `at` called around its writes."""

    adapter_type = "duckdb"

    def __init__(self, connection: Connection, at: Effect) -> None:
        self._connection = connection
        self._at = at

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._connection.query(sql, parameters)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        self._at(f"before {kind_of(sql)}")
        written = self._connection.execute(sql, parameters)
        self._at(f"after {kind_of(sql)}")
        return written

    def close(self) -> None:
        self._connection.close()


def sync_in_process(
    path: Path, url: str, settings: dict[str, Any], at: Effect, **how: Any
) -> Summary:
    """One sync of the diff in a file, as a process of its own makes it."""
    from tests.engine.world import World

    ledger = FileLedger(path)
    world = World(ledger, Address(url), **settings)  # type: ignore[arg-type]
    return world.sync(
        connection=Watched(ledger.connect(), at),
        wrap=lambda service: watched(service, at),
        **how,
    )


def sync_and_exit(
    path: Path, url: str, settings: dict[str, Any], options: SyncOptions
) -> None:
    """Sync, and end with its exit code."""
    report = sync_in_process(path, url, settings, lambda point: None, options=options)
    sys.exit(report.exit_code)


def sync_until(path: Path, url: str, settings: dict[str, Any], last: int) -> None:
    """Sync, and end by SIGKILL at the side effect with this number."""
    count = 0

    def at(point: str) -> None:
        nonlocal count
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)

    sync_in_process(path, url, settings, at)
