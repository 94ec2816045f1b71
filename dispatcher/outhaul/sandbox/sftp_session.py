"""One login at the SFTP stand-in, and its operations on files."""

from __future__ import annotations

import os
import posixpath
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from paramiko.sftp import SFTP_EOF, SFTP_FAILURE, SFTP_NO_SUCH_FILE, SFTP_OK

from outhaul.sandbox.sftp_files import Files

_WRITES = os.O_WRONLY | os.O_RDWR


class Serving(Protocol):
    """What a login and its operations are a part of; see `sftp.SftpStandIn`."""

    files: Files
    public_keys: list[paramiko.PKey]
    log: Callable[[str, str, int], None]

    def takes(self, password: str) -> bool:
        """Whether somebody with this password is let in."""

    def perform(
        self,
        operation: str,
        path: str,
        transport: paramiko.Transport,
        action: Callable[[], None],
    ) -> int:
        """Do it or play a fault; returns the status to answer."""

    def tells_sizes(self, operation: str, path: str) -> bool:
        """Whether sizes are shown, which a fault can keep back."""


class Login(paramiko.ServerInterface):
    """Lets users in by password or public key."""

    def __init__(self, stand_in: Serving) -> None:
        self._stand_in = stand_in

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_auth_password(self, username: str, password: str) -> int:
        return self._answer(self._stand_in.takes(password))

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return self._answer(key in self._stand_in.public_keys)

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    def _answer(self, is_in: bool) -> int:
        self._stand_in.log("LOGIN", "/", 200 if is_in else 403)
        return AUTH_SUCCESSFUL if is_in else AUTH_FAILED


class FileServer(paramiko.SFTPServerInterface):
    """The operations of one session; a plain rename does not replace a file."""

    def __init__(
        self, server: Login, stand_in: Serving, transport: paramiko.Transport
    ) -> None:
        super().__init__(server)
        self.stand_in = stand_in
        self.files = stand_in.files
        self._transport = transport

    def perform(self, operation: str, path: str, action: Callable[[], None]) -> int:
        """Do it or play a fault; returns the status to answer."""
        status = self.stand_in.perform(operation, path, self._transport, action)
        if operation not in ("WRITE", "STAT", "LIST"):
            self.stand_in.log(operation, path, 500 if status else 200)
        return status

    def stat(self, path: str) -> Any:
        path = _absolute(path)
        if status := self.perform("STAT", path, _nothing):
            return status
        if self.files.has(path):
            return self._attributes(path, "STAT")
        if not self.files.has_folder(path):
            return SFTP_NO_SUCH_FILE
        attributes = paramiko.SFTPAttributes()
        attributes.st_mode = stat.S_IFDIR | 0o700
        return attributes

    lstat = stat

    def list_folder(self, path: str) -> Any:
        path = _absolute(path)
        if status := self.perform("LIST", path, _nothing):
            return status
        found = []
        for name in self.files.names(path):
            attributes = self._attributes(posixpath.join(path, name), "LIST")
            attributes.filename = name
            found.append(attributes)
        return found

    def open(self, path: str, flags: int, attr: Any) -> Any:
        path = _absolute(path)
        is_there = self.files.has(path) or bool(flags & os.O_CREAT)
        if not is_there or not self.files.has_folder(posixpath.dirname(path)):
            return SFTP_NO_SUCH_FILE

        def begin() -> None:
            if flags & _WRITES:
                self.files.begin(path, time.time(), anew=bool(flags & os.O_TRUNC))

        return self.perform("OPEN", path, begin) or _Open(self, path, flags)

    def remove(self, path: str) -> int:
        path = _absolute(path)
        if not self.files.has(path):
            return SFTP_NO_SUCH_FILE
        return self.perform("REMOVE", path, lambda: self.files.remove(path))

    def rename(self, oldpath: str, newpath: str) -> int:
        if self.files.has(_absolute(newpath)):
            return SFTP_FAILURE
        return self._rename("RENAME", oldpath, newpath)

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        return self._rename("REPLACE", oldpath, newpath)

    def chattr(self, path: str, attr: Any) -> int:
        return SFTP_OK

    def _rename(self, operation: str, oldpath: str, newpath: str) -> int:
        path, other = _absolute(oldpath), _absolute(newpath)
        if not self.files.has(path):
            return SFTP_NO_SUCH_FILE
        return self.perform(operation, other, lambda: self.files.rename(path, other))

    def _attributes(self, path: str, operation: str) -> paramiko.SFTPAttributes:
        attributes = paramiko.SFTPAttributes()
        if self.stand_in.tells_sizes(operation, path):
            attributes.st_size = self.files.size(path)
        attributes.st_mode = stat.S_IFREG | 0o600
        attributes.st_mtime = attributes.st_atime = int(self.files.changed_at(path))
        return attributes


class _Open(paramiko.SFTPHandle):
    """A file that is open."""

    def __init__(self, server: FileServer, path: str, flags: int) -> None:
        super().__init__(flags)
        self._server = server
        self._path = path
        self._is_written = bool(flags & _WRITES)

    def write(self, offset: int, data: Any) -> int:
        def write() -> None:
            self._server.files.write(self._path, offset, data)

        return self._server.perform("WRITE", self._path, write)

    def read(self, offset: int, length: int) -> Any:
        return self._server.files.read(self._path, offset, length) or SFTP_EOF

    def stat(self) -> Any:
        return self._server.stat(self._path)

    def close(self) -> None:
        if self._is_written:
            with suppress(OSError, ValueError):  # a link stands where it is mirrored
                self._server.files.close(self._path)


def _absolute(path: str) -> str:
    return posixpath.normpath(posixpath.join("/", path))


def _nothing() -> None:
    """What a look at a file does to it."""
