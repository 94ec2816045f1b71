"""A destination for the store, made as a real one is; for tests alone."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import orjson

from outhaul.config.settings import setting
from outhaul.errors import NotSent, OutcomeUnknown, Refusal, RequestRefused, RowRefused
from outhaul.http.answers import Response, classify, json_of
from outhaul.http.client import HttpClient
from outhaul.kit.account import Account
from outhaul.kit.platform import Platform
from outhaul.kit.service import Activation, Encoded, Job, Limits, Service
from outhaul.model import ACCEPTED, UNKNOWN, Change, Column, Outcome, Row, Status

UNSENDABLE = "\ufffe"
"""A text that holds this cannot be encoded."""


@dataclass(frozen=True)
class RecordsOptions:
    """What a diff may set."""

    looks_up: bool = setting("Look rows up before they are sent.", default=False)
    limit: int = setting("Rows in a request, at most.", default=100)


class Records(Service):
    """Upserts and removals by key; a result per row, or a job to poll."""

    name = "records"
    title = "Records"
    consumes = frozenset(Change)
    partly_applies = False
    Options: ClassVar[type] = RecordsOptions

    def __init__(
        self, account: StoreAccount, options: RecordsOptions, activation: Activation
    ) -> None:
        self.account = account
        self.options = options
        self.activation = activation
        self.poll_seconds = account.poll_seconds
        self.poll_timeout_seconds = account.poll_timeout_seconds
        self.request_seconds = account.request_seconds
        if options.looks_up:
            self.lookup_limits = self.limits(Change.INSERTED)

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return 1  # whether the store is ready

    def limits(self, change: Change) -> Limits:
        return Limits(
            rows=self.options.limit,
            bytes=self.account.bytes_per_request,
            per_second=self.account.per_second,
            concurrency=self.account.concurrency,
        )

    def check(self, columns: Sequence[Column]) -> list[str]:
        self.prepare(columns)
        return []

    def prepare(self, columns: Sequence[Column]) -> None:
        classify(self.account.request("GET", "/ready"))

    def needs_look_up(self, change: Change) -> bool:
        return self.options.looks_up

    def look_up(self, rows: Sequence[Row]) -> list[Any]:
        keys = [str(row.values["id"]) for row in rows]
        answer = self.account.request("POST", "/look_up", {"keys": keys})
        classify(answer)
        found = json_of(answer)["found"]
        return [key in found for key in keys]

    def encode(self, row: Row, found: Any = None) -> bytes:
        values = dict(row.values)
        for name, value in values.items():
            if isinstance(value, float) and not math.isfinite(value):
                raise RowRefused("not_a_number", f"'{name}' is not a number")
            if isinstance(value, str) and UNSENDABLE in value:
                raise RowRefused("text", f"'{name}' cannot be encoded")
        key = str(values.pop("id"))
        if row.change is Change.REMOVED:
            return orjson.dumps(key)
        return orjson.dumps({"key": key, "version": values})

    def send(self, items: Sequence[Encoded]) -> list[Outcome] | Job:
        removing = items[0].row.change is Change.REMOVED
        rows = b",".join(item.body for item in items)
        name = b"remove" if removing else b"upsert"
        body = b'{"' + name + b'": [' + rows + b"]}"
        answer = self.account.request("POST", "/records", body)
        if answer.status == 401 and self.account.renew():
            raise NotSent("the token was renewed")
        if answer.status == 400:
            raise RequestRefused("refused", rows=_named(json_of(answer), items))
        classify(answer, expected=(200, 202))
        content = json_of(answer)
        if answer.status == 202:
            return Job(content["job"])
        return _outcomes(content, items)

    def poll(self, job: Job, items: Sequence[Encoded]) -> list[Outcome] | None:
        answer = self.account.request("GET", f"/jobs/{job.reference}")
        if answer.status == 404:
            return [UNKNOWN] * len(items)
        classify(answer)
        content = json_of(answer)
        if content["state"] == "failed":
            return [UNKNOWN] * len(items)
        if content["state"] == "untold":
            return [Outcome(Status.SOME_FAILED)] * len(items)
        if content["state"] == "running":
            return None
        asked = {
            str(item.row.values["id"]) for item in items
        }  # a part, after a restart
        results = [each for each in content["results"] if each["key"] in asked]
        return _outcomes({"results": results}, items)


class Followers(Records):
    """Records that are sent after the others."""

    name = "followers"
    title = "Followers"
    stage = 1


@dataclass(frozen=True)
class StoreAccount(Account):
    """An account of the store."""

    type = "store"
    title = "Store"

    base_url: str = setting("The address.", identifies=True)
    token: str = setting("The token.", secret=True, default="canary-token-5321")
    request_seconds: float = setting("Deadline of a request.", default=5.0)
    per_second: float = setting("Requests a second.", default=100_000.0)
    concurrency: int = setting("Requests at once.", default=1)
    bytes_per_request: int = setting("Bytes of a request.", default=1_000_000)
    poll_seconds: float = setting("Before the first poll.", default=0.01)
    poll_timeout_seconds: float = setting("Of a job.", default=60.0)
    renews: bool = setting("Whether a refused token is renewed once.", default=False)
    _tokens: list[str] = field(default_factory=list, init=False, repr=False)
    _lock: Any = field(default_factory=threading.Lock, init=False, repr=False)

    @cached_property
    def client(self) -> HttpClient:
        return HttpClient(
            self.base_url,
            {},
            secrets=(self.token,),
            deadline_seconds=self.request_seconds,
        )

    def request(self, method: str, path: str, body: Any = None) -> Response:
        token = self._tokens[-1] if self._tokens else self.token
        content = body if isinstance(body, (bytes, type(None))) else orjson.dumps(body)
        headers = {"Authorization": f"Bearer {token}"}
        return self.client.request(method, path, body=content, headers=headers)

    def renew(self) -> bool:
        """Ask for a new token, once."""
        with self._lock:
            if not self.renews or self._tokens:
                return False
            self._tokens.append(json_of(self.request("POST", "/token"))["token"])
            return True


def _outcomes(content: Any, items: Sequence[Encoded]) -> list[Outcome]:
    """By key; a list that tells of rows we did not send is not believed."""
    found: dict[str, Outcome] = {}
    keys = [str(item.row.values["id"]) for item in items]
    for result in content["results"]:
        key, status = result["key"], result["status"]
        if key not in keys:
            raise OutcomeUnknown("the answer tells of rows that were not sent")
        outcome = ACCEPTED
        if status != "ok":
            outcome = Outcome(Status(status), result["code"], result["message"])
        if found.setdefault(key, outcome) != outcome:
            found[key] = UNKNOWN
    return [found.get(key, UNKNOWN) for key in keys]


def _named(content: Any, items: Sequence[Encoded]) -> dict[int, Refusal]:
    keys = [str(item.row.values["id"]) for item in items]
    return {
        keys.index(error["key"]): Refusal(error["code"], "The store said no.")
        for error in content.get("errors", ())
        if error["key"] in keys
    }


STORE = Platform.of(StoreAccount, Records, Followers)
