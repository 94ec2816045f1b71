"""The server that the stand-ins share, with its control endpoint.

Each stand-in lives under a prefix: `http://127.0.0.1:8025/sendgrid` takes the
place of `https://api.sendgrid.com`. SFTP has the next port. Beside them:

- `GET /_sandbox/state`: what the stand-ins hold, and the requests so far;
- `POST /_sandbox/state`: replaces what the stand-ins hold that are named in it, in
  the form of the state file;
- `POST /_sandbox/faults`, `DELETE /_sandbox/faults`: see `faults.py`;
- `POST /_sandbox/reset`: forget everything.

These take requests with `Authorization: Bearer` and the sandbox's token alone.
"""

from __future__ import annotations

import json
import math
import os
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from outhaul.engine.seams import boot_time
from outhaul.errors import ConfigurationError
from outhaul.sandbox.batch import BatchStandIn
from outhaul.sandbox.emarsys import EmarsysStandIn
from outhaul.sandbox.faults import HTTP_FAULTS, Fault, Faults, parse_fault
from outhaul.sandbox.gate import has_token
from outhaul.sandbox.listener import Listener
from outhaul.sandbox.messages import Reply, Request, Vendor
from outhaul.sandbox.sendgrid import SendGridStandIn
from outhaul.sandbox.sftp import SftpStandIn, host_key
from outhaul.sandbox.splio import SplioStandIn
from outhaul.sandbox.vendors import STAND_INS
from outhaul.sandbox.webhook import WebhookStandIn
from outhaul.sftp.host_keys import fingerprint

_MOST_LOGGED = 10_000

Observer = Callable[[Request, Reply], None]


