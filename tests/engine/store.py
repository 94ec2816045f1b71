"""The store: a tiny real server that holds a version per key, and plays scripts.

`POST /records` takes `{"upsert": [{"key": …, "version": …}]}` or
`{"remove": [key, …]}` and answers one result per row; `GET /jobs/<id>` tells of an
asynchronous one; `POST /look_up` of keys; `GET /ready` that it is there. What is
peculiar to a test is an `Answer` in `script`, one per request to `/records`, or what
`decide` returns for it.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from outhaul.sandbox.listener import wake


@dataclass
class Answer:
    """How one request to `/records` goes.

    applied: whether it takes effect; 'half' applies the first half of the rows. drop:
    the connection closes instead of an answer. late: it takes effect this many seconds
    later. pause: seconds before the answer. cut: an answer that ends in the middle.
    shape: of the result list: short, long, foreign, twice, shuffled. job: the states
    that polling shows, the last one for ever; running, done, failed, lost, error.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    applied: bool | str = True
    drop: bool = False
    late: float | None = None
    pause: float = 0.0
    cut: str = ""
    shape: str = ""
    job: list[str] | None = None


@dataclass
class Request:
    """One request to `/records`: the keys, and the versions of an upsert."""

    action: str
    versions: dict[str, Any]
    headers: dict[str, str] = field(repr=False)

    @property
    def keys(self) -> list[str]:
        return list(self.versions)


Verdict = tuple[str, str]


