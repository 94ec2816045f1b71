"""A Redshift for tests: PostgreSQL behind a proxy that speaks to Redshift's driver.

The driver sends start-up parameters that PostgreSQL does not know, and expects a
version of Redshift; the statements go through `redshift_sql`. All else is
PostgreSQL's: what a test shows of plans, locks, isolation and sizes is not Redshift's.
https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.conftest import PostgresDatabase
from tests.warehouses.redshift_sql import NotInRedshift, to_postgres

_STUBS = Path(__file__).with_name("redshift_stubs.sql")
_SSL_REQUEST, _PROTOCOL = 80877103, 196608
_KNOWN_PARAMETERS = (b"user", b"database", b"application_name", b"client_encoding")
# A backslash begins an escape in any text.
_OPTIONS = b"options\0-c standard_conforming_strings=off -c escape_string_warning=off\0"
_LENGTH = struct.Struct("!i")


@contextmanager
def redshift_proxy(database: PostgresDatabase) -> Iterator[int]:
    """The port on 127.0.0.1 where this database passes for a Redshift."""
    database.run("set allow_system_table_mods = on;" + _STUBS.read_text())
    listener = socket.create_server(("127.0.0.1", 0))
    upstream = f"{database.host}/.s.PGSQL.{database.port}"
    thread = threading.Thread(target=_accept, args=(listener, upstream), daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=10)


def _accept(listener: socket.socket, upstream: str) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:  # the listener is closed
            return
        threading.Thread(target=_serve, args=(client, upstream), daemon=True).start()


def _serve(client: socket.socket, upstream: str) -> None:
    with client, socket.socket(socket.AF_UNIX) as server, suppress(OSError, EOFError):
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server.connect(upstream)
        server.sendall(_startup(client))
        answers = threading.Thread(
            target=_pass_answers, args=(server, client), daemon=True
        )
        answers.start()
        try:
            while True:
                server.sendall(_translated(*_message(client)))
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            answers.join(timeout=10)


def _startup(client: socket.socket) -> bytes:
    """The client's first message, with the parameters that PostgreSQL knows."""
    while True:
        (length,) = _LENGTH.unpack(_exactly(client, 4))
        body = _exactly(client, length - 4)
        if _LENGTH.unpack(body[:4])[0] != _SSL_REQUEST:
            break
        client.sendall(b"N")
    words = body[4:].split(b"\0")
    given = dict(zip(words[::2], words[1::2], strict=False))
    kept = [
        name + b"\0" + given[name] + b"\0"
        for name in _KNOWN_PARAMETERS
        if name in given
    ]
    body = _LENGTH.pack(_PROTOCOL) + b"".join(kept) + _OPTIONS + b"\0"
    return _LENGTH.pack(len(body) + 4) + body


def _pass_answers(server: socket.socket, client: socket.socket) -> None:
    """The server's messages as they are, except for its version."""
    with suppress(OSError, EOFError):
        kind = b""
        while kind != b"Z":  # ready for the first query
            kind, body = _message(server)
            if kind == b"S" and body.startswith(b"server_version\0"):
                body = b"server_version\x008.0.2\0"
            client.sendall(kind + _LENGTH.pack(len(body) + 4) + body)
        while received := server.recv(65536):
            client.sendall(received)
    with suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)


def _translated(kind: bytes, body: bytes) -> bytes:
    """A message of the client, its statement rewritten."""
    if kind == b"Q":
        body = _for_postgres(body[:-1]) + b"\0"
    elif kind == b"P":  # a name, the statement, the types of its parameters
        name, statement, types = body.split(b"\0", 2)
        body = b"\0".join((name, _for_postgres(statement), types))
    return kind + _LENGTH.pack(len(body) + 4) + body


def _for_postgres(statement: bytes) -> bytes:
    """The statement, or one whose error is that of Redshift."""
    try:
        return to_postgres(statement.decode()).encode()
    except NotInRedshift as refusal:
        words = " ".join(str(refusal).split()).replace('"', "'")
        return f'"{words[:200]}"'.encode()


def _message(source: socket.socket) -> tuple[bytes, bytes]:
    kind = _exactly(source, 1)
    (length,) = _LENGTH.unpack(_exactly(source, 4))
    return kind, _exactly(source, length - 4)


def _exactly(source: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = source.recv(size - len(parts))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)
