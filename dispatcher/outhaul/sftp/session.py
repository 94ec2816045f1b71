"""One SFTP connection: opened with care, closed at a deadline, errors sorted.

https://datatracker.ietf.org/doc/html/draft-ietf-secsh-filexfer-02
"""

from __future__ import annotations

import errno
import logging
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import NamedTuple

import paramiko
from paramiko.ssh_exception import IncompatiblePeer, NoValidConnectionsError

from outhaul.errors import DestinationError, NotSent, StopSync
from outhaul.sftp.host_keys import Pinned, refuse_changed
from outhaul.text.redaction import excerpt
from outhaul.text.secret_texts import Secrets

_CONNECT_SECONDS = 10.0
# Firewalls forget connections that are idle for a minute or more.
_KEEPALIVE_SECONDS = 30
# The largest piece that every server takes, and how many may be on their way.
_PIECE_BYTES = 32_768
_PIECES_AT_ONCE = 64
_LOG = "outhaul.sftp"


class Lost(Exception):
    """The connection is gone, so nothing is known of the last operation."""


class Missing(Exception):
    """The server says that there is no such file or folder."""


class Denied(Exception):
    """The server says that this is not allowed."""


class Failed(Exception):
    """The server says that it cannot do this; the text is the server's, masked."""


class Deadline:
    """The time that one request may take in all, over however many connections."""

    def __init__(
        self, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.seconds = seconds
        self._clock = clock
        self._ends_at = clock() + seconds

    @property
    def remaining(self) -> float:
        """Seconds that are left."""
        return max(0.0, self._ends_at - self._clock())


@dataclass(frozen=True)
class Login:
    """Where to connect and as whom; `key` is a private key, ready for use.

    secrets: what no message may show, though the server says it.
    """

    host: str
    port: int
    username: str
    password: str | None = field(repr=False)
    key: paramiko.PKey | None = field(repr=False)
    fingerprints: tuple[str, ...]
    known_hosts_file: str
    secrets: Secrets = field(default_factory=Secrets, repr=False)


class Listed(NamedTuple):
    """A name in a folder: when it changed, in unix seconds by the server's clock, its
    bytes, None where the server does not tell, and whether it is known to be a file."""

    name: str
    changed_at: float
    size: int | None
    is_file: bool


class SftpSession:
    """Files on a server. What goes wrong is Lost, Missing, Denied or Failed."""

    def __init__(
        self,
        client: paramiko.SFTPClient,
        transport: paramiko.Transport,
        secrets: Secrets,
    ) -> None:
        self._client = client
        self._transport = transport
        self._secrets = secrets

    def upload(self, path: str, pieces: Iterable[bytes]) -> int:
        """Write a file anew and wait until the server confirmed all of it.

        Several pieces are on their way at a time. paramiko drops what a server
        answers to those that are still out when a file is closed, so some are sent
        one by one: such a write waits for all answers before it, and raises.
        """
        size = count = 0
        with self._sorted(), self._client.open(path, "w") as file:
            for piece in _even(pieces):
                count += 1
                waits = piece.is_last or count % _PIECES_AT_ONCE == 0
                file.set_pipelined(not waits)
                file.write(piece.data)
                size += len(piece.data)
        return size

    def size(self, path: str) -> int | None:
        """Bytes of a file; None where the server does not tell. Raises Missing."""
        with self._sorted():
            return self._client.stat(path).st_size

    def has(self, path: str) -> bool:
        """Whether there is a file of this name."""
        try:
            self.size(path)
        except Missing:
            return False
        return True

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder of this name; what it is may not be told."""
        try:
            with self._sorted():
                mode = self._client.stat(path).st_mode
        except Missing:
            return False
        return mode is None or stat.S_ISDIR(mode)

    def replace(self, path: str, other: str) -> None:
        """Rename in one step, whether or not the other file exists."""
        with self._sorted():
            self._client.posix_rename(path, other)

    def rename(self, path: str, other: str) -> None:
        """Rename; fails on most servers where the other file exists."""
        with self._sorted():
            self._client.rename(path, other)

    def remove(self, path: str) -> None:
        """Delete a file. Raises Missing where there is none."""
        with self._sorted():
            self._client.remove(path)

    def files(self, folder: str) -> list[Listed]:
        """What a folder holds, as far as the server tells."""
        with self._sorted():
            found = self._client.listdir_attr(folder)
        return [
            Listed(
                each.filename,
                float(each.st_mtime or 0),
                each.st_size,
                stat.S_ISREG(each.st_mode or 0),
            )
            for each in found
        ]

    @contextmanager
    def _sorted(self) -> Iterator[None]:
        problem: Exception
        try:
            yield
            return
        except (EOFError, paramiko.SSHException, paramiko.SFTPError):
            problem = Lost()
        except OSError as error:
            problem = self._problem(error)
        raise problem

    def _problem(self, error: OSError) -> Exception:
        # A channel that was closed under us raises the same as a status that tells of
        # a failure, before the transport itself counts as inactive.
        channel = self._client.get_channel()
        is_closed = channel is None or channel.closed
        if is_closed or not self._transport.is_active():
            return Lost()
        if isinstance(error, TimeoutError):
            return Lost()
        if error.errno == errno.ENOENT:
            return Missing()
        if error.errno == errno.EACCES:
            return Denied()
        return Failed(excerpt(str(error), self._secrets) or "no reason given")


@contextmanager
def connected(login: Login, deadline: Deadline) -> Iterator[SftpSession]:
    """A session that is cut off at the deadline.

    Raises NotSent where no connection was made, StopSync where none ever will.
    Everything is checked by `SSHClient`; a bare `Transport.connect` checks no key.
    """
    transports: list[paramiko.Transport] = []

    def transport(*arguments: object, **options: object) -> paramiko.Transport:
        transports.append(paramiko.Transport(*arguments, **options))  # type: ignore[arg-type]
        return transports[-1]

    timer = threading.Timer(deadline.remaining, lambda: _close(transports))
    timer.daemon = True
    timer.start()
    try:
        yield _opened(login, min(_CONNECT_SECONDS, deadline.remaining), transport)
    finally:
        timer.cancel()
        _close(transports)


def _opened(
    login: Login, seconds: float, transport: Callable[..., paramiko.Transport]
) -> SftpSession:
    problem: DestinationError
    client = paramiko.SSHClient()
    try:
        client.set_log_channel(_silent_log())
        if login.known_hosts_file:
            client.load_host_keys(login.known_hosts_file)
        client.set_missing_host_key_policy(Pinned(login.fingerprints))
        client.connect(
            login.host,
            login.port,
            login.username,
            password=login.password,
            pkey=login.key,
            timeout=seconds,
            banner_timeout=seconds,
            auth_timeout=seconds,
            channel_timeout=seconds,
            allow_agent=False,
            look_for_keys=False,
            transport_factory=transport,
        )
        opened = client.get_transport()
        if opened is not None:
            opened.set_keepalive(_KEEPALIVE_SECONDS)
            sftp = paramiko.SFTPClient.from_transport(opened)
            if sftp is not None:
                return SftpSession(sftp, opened, login.secrets)
        problem = NotSent(f"{login.host}: no SFTP session was opened")
    except paramiko.BadHostKeyException as error:
        refuse_changed(login.host, error.key)
    except (paramiko.SSHException, EOFError, OSError) as error:
        active = client.get_transport()
        problem = _no_session(error, login, active is not None and active.is_active())
    raise problem


def _no_session(error: Exception, login: Login, is_active: bool) -> DestinationError:
    if isinstance(error, IncompatiblePeer):
        return StopSync(
            f"{login.host} offers only algorithms that are not safe any more; its"
            " owner has to update it"
        )
    refused = isinstance(error, paramiko.AuthenticationException)
    if refused and is_active and "timeout" not in str(error).lower():
        return StopSync(
            f"{login.host} does not let '{login.username}' in: check the user name and"
            " the password or key"
        )
    reason = next(
        (text for kind, text in _REASONS.items() if isinstance(error, kind)),
        f"no connection was made ({type(error).__name__})",
    )
    return NotSent(f"{login.host}: {reason}")


_REASONS: dict[type[Exception], str] = {
    NoValidConnectionsError: "the connection was refused",
    TimeoutError: "nothing came back in time",
    socket.gaierror: "the host's name cannot be resolved",
}


def _close(transports: Iterable[paramiko.Transport]) -> None:
    for transport in transports:
        with suppress(Exception):
            transport.close()


def _silent_log() -> str:
    """paramiko would log tracebacks; what matters is told by our own errors."""
    logger = logging.getLogger(_LOG)
    logger.propagate = False
    logger.setLevel(logging.CRITICAL + 1)
    return _LOG


@dataclass(frozen=True)
class _Piece:
    data: bytes
    is_last: bool = False


def _even(pieces: Iterable[bytes]) -> Iterator[_Piece]:
    """The same bytes in pieces of equal size; the last one is marked."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) > _PIECE_BYTES:
            yield _Piece(bytes(waiting[:_PIECE_BYTES]))
            del waiting[:_PIECE_BYTES]
    yield _Piece(bytes(waiting), is_last=True)