class Store:
    """What the server holds and does. `rejects`: key to code, for ever refused.

    known: when set, keys that exist or may come to; others are missing. poison: keys
    whose presence makes the server answer 500; unfindable: the same of look-ups. says:
    about each row. tells_failures: whether a job says which of its rows failed.
    on_request: sees every request first, and what it asserts ends up in `violations`.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.held: dict[str, Any] = {}
        self.requests: list[Request] = []
        self.accepted: Counter[tuple[str, str]] = Counter()
        self.script: deque[Answer] = deque()
        self.decide: Callable[[Request], Answer | None] = lambda request: None
        self.ready_script: deque[Answer] = deque()
        self.on_request: Callable[[Request], None] = lambda request: None
        self.rejects: dict[str, str] = {}
        self.says = "The store said no."
        self.known: set[str] | None = None
        self.poison: set[str] = set()
        self.unfindable: set[str] = set()
        self.look_up_script: deque[Answer] = deque()
        self.poll_script: deque[Answer] = deque()
        self.tells_failures = True
        self.tokens: set[str] | None = None
        self.asynchronous = False
        self.violations: list[str] = []
        self.asked = 0
        self.polls = 0
        self.look_ups = 0
        self.renewals = 0
        self.arrivals: list[float] = []
        self.most_at_once = 0
        self._at_once = 0
        self._late: list[tuple[float, dict[str, Any], str]] = []
        self._jobs: dict[str, dict[str, Any]] = {}
        self._lock = threading.RLock()
        self._server = _Server(("127.0.0.1", 0), self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="store"
        )
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        wake(self._server.socket)
        self._server.shutdown()
        self._server.end_connections()
        self._server.server_close()
        self._thread.join()

    def sent(self, action: str = "") -> list[str]:
        """The keys of all requests, in order; of one action where it is given."""
        return [
            key
            for request in self.requests
            if action in ("", request.action)
            for key in request.keys
        ]

    def flush_late(self, everything: bool = False) -> None:
        """Let take effect what is due."""
        with self._lock:
            now = self.clock()
            for due, versions, action in sorted(self._late, key=lambda late: late[0]):
                if everything or due <= now:
                    self._apply(action, versions)
            self._late = [
                late for late in self._late if not everything and late[0] > now
            ]

    # --- what the handler calls

    def answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[Answer, Any] | None:
        """The answer and its body; None: close the connection."""
        with self._lock:
            self.asked += 1
        if path == "/token":
            return self._renew()
        if path == "/ready":
            answer = self.ready_script.popleft() if self.ready_script else Answer()
            return answer, answer.body or {}
        if self.tokens is not None and headers.get("authorization") not in self.tokens:
            self._note(path, headers, body)
            return Answer(401), {"error": "unauthorized"}
        if path.startswith("/jobs/"):
            return self._poll(path.removeprefix("/jobs/"))
        if path == "/look_up":
            self.look_ups += 1
            keys = json.loads(body)["keys"]
            if self.look_up_script:
                return self.look_up_script.popleft(), {}
            if self.unfindable.intersection(keys):
                return Answer(500), {}
            return Answer(), {"found": [k for k in keys if k in self.held]}
        return self._records(self._request(headers, body))

    def begin(self) -> None:
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)

    def end(self) -> None:
        with self._lock:
            self._at_once -= 1

    def _note(self, path: str, headers: dict[str, str], body: bytes) -> None:
        if path == "/records":
            self.requests.append(self._request(headers, body))

    @staticmethod
    def _request(headers: dict[str, str], body: bytes) -> Request:
        payload = json.loads(body)
        if "remove" in payload:
            return Request("remove", dict.fromkeys(payload["remove"]), headers)
        versions = {row["key"]: row["version"] for row in payload["upsert"]}
        return Request("upsert", versions, headers)

    def _records(self, request: Request) -> tuple[Answer, Any] | None:
        try:
            self.on_request(request)
        except AssertionError as error:
            self.violations.append(str(error))
        with self._lock:
            self.flush_late()
            self.requests.append(request)
            self.arrivals.append(self.clock())
            answer = self._next_answer(request)
            body = self._take_effect(request, answer)
        if answer.pause:
            self._server.stopping.wait(answer.pause)
        return None if answer.drop else (answer, body)

    def _next_answer(self, request: Request) -> Answer:
        if self.script:
            return self.script.popleft()
        decided = self.decide(request)
        if decided is not None:
            return decided
        if self.poison.intersection(request.keys):
            return Answer(500, applied=False)
        return Answer(job=["running", "done"] if self.asynchronous else None)

    def _take_effect(self, request: Request, answer: Answer) -> Any:
        verdicts = {key: self._verdict(request, key) for key in request.keys}
        if answer.job is not None and answer.status == 200:
            answer.status = 202
            reference = f"job-{len(self._jobs) + 1}"
            self._jobs[reference] = {
                "states": list(answer.job),
                "request": request,
                "verdicts": verdicts,
            }
            return {"job": reference}
        keys = [key for key, verdict in verdicts.items() if verdict[0] == "ok"]
        if answer.applied == "half":
            keys = keys[: len(keys) // 2]
        taken = {key: request.versions[key] for key in keys}
        if answer.late is not None:
            self._late.append((self.clock() + answer.late, taken, request.action))
        elif answer.applied:
            self._apply(request.action, taken)
        if answer.body is not None or answer.status != 200:
            return {} if answer.body is None else answer.body
        self._tell(request, verdicts)
        return {"results": _shaped(self._results(verdicts), answer.shape)}

    def _verdict(self, request: Request, key: str) -> Verdict:
        if key in self.rejects:
            return ("rejected", self.rejects[key])
        if self.known is not None:
            if key not in self.known and key not in self.held:
                return ("missing", "no_such_record")
        return ("ok", "")

    def _tell(self, request: Request, verdicts: dict[str, Verdict]) -> None:
        """Keep which versions were accepted in an answer."""
        for key, verdict in verdicts.items():
            if verdict[0] == "ok":
                self.accepted[key, json.dumps(request.versions[key])] += 1

    def _apply(self, action: str, versions: dict[str, Any]) -> None:
        for key, version in versions.items():
            if action == "remove":
                self.held.pop(key, None)
            else:
                self.held[key] = version

    def _results(self, verdicts: dict[str, Verdict]) -> list[dict[str, str]]:
        return [
            {"key": key, "status": status, "code": code, "message": self.says}
            for key, (status, code) in verdicts.items()
        ]

    def _poll(self, reference: str) -> tuple[Answer, Any]:
        with self._lock:
            self.polls += 1
            if self.poll_script:
                return self.poll_script.popleft(), {}
            job = self._jobs.get(reference)
            if job is None:
                return Answer(404), {"error": "no such job"}
            states = job["states"]
            state = states.pop(0) if len(states) > 1 else states[0]
            if state == "lost":
                return Answer(404), {"error": "no such job"}
            if state == "error":
                return Answer(500), {"error": "try again"}
            if state != "done":
                return Answer(), {"state": state}
            request, verdicts = job["request"], job["verdicts"]
            accepted = [key for key in verdicts if verdicts[key][0] == "ok"]
            self._apply(request.action, {k: request.versions[k] for k in accepted})
            self._tell(request, verdicts)
            if not self.tells_failures and 1 < len(verdicts) > len(accepted):
                return Answer(), {"state": "untold"}
            return Answer(), {"state": "done", "results": self._results(verdicts)}

    def _renew(self) -> tuple[Answer, Any]:
        with self._lock:
            self.renewals += 1
            token = f"fresh-{self.renewals}"
            if self.tokens:
                self.tokens = {f"Bearer {token}"}
            return Answer(), {"token": token}


def _shaped(results: list[dict[str, str]], shape: str) -> list[dict[str, str]]:
    if shape == "short":
        return results[:-1]
    if shape in ("long", "foreign"):
        extra = {"key": "somebody-else", "status": "ok", "code": ""}
        return [*results, extra] if shape == "long" else [*results[:-1], extra]
    if shape == "twice":
        return [*results, {**results[0], "status": "rejected", "code": "twice"}]
    return results[::-1] if shape == "shuffled" else results


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], store: Store) -> None:
        self.store = store
        self.stopping = threading.Event()
        self.open: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def end_connections(self) -> None:
        self.stopping.set()
        for connection in list(self.open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is not worth a word."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.open.add(self.connection)

    def finish(self) -> None:
        self.server.open.discard(self.connection)
        try:
            super().finish()
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *arguments: Any) -> None:
        """Silent."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.store.begin()
        try:
            answered = self.server.store.answer(self.command, self.path, headers, body)
        finally:
            self.server.store.end()
        if answered is None:
            self.close_connection = True
            return
        self._write(*answered)

    def _write(self, answer: Answer, body: Any) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(answer.status)
        headers = {"Content-Type": "application/json", **answer.headers}
        if answer.cut == "chunked":
            headers["Transfer-Encoding"] = "chunked"
            content = f"{len(content):x}\r\n".encode() + content
        else:
            extra = 10 if answer.cut == "length" else 0
            headers["Content-Length"] = str(len(content) + extra)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()
        self.close_connection = self.close_connection or bool(answer.cut)

    do_GET = do_POST = _serve
