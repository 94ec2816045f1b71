"""An SFTP server for files, on the loopback address: a real one, kept in memory.

Every user is let in with any password that is not empty, or with the one key that
the sandbox takes. Its host key is always the same, so that it can be pinned; it is
no secret. Files can be mirrored into a folder, to look at them.

Faults (see `faults.py`) match the operation as `method`, which is OPEN, WRITE,
STAT, LIST, RENAME, REPLACE or REMOVE, and the file as `path`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import paramiko
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from paramiko.sftp import (
    SFTP_FAILURE,
    SFTP_OK,
    SFTP_OP_UNSUPPORTED,
    SFTP_PERMISSION_DENIED,
)

from outhaul.sandbox.faults import SFTP_FAULTS, Faults
from outhaul.sandbox.listener import wake
from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.sftp_files import Files
from outhaul.sandbox.sftp_session import FileServer, Login

Log = Callable[[str, str, int], None]
"""Told of an operation, its path and the SFTP status it was answered with."""


@cache
def host_key() -> paramiko.PKey:
    """The key that the stand-in shows."""
    seed = hashlib.sha256(b"the host key of the outhaul sandbox").digest()
    text = Ed25519PrivateKey.from_private_bytes(seed).private_bytes(
        Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()
    )
    return paramiko.Ed25519Key.from_private_key(io.StringIO(text.decode()))


class SftpStandIn:
    """api_key: the one password that is accepted, or any. folder: to mirror files to.

    watchers: called with path and content of every file that is complete: written
    and closed, or renamed. public_keys: keys that are let in too.
    """

    def __init__(
        self,
        faults: Faults,
        *,
        api_key: str | None = None,
        folder: Path | None = None,
        log: Log = lambda operation, path, status: None,
    ) -> None:
        self._faults = faults
        self.log = log
        self.files = Files(folder)
        self.public_keys: list[paramiko.PKey] = []
        self.stopping = threading.Event()
        self._password = api_key
        self._transports: list[paramiko.Transport] = []
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._thread: threading.Thread | None = None

    # --- connections

    def start(self, host: str, port: int) -> None:
        """Listen. Raises OSError where the port is taken."""
        self._listener = socket.create_server((host, port))
        self._listener.settimeout(0.05)
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def stop(self) -> None:
        """Close all connections."""
        self.stopping.set()
        if self._thread is not None and self._listener is not None:
            wake(self._listener)
            self._thread.join()
            self._listener.close()
            self._thread = self._listener = None
        with self._lock:
            transports, self._transports = self._transports, []
        for transport in transports:
            transport.close()

    @property
    def port(self) -> int:
        """Where it listens; 0 while it does not."""
        return int(self._listener.getsockname()[1]) if self._listener else 0

    def takes(self, password: str) -> bool:
        """Whether somebody with this password is let in."""
        if self._password is None:
            return bool(password)
        return hmac.compare_digest(password.encode(), self._password.encode())

    def perform(
        self,
        operation: str,
        path: str,
        transport: paramiko.Transport,
        action: Callable[[], None],
    ) -> int:
        """Do it, unless a fault is on; returns the status to answer."""
        if not transport.is_active():
            return SFTP_FAILURE  # what had come in before the connection was dropped
        fault = self._faults.take(SFTP_FAULTS, operation, path)
        if fault is None:
            return _done(action)
        if fault.what == "delay":
            self.stopping.wait(fault.seconds)
        if (fault.what == "delay" or fault.applied) and _done(action) != SFTP_OK:
            return SFTP_PERMISSION_DENIED
        if fault.what == "drop":
            transport.close()
        return _STATUS[fault.what]

    def tells_sizes(self, operation: str, path: str) -> bool:
        """Whether an answer holds the size of a file."""
        return self._faults.find("sizeless", operation, path) is None

    def _accept(self) -> None:
        while not self.stopping.is_set() and self._listener is not None:
            with suppress(TimeoutError, OSError, EOFError, paramiko.SSHException):
                connection, _ = self._listener.accept()
                transport = paramiko.Transport(connection)
                with self._lock:
                    self._transports = [
                        each for each in self._transports if each.is_alive()
                    ]
                    self._transports.append(transport)
                transport.set_log_channel(_silent_log())
                transport.add_server_key(host_key())
                transport.set_subsystem_handler(
                    "sftp", paramiko.SFTPServer, FileServer, self, transport
                )
                transport.start_server(threading.Event(), Login(self))

    # --- a stand-in among others

    def handle(self, request: Request) -> Reply:
        return Reply(404, {"error": "this stand-in speaks SFTP"})

    def state(self) -> dict[str, Any]:
        """Names, sizes and texts of all files."""
        return {
            "files": {
                path: {
                    "bytes": len(content),
                    "text": content.decode("utf-8", "replace"),
                }
                for path, content in sorted(self.files.all().items())
            }
        }

    def dump(self) -> dict[str, Any]:
        files = self.files.all()
        return {name: base64.b64encode(each).decode() for name, each in files.items()}

    def load(self, dumped: Mapping[str, Any]) -> None:
        for path, content in dumped.items():
            self.files.put(path, base64.b64decode(content), time.time())

    def reset(self) -> None:
        self.files.clear()


def _done(action: Callable[[], None]) -> int:
    """Act; a file that cannot be mirrored into its folder is not permitted."""
    try:
        action()
    except (OSError, ValueError):
        return SFTP_PERMISSION_DENIED
    return SFTP_OK


_STATUS = {
    "delay": SFTP_OK,
    "swallow": SFTP_OK,
    "deny": SFTP_PERMISSION_DENIED,
    "unsupported": SFTP_OP_UNSUPPORTED,
    "full": SFTP_FAILURE,
    "drop": SFTP_FAILURE,
}


def _silent_log() -> str:
    logger = logging.getLogger("outhaul.sandbox.sftp")
    logger.propagate = False
    logger.setLevel(logging.CRITICAL + 1)
    return logger.name
