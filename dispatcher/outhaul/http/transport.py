"""HTTP connections that keep one total deadline and know whether a byte left.

The timeouts of `requests` count from the last byte, so a server that sends a
byte now and then holds a request for ever. Here a thread shuts the socket down
when the time of the whole request is over, whatever the request is at. The
same hook tells "never sent" from "sent, outcome unknown", which no exception
of the library tells for certain.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.retry import Retry

from outhaul.http.networks import is_public, public_addresses


class PrivateAddress(OSError):
    """A name that somebody else chose leads into a private network."""


class Exchange:
    """One request and its answer: has a byte left, and is the time over?"""

    def __init__(self, *, public_only: bool = False) -> None:
        self.sent = False
        self.expired = False
        self.public_only = public_only
        self._lock = threading.Lock()
        self._lifeline: socket.socket | None = None

    def watch(self, lifeline: socket.socket | None) -> None:
        """From now on the deadline shuts this socket down."""
        with self._lock:
            self._lifeline = lifeline
            if self.expired:
                _shut_down(lifeline)

    def expire(self) -> None:
        """The deadline has come: cut the connection, whatever it waits for."""
        with self._lock:
            self.expired = True
            _shut_down(self._lifeline)

    def check_peer(self, connected: socket.socket) -> None:
        """Look at the address that we are connected to: a name may lie."""
        if not self.public_only:
            return
        address = ipaddress.ip_address(connected.getpeername()[0].partition("%")[0])
        if not is_public(address):
            connected.close()
            raise PrivateAddress


class _Watchdog:
    """Ends exchanges at their deadlines, all of them in one thread.

    A thread for each request would take a good part of a short one's time. The thread
    begins with the first request and sleeps until the first deadline that it knows of.
    """

    def __init__(self) -> None:
        self._deadlines: dict[Exchange, float] = {}
        self._wakes_at = 0.0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, running: Exchange, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        with self._changed:
            self._deadlines[running] = deadline
            if self._thread is None or not self._thread.is_alive():
                self._wakes_at = deadline
                self._thread = threading.Thread(
                    target=self._run, name="outhaul-deadlines", daemon=True
                )
                self._thread.start()
            elif deadline < self._wakes_at:
                self._wakes_at = deadline
                self._changed.notify()

    def remove(self, running: Exchange) -> None:
        with self._changed:
            self._deadlines.pop(running, None)

    def _run(self) -> None:
        while True:
            for running in self._overdue():
                running.expire()

    def _overdue(self) -> list[Exchange]:
        """Sleep until the next deadline; what is over then."""
        with self._changed:
            left = self._wakes_at - time.monotonic()
            if left > 0:
                self._changed.wait(left)
            now = time.monotonic()
            over = [each for each, at in self._deadlines.items() if at <= now]
            for each in over:
                del self._deadlines[each]
            self._wakes_at = min(self._deadlines.values(), default=now + _IDLE_SECONDS)
            return over


# How long the thread sleeps where no request is under way; a new one wakes it.
_IDLE_SECONDS = 3600.0
_watchdog = _Watchdog()
_current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


@contextmanager
def exchange(seconds: float, *, public_only: bool = False) -> Iterator[Exchange]:
    """Everything inside is one request, over after this many seconds."""
    running = Exchange(public_only=public_only)
    token = _current.set(running)
    _watchdog.add(running, seconds)
    try:
        yield running
    finally:
        _watchdog.remove(running)
        running.watch(None)
        _current.reset(token)


def _shut_down(lifeline: socket.socket | None) -> None:
    if lifeline is not None:
        with suppress(OSError):
            lifeline.shutdown(socket.SHUT_RDWR)


class _Watched(HTTPConnection):
    # A second handle on the connection. The first one is handed over to TLS
    # and back; this one stays valid, and shutting it down ends both.
    _lifeline: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        running = _current.get()
        if running is not None and running.public_only:
            connected = self._new_public_conn()
        else:
            connected = super()._new_conn()
        if running is not None:
            running.check_peer(connected)
            self._close_lifeline()
            self._lifeline = connected.dup()
            running.watch(self._lifeline)
        return connected

    def _new_public_conn(self) -> socket.socket:
        """A connection to a public address of the host; no other one is tried."""
        host, problem = self._dns_host, None
        try:
            for address in public_addresses(host, self.port):
                self._dns_host = address
                try:
                    return super()._new_conn()
                except urllib3.exceptions.HTTPError as error:
                    problem = error
        finally:
            self._dns_host = host
        raise problem or PrivateAddress

    def request(self, *arguments: Any, **options: Any) -> None:
        running = _current.get()
        if running is not None and self._lifeline is not None:
            running.watch(self._lifeline)
        super().request(*arguments, **options)

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        running = _current.get()
        if running is not None:
            if running.expired:
                raise TimeoutError
            running.sent = True
        super().send(data)

    def close(self) -> None:
        super().close()
        self._close_lifeline()

    def _close_lifeline(self) -> None:
        if self._lifeline is not None:
            self._lifeline.close()
            self._lifeline = None


class _SocketTLS(ssl.SSLSocket):
    """Closes itself where the deadline cuts it before TLS begins.

    Python asks such a socket for a byte, and some versions leave it open when that
    fails: the file it takes up is then free only when memory is next looked through.
    """

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        try:
            return super().recv(buflen, flags)
        except ConnectionResetError:
            self.close()
            raise


class _WatchedTLS(_Watched, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _PoolTLS(HTTPSConnectionPool):
    ConnectionCls = _WatchedTLS


class Transport(HTTPAdapter):
    """The connections of one client; never retries and never redirects.

    It is used without a `requests.Session`, which would keep cookies, read
    `.netrc` and proxies from the environment, and read the body of a redirect
    to its end.
    """

    def __init__(
        self, pool: int, ca_file: str | None = None, *, has_tls: bool = True
    ) -> None:
        # Reading the public certificates takes longer than many a request.
        self._context = _tls_context(ca_file) if has_tls or ca_file else None
        none = Retry(total=0, redirect=0, read=False, respect_retry_after_header=False)
        super().__init__(pool_maxsize=pool, max_retries=none)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, ssl_context=self._context, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _PoolTLS}


def _tls_context(ca_file: str | None) -> ssl.SSLContext:
    """TLS 1.2 and later, verified. Made by hand, since the usual helpers write
    session keys to the file that `SSLKEYLOGFILE` names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.sslsocket_class = _SocketTLS
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cafile=ca_file or DEFAULT_CA_BUNDLE_PATH)
    return context
