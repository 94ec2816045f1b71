"""HTTP for the stand-ins: connections that are kept alive and end when told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from outhaul.sandbox.gate import refusal_of
from outhaul.sandbox.messages import Reply, Request, Vendor

LARGEST_REQUEST = 64 * 1024 * 1024


class Answering(Protocol):
    """What answers a listener's requests; see `server.Sandbox`."""

    @property
    def vendors(self) -> Mapping[str, Vendor]:
        """The stand-ins, by the prefix of their paths."""

    @property
    def host(self) -> str:
        """Where it listens."""

    def url(self, vendor: str = "") -> str:
        """The address of a stand-in, or of the sandbox itself."""

    def note_request(self) -> None:
        """Somebody uses the sandbox."""

    def control(self, request: Request) -> Reply:
        """The reply to a request to `/_sandbox/`."""

    def answer(self, prefix: str, request: Request) -> Reply | None:
        """A stand-in's reply; None: the connection breaks without one."""


def wake(listener: socket.socket) -> None:
    """Have whoever waits for a connection wait no longer, as Linux does."""
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)


class Listener(ThreadingHTTPServer):
    """Serves requests, a thread each, and knows the connections that are open."""

    # Threads are waited for when the server closes, so nothing outlives a test.
    daemon_threads = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], sandbox: Answering) -> None:
        self.sandbox = sandbox
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, _Handler)

    def shutdown(self) -> None:
        """Stop serving, at once where the system wakes who listens."""
        wake(self.socket)
        super().shutdown()

    def opened(self, connection: socket.socket) -> None:
        """Note a connection, for `end_connections`."""
        with self._open_lock:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._open_lock:
            self._open.discard(connection)

    def end_connections(self) -> None:
        """Break all connections, so that no thread waits for more."""
        with self._open_lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is not worth a word."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "outhaul-sandbox"
    sys_version = ""
    # One packet per answer: small writes would wait for each other.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Listener

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        self.server.closed(self.connection)
        try:
            super().finish()
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *arguments: Any) -> None:
        """Silent: the log is part of the state."""

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            self._write(Reply(413, {"errors": [{"message": "content too large"}]}))
            self.close_connection = True
            return
        sandbox = self.server.sandbox
        headers = {name.lower(): value for name, value in self.headers.items()}
        refusal = refusal_of(headers, sandbox.url(), sandbox.host)
        if refusal is not None:
            self._write(refusal)
            return
        sandbox.note_request()
        parts = urlsplit(self.path)
        prefix, _, rest = parts.path.lstrip("/").partition("/")
        request = Request(
            method=self.command,
            path="/" + rest,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers=headers,
            body=body,
            url=sandbox.url(prefix),
        )
        if prefix == "_sandbox":
            self._write(sandbox.control(request))
        elif prefix in sandbox.vendors:
            reply = sandbox.answer(prefix, request)
            if reply is None:
                self.close_connection = True
            else:
                self._write(reply)
        else:
            known = ", ".join(f"/{name}" for name in sandbox.vendors)
            self._write(Reply(404, {"error": f"there are {known} and /_sandbox"}))

    def _body(self) -> bytes | None:
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if not 0 <= length <= LARGEST_REQUEST:
            return None
        return self.rfile.read(length)

    def _write(self, reply: Reply) -> None:
        content = reply.content()
        self.send_response(reply.status)
        if reply.status != 204:
            names = {name.lower() for name in reply.headers}
            if content and "content-type" not in names:
                self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if reply.status != 204:
            self.wfile.write(content)
        self.wfile.flush()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve
