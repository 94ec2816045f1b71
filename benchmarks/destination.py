"""Destinations for the benchmark: one of its own, and real ones without their rates.

The one of its own sends rows as a JSON array, one POST a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from outhaul.config.settings import setting
from outhaul.destinations.batch import BatchAccount
from outhaul.destinations.sendgrid import SendGrid
from outhaul.destinations.splio import Splio
from outhaul.http.answers import classify
from outhaul.http.client import HttpClient
from outhaul.kit.account import Account
from outhaul.kit.columns import records
from outhaul.kit.platform import Platform
from outhaul.kit.rows import Collected
from outhaul.kit.rows import Rows as Given
from outhaul.kit.service import Activation, Limits, Service
from outhaul.model import ACCEPTED, Change, Column, Outcome, Row
from outhaul.registry.platforms import PLATFORMS

_NO_LIMIT = float("inf")
_MANY = 1_000_000.0


class Rows(Service):
    """Takes rows of every change; a batch is accepted as a whole."""

    name = "rows"
    title = "Rows"
    consumes = frozenset(Change)
    identity = "email"

    @dataclass(frozen=True)
    class Options:
        """Nothing that a diff may set."""

    def __init__(self, account: Sink, options: Options, activation: Activation) -> None:
        self._limits = Limits(
            account.batch_rows, 10_000_000, _NO_LIMIT, account.concurrency
        )
        self._client = HttpClient(
            account.url,
            {"Content-Type": "application/json"},
            pool=account.concurrency,
        )

    def limits(self, change: Change) -> Limits:
        return self._limits

    def check(self, columns: Sequence[Column]) -> list[str]:
        return []

    def prepare(self, columns: Sequence[Column]) -> None:
        """Nothing to find or create."""

    def encode(self, row: Row, found: Any = None) -> bytes:
        return encode(row.values)

    def encode_rows(self, rows: Given, found: Sequence[Any]) -> list[bytes]:
        fields = list(rows[0].values)
        given = [rows.column(field) for field in fields]
        return [encode(each) for each in records(fields, given)]

    def send(self, items: Collected) -> list[Outcome]:
        body = b"[" + b",".join(items.bodies) + b"]"
        classify(self._client.request("POST", "/rows", body=body))
        return [ACCEPTED] * len(items)


@dataclass(frozen=True)
class Sink(Account):
    """The sink of `sink.py`."""

    type = "sink"
    title = "Sink"

    url: str = setting("Address of the sink.")
    batch_rows: int = setting("Rows of a request.", default=1_000)
    concurrency: int = setting("Requests in flight.", default=4)


@dataclass(frozen=True)
class UnthrottledSendGrid(SendGrid):
    """SendGrid, asked as often as one likes."""

    lookups_per_second: float = setting("As many as go.", default=_MANY)


@dataclass(frozen=True)
class UnthrottledBatch(BatchAccount):
    """Batch, sent to as often as one likes."""

    profiles_per_second: float = setting("As many as go.", default=_MANY)


@dataclass(frozen=True, kw_only=True)
class UnthrottledSplio(Splio):
    """Splio, sent to as often as one likes."""

    requests_per_second: float = setting("As many as go.", default=_MANY)


UNTHROTTLED: dict[str, Platform] = {
    **PLATFORMS,
    Sink.type: Platform.of(Sink, Rows),
    **{
        each.type: replace(PLATFORMS[each.type], account=each)
        for each in (UnthrottledSendGrid, UnthrottledBatch, UnthrottledSplio)
    },
}
"""Platforms by name, for the benchmark's `destinations.yml`."""


def encode(values: Any) -> bytes:
    """JSON by orjson, as destinations make it; decimals become texts."""
    return orjson.dumps(values, default=str)
