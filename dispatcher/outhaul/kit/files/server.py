"""An SFTP server as a service sees it: a place that takes whole files."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from pathlib import Path

import paramiko

from outhaul.errors import ConfigurationError
from outhaul.kit.files.account import SftpAccount
from outhaul.sftp.delivery import (
    Connect,
    RemoteFile,
    check_folders,
    check_looks,
    deliver,
    sweep,
)
from outhaul.sftp.session import Deadline, Login, connected

_KEY_TYPES = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


class Server:
    """The server of an account. Every call opens connections of its own."""

    def __init__(self, account: SftpAccount) -> None:
        self._account = account

    def check(self) -> list[str]:
        """Log in and see whether the folders are there, and what the server does not
        show; changes nothing."""
        with self._connect()() as session:
            check_folders(session, self._file(""))
            return check_looks(session, self._file(""))

    def prepare(self, own: re.Pattern[str]) -> None:
        """As `check`, and clear away what was left half written a day ago.

        own: the names of an activation's files.
        """
        with self._connect()() as session:
            check_folders(session, self._file(""))
            sweep(session, self._file(""), own)

    def deliver(self, name: str, pieces: Iterable[bytes]) -> None:
        """See `delivery.deliver`."""
        deliver(self._connect(), self._file(name), pieces)

    def _connect(self) -> Connect:
        login = self._login()
        deadline = Deadline(self._account.request_seconds)
        return lambda: connected(login, deadline)

    def _login(self) -> Login:
        account = self._account
        return Login(
            host=account.host,
            port=account.port,
            username=account.username,
            password=account.password or None,
            key=self._key(),
            fingerprints=tuple(account.host_fingerprints),
            known_hosts_file=account.known_hosts_file,
            secrets=account.secrets,
        )

    def _key(self) -> paramiko.PKey | None:
        account = self._account
        where, text = "'private_key'", account.private_key
        if account.private_key_file:
            where = f"the private key in '{account.private_key_file}'"
            text = _text_of(account.private_key_file)
        return _private_key(text, account.private_key_passphrase, where)

    def _file(self, name: str) -> RemoteFile:
        account = self._account
        return RemoteFile(
            name,
            account.folder,
            self._account.token,
            account.staging_folder,
            account.done_suffix,
            account.allow_non_atomic,
            account.verify == "size",
        )


def _text_of(file: str) -> str:
    try:
        return Path(file).read_text(encoding="ascii")
    except (OSError, ValueError):
        text = None
    if text is None:
        raise ConfigurationError(f"the private key in '{file}' cannot be read")
    return text


def _private_key(text: str, passphrase: str, where: str) -> paramiko.PKey | None:
    """The key of a text in OpenSSH's or PEM form. Raises ConfigurationError."""
    if not text:
        return None
    problem = "is not an Ed25519, ECDSA or RSA key, or its passphrase is wrong"
    for kind in _KEY_TYPES:
        try:
            return kind.from_private_key(io.StringIO(text), passphrase or None)
        except paramiko.PasswordRequiredException:
            problem = "has a passphrase: set 'private_key_passphrase'"
        except (paramiko.SSHException, ValueError, TypeError):
            continue
    raise ConfigurationError(f"{where} {problem}")