class Sandbox:
    """All stand-ins behind one port of this machine.

    >>> with Sandbox(port=0) as sandbox:
    ...     sandbox.url("sendgrid")
    'http://127.0.0.1:49152/sendgrid'

    Parameters
    ----------
    port: 0 takes one that is free.
    job_seconds: how long asynchronous jobs take.
    latency: seconds by which every answer of a stand-in is delayed.
    state_file: keeps what is held over a restart.
    api_key: the one key that is accepted; by default every one of the right form.
    observer: called with each request and reply of a stand-in.
    folder: where the files that SFTP brings are written to as well.
    token: for the control endpoint; by default a new one.
    clock: seconds that never go back.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        host: str = "127.0.0.1",
        job_seconds: float = 0.2,
        latency: float = 0.0,
        state_file: str | Path | None = None,
        api_key: str | None = None,
        observer: Observer | None = None,
        folder: Path | None = None,
        token: str = "",
        clock: Callable[[], float] = boot_time,
    ) -> None:
        self.token = token or secrets.token_urlsafe(16)
        self._clock = clock
        self._used_at = clock()
        self.latency = latency
        self.faults = Faults()
        self.sendgrid = SendGridStandIn(
            self.faults, job_seconds=job_seconds, api_key=api_key
        )
        self.batch = BatchStandIn(self.faults, api_key=api_key)
        self.emarsys = EmarsysStandIn(self.faults, api_key=api_key)
        self.sftp = SftpStandIn(
            self.faults, api_key=api_key, folder=folder, log=self._log_operation
        )
        self.splio = SplioStandIn(self.faults, api_key=api_key)
        self.sftp.files.watchers.append(self.splio.take_file)
        self.vendors: dict[str, Vendor] = {
            "batch": self.batch,
            "emarsys": self.emarsys,
            "sendgrid": self.sendgrid,
            "sftp": self.sftp,
            "splio": self.splio,
            "webhook": WebhookStandIn(api_key=api_key),
            **{
                name: made(self.faults, job_seconds=job_seconds, api_key=api_key)
                for name, made in STAND_INS.items()
            },
        }
        self.stopping = threading.Event()
        self._address = (host, port)
        self._observer = observer
        self._state_file = Path(state_file) if state_file else None
        self._requests: deque[dict[str, Any]] = deque(maxlen=_MOST_LOGGED)
        self._save_lock = threading.Lock()
        self._server: Listener | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Sandbox:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen. Raises ConfigurationError where the port or the file is unfit."""
        self._load()
        host, port = self._address
        problem = ""
        try:
            server = Listener((host, port), self)
            port += bool(port)
            try:
                self.sftp.start(host, port)
            except OSError:
                server.server_close()
                raise
        except OSError as error:
            problem = error.strerror or "it cannot be opened"
        if problem:
            raise ConfigurationError(
                f"the sandbox cannot listen on {host}:{port}:"
                f" {problem}. Choose another port with --port"
            )
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        self._thread.start()

    def stop(self) -> None:
        """Close all connections and save."""
        self.stopping.set()
        if self._server is not None and self._thread is not None:
            self.sftp.stop()
            self._server.shutdown()
            self._server.end_connections()
            self._server.server_close()
            self._thread.join()
            self._server = self._thread = None
            self._save()

    def wait(self) -> None:
        """Block until `stop` is called, for example by a signal handler."""
        self.stopping.wait()

    def note_request(self) -> None:
        """Somebody uses the sandbox."""
        self._used_at = self._clock()

    @property
    def idle_seconds(self) -> float:
        """How long nobody has used it."""
        return self._clock() - self._used_at

    @property
    def host(self) -> str:
        """Where it listens."""
        return self._address[0]

    @property
    def port(self) -> int:
        """Where it listens, once it was started."""
        if self._server is None:
            raise ConfigurationError("the sandbox has not been started")
        return int(self._server.server_address[1])

    def url(self, vendor: str = "") -> str:
        """The address of a stand-in, to be used as `base_url`, or of the sandbox."""
        if vendor == "sftp":
            return f"sftp://{self._address[0]}:{self.sftp.port}"
        address = f"http://{self._address[0]}:{self.port}"
        return f"{address}/{vendor}" if vendor else address

    @property
    def host_fingerprint(self) -> str:
        """The fingerprint of the key that the SFTP server shows, to be pinned."""
        return fingerprint(host_key())

    def add_faults(self, *faults: Fault) -> None:
        """Switch faults on."""
        self.faults.add(faults)

    def state(self) -> dict[str, Any]:
        """What `GET /_sandbox/state` answers."""
        held = {name: vendor.state() for name, vendor in self.vendors.items()}
        return {
            **held,
            "requests": list(self._requests),
            "faults": self.faults.state(),
        }

    def reset(self) -> None:
        """Forget everything: what was sent, the log and the faults."""
        for vendor in self.vendors.values():
            vendor.reset()
        self.faults.clear()
        self._requests.clear()
        self._save()

    def answer(self, prefix: str, request: Request) -> Reply | None:
        """The reply of a stand-in, or None where the connection shall break."""
        vendor = self.vendors[prefix]
        if self.latency:
            self.stopping.wait(self.latency)
        fault = self.faults.take(HTTP_FAULTS, request.method, request.path)
        if fault is None:
            reply: Reply | None = vendor.handle(request)
        else:
            reply = self._faulty(fault, vendor, request)
        if request.method != "GET":
            self._save()
        self._log(request, reply)
        if reply is not None and self._observer is not None:
            self._observer(request, reply)
        return reply

    def control(self, request: Request) -> Reply:
        """The control endpoint."""
        if not has_token(request.headers, self.token):
            problem = "send 'Authorization: Bearer' and the token that it printed"
            return Reply(401, {"error": problem})
        what = (request.method, request.path)
        if what == ("GET", "/state"):
            return Reply(200, self.state())
        if what == ("POST", "/state"):
            return self._replace(request)
        if what == ("POST", "/reset"):
            self.reset()
            return Reply(204)
        if what == ("DELETE", "/faults"):
            self.faults.clear()
            return Reply(204)
        if what == ("POST", "/faults"):
            try:
                content = request.json()
                faults = content if isinstance(content, list) else [content]
                self.faults.add([parse_fault(each) for each in faults])
            except ValueError as error:
                return Reply(400, {"error": str(error)})
            return Reply(200, self.faults.state())
        return Reply(404, {"error": "there are /state, /faults and /reset"})

    def _replace(self, request: Request) -> Reply:
        """Let stand-ins hold what is given, such as the users that an app knows."""
        try:
            content = dict(request.json().items())
            for vendor, held in [
                (self.vendors[name], content[name]) for name in content
            ]:
                vendor.load(held)
        except (ValueError, KeyError, TypeError, AttributeError):
            known = ", ".join(self.vendors)
            return Reply(400, {"error": f"an object is needed, by name of {known}"})
        self._save()
        return Reply(204)

    def _faulty(self, fault: Fault, vendor: Vendor, request: Request) -> Reply | None:
        if fault.what == "delay":
            self.stopping.wait(fault.seconds)
            return vendor.handle(request)
        reply = vendor.handle(request) if fault.applied else Reply(0)
        if fault.what == "drop":
            return None
        if fault.what == "throttle":
            return _throttled(fault.seconds)
        return Reply(fault.status, fault.body, fault.headers, reply.rows)

    def _log_operation(self, operation: str, path: str, status: int) -> None:
        """A step of an SFTP session, in the log beside the requests."""
        self.note_request()
        entry = {"method": operation, "path": path, "status": status, "rows": 0}
        self._requests.append(entry)

    def _log(self, request: Request, reply: Reply | None) -> None:
        self._requests.append(
            {
                "method": request.method,
                "path": request.path,
                "status": reply.status if reply else 0,
                "rows": reply.rows if reply else 0,
            }
        )

    def _load(self) -> None:
        if self._state_file is None or not self._state_file.exists():
            return
        readable = True
        try:
            dumped = json.loads(self._state_file.read_text(encoding="utf-8"))
            for name, vendor in self.vendors.items():
                vendor.load(dumped.get(name, {}))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            readable = False
        if not readable:
            raise ConfigurationError(
                f"the sandbox cannot read its state from '{self._state_file}';"
                " delete the file or choose another one"
            )

    def _save(self) -> None:
        if self._state_file is None:
            return
        with self._save_lock:
            dumped = {name: vendor.dump() for name, vendor in self.vendors.items()}
            written = self._state_file.with_name(self._state_file.name + ".part")
            written.unlink(missing_ok=True)  # also a link that somebody put there
            mode = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with open(os.open(written, mode, 0o600), "w", encoding="utf-8") as file:
                json.dump(dumped, file, ensure_ascii=False)
            written.replace(self._state_file)


def _throttled(seconds: float) -> Reply:
    body = {"errors": [{"field": None, "message": "too many requests"}]}
    headers = {
        "X-RateLimit-Limit": "500",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(math.ceil(time.time() + seconds)),
    }
    return Reply(429, body, headers)
