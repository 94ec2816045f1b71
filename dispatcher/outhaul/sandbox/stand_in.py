"""What a stand-in is made of: routes, a key, limits, jobs, and what it holds.

A stand-in declares `empty`, and a method for each call of the vendor, marked by
`route`. Whatever such a method cannot read in a request is answered 400; what it
refuses, it says by `Refused`, and `refusal` puts that into the vendor's words.
"""

from __future__ import annotations

import copy
import hmac
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, TypeVar

from outhaul.sandbox.faults import Faults
from outhaul.sandbox.jobs import FAULTS, Jobs, StandInJob, row_by_row
from outhaul.sandbox.limits import Quota
from outhaul.sandbox.messages import Reply, Request

Method = TypeVar("Method", bound=Callable[..., Reply])
T = TypeVar("T")


class Refused(Exception):
    """A request is refused as a whole.

    where: the part of it that is wrong. reply: the answer, where it is an own one.
    """

    def __init__(
        self, status: int, text: str = "", where: str = "", reply: Reply | None = None
    ) -> None:
        super().__init__(text)
        self.status = status
        self.where = where
        self.reply = reply


class Route(NamedTuple):
    """A call of the vendor; method: the name of what answers it."""

    verb: str
    path: re.Pattern[str]
    method: str


def route(verb: str, path: str) -> Callable[[Method], Method]:
    """The method below answers this call; each `{}` in the path is handed to it."""
    pattern = re.compile(re.escape(path).replace(r"\{\}", "([^/]+)") + "/?")

    def mark(method: Method) -> Method:
        method.route = Route(verb, pattern, method.__name__)  # type: ignore[attr-defined]
        return method

    return mark


class StandIn:
    """A vendor's stand-in. Calls come from several threads; one is answered at a time.

    Parameters
    ----------
    faults: those that are switched on.
    job_seconds: how long a job takes.
    api_key: the one that is accepted, or any.
    clock: seconds that never go back.
    """

    empty: ClassVar[Mapping[str, Any]] = {}
    """What a new one holds, as JSON can keep it: tables, by name."""
    key_header: ClassVar[str] = "authorization"
    key_prefix: ClassVar[str] = "Bearer "
    headers: ClassVar[Mapping[str, str]] = {}
    """Those of every answer."""

    def __init__(
        self,
        faults: Faults,
        *,
        job_seconds: float = 0.2,
        api_key: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._faults = faults
        self._api_key = api_key
        self._lock = threading.RLock()
        self._jobs = Jobs(clock, job_seconds)
        self._quotas: dict[Route, Quota] = {}
        self._routes = [
            method.route
            for base in reversed(type(self).__mro__)
            for method in vars(base).values()
            if hasattr(method, "route")
        ]
        self.held: dict[str, Any] = {}
        self.reset()

    def handle(self, request: Request) -> Reply:
        with self._lock:
            self._jobs.work_off()
            try:
                reply = self._answer(request)
            except Refused as refused:
                reply = refused.reply or self.refusal(refused)
            except (ValueError, TypeError, AttributeError, LookupError):
                reply = self.refusal(Refused(400, "the request cannot be read"))
        headers = {**self.headers, **reply.headers}
        return Reply(reply.status, reply.body, headers, reply.rows)

    def let_in(self, request: Request) -> None:
        """Raises Refused where the request has not the right key."""
        sent = request.headers.get(self.key_header, "")
        key = sent.removeprefix(self.key_prefix)
        is_right = sent.startswith(self.key_prefix) and self.is_key(key)
        if not is_right:
            raise Refused(401, "the key is not valid")

    def is_key(self, key: str) -> bool:
        """Whether this is a key that is accepted."""
        right = key if self._api_key is None else self._api_key
        return bool(key) and hmac.compare_digest(key.encode(), right.encode())

    def refusal(self, refused: Refused) -> Reply:
        """What the vendor answers."""
        error = {"message": str(refused)}
        if refused.where:
            error["field"] = refused.where
        return Reply(refused.status, {"errors": [error]})

    def limit(self, quota: Callable[[], Quota]) -> None:
        """Take so many requests of each call."""
        self._quotas = {each: quota() for each in self._routes}

    def state(self) -> dict[str, Any]:
        """What it holds, readable for people."""
        return self.dump()

    def dump(self) -> dict[str, Any]:
        with self._lock:
            self._jobs.work_off()
            return copy.deepcopy(self.held)

    def load(self, dumped: Mapping[str, Any]) -> None:
        with self._lock:
            self.held = copy.deepcopy({**self.empty, **dumped})

    def reset(self) -> None:
        with self._lock:
            self._jobs.clear()
            self.load({})

    # --- for the methods of routes

    def start(
        self,
        request: Request,
        rows: Sequence[Mapping[str, Any]],
        key_of: Callable[[Mapping[str, Any]], str],
        take: Callable[[Mapping[str, Any]], str],
    ) -> StandInJob:
        """A job that takes these rows; see `row_by_row`."""
        fault = self._faults.take(FAULTS, request.method, request.path)
        work = row_by_row(rows, key_of, take, fault)
        return self._jobs.add("upsert", len(rows), work, fault)

    def job(self, job_id: str) -> StandInJob:
        """A job that was started. Raises Refused."""
        job = self._jobs.all.get(job_id)
        if job is None or job.lost:
            raise Refused(404, "there is no such job")
        return job

    def play_refusal(self, request: Request, keys: Iterable[Any]) -> None:
        """A fault that stays on refuses each request with one of its `emails`."""
        fault = self._faults.find("refuse", request.method, request.path)
        if fault and not {str(each).lower() for each in keys}.isdisjoint(
            each.lower() for each in fault.emails
        ):
            raise Refused(400, "a row is not valid")

    def _answer(self, request: Request) -> Reply:
        self.let_in(request)
        for each in self._routes:
            match = each.path.fullmatch(request.path)
            if match and each.verb == request.method:
                quota = self._quotas.get(each)
                if quota and (headers := quota.take()):
                    limited = self.refusal(Refused(429, "too many requests"))
                    return Reply(429, limited.body, headers)
                answer: Reply = getattr(self, each.method)(request, *match.groups())
                return answer
        raise Refused(404, "there is no such resource")


def page(entries: Sequence[T], start: str, size: int) -> tuple[Sequence[T], str]:
    """The entries of a page, and where the next one starts; empty after the last.

    start: what the page before told, or empty.
    """
    begin = int(start or 0)
    end = begin + size
    return entries[begin:end], str(end) if end < len(entries) else ""
