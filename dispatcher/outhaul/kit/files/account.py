"""The settings of an SFTP server, shared by every account that delivers files."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from outhaul.config.settings import setting
from outhaul.kit.account import Account
from outhaul.kit.service import Limits

# Servers and readers that count in 32 bits take less than 2 GiB.
_MOST_BYTES = 2_000_000_000
_OTHERS_MAY_READ = 0o077
_SUFFIX = re.compile(r"[A-Za-z0-9._-]*")


@dataclass(frozen=True, kw_only=True)
class SftpAccount(Account):
    """A folder on an SFTP server."""

    host: str = setting("The server's name.", identifies=True)
    port: int = setting(
        "The server's port.", default=22, identifies=True, minimum=1, maximum=65_535
    )
    username: str = setting("The user to log in as.", identifies=True)
    password: str = setting(
        "The user's password; default: none, a key is used.", default="", secret=True
    )
    private_key: str = setting(
        "The text of a private key, instead of a file.", default="", secret=True
    )
    private_key_file: str = setting(
        "A file with a private key, readable by its owner alone.", default=""
    )
    private_key_passphrase: str = setting(
        "The passphrase of the private key.", default="", secret=True
    )
    allow_shared_key_file: bool = setting(
        "Use a private key file that others can read.", default=False
    )
    host_fingerprints: list[str] = setting(
        "Fingerprints of the server's keys, such as `SHA256:…`; any other key is"
        " refused. `outhaul check` shows the one to compare and pin.",
        default=[],
    )
    known_hosts_file: str = setting(
        "A file of known host keys, in OpenSSH's form, instead of fingerprints.",
        default="",
    )
    folder: str = setting("The folder on the server that takes the files.", default=".")
    staging_folder: str = setting(
        "A folder on the same file system for files that are not complete yet;"
        " default: `folder`, where their names begin with a dot and end in `.part`.",
        default="",
    )
    done_suffix: str = setting(
        "Write an empty file of this suffix, such as `.done`, after each file.",
        default="",
    )
    allow_non_atomic: bool = setting(
        "Delete an older file of the same name first, where the server cannot replace"
        " it in one step; a reader may then find none for a moment.",
        default=False,
    )
    verify: str = setting(
        "Whether the `size` of a file that was written is compared before it is put in"
        " place, or `none` for a server that takes files and does not let us look.",
        default="size",
        choices=("size", "none"),
    )
    rows_per_file: int = setting(
        "Rows in one file, at most.", default=200_000, minimum=1, maximum=10_000_000
    )
    files_per_second: float = setting(
        "Files a second.", default=2.0, minimum=0.01, maximum=1_000
    )
    request_seconds: float = setting(
        "Seconds that one file may take in all, from the login to the rename.",
        default=600.0,
        minimum=1,
        maximum=7_200,
    )

    def validate(self) -> list[str]:
        problems = []
        if not (self.password or self.private_key or self.private_key_file):
            problems.append("give 'password', 'private_key' or 'private_key_file'")
        if self.private_key and self.private_key_file:
            problems.append("give 'private_key' or 'private_key_file', not both")
        if self.known_hosts_file and not Path(self.known_hosts_file).is_file():
            problems.append(
                f"'known_hosts_file' names no file: {self.known_hosts_file}"
            )
        for name in ("folder", "staging_folder"):
            if problem := _folder_problem(getattr(self, name)):
                problems.append(f"'{name}' {problem}")
        if not _SUFFIX.fullmatch(self.done_suffix):
            problems.append(
                "'done_suffix' must be the end of a name, such as .done: letters,"
                " digits and . _ - alone"
            )
        return problems + self._key_file_problems()

    def secret_texts(self) -> Iterator[str]:
        """Also the private key that a file holds."""
        yield from super().secret_texts()
        if self.private_key_file:
            with suppress(OSError, ValueError):
                yield Path(self.private_key_file).read_text(encoding="ascii")

    def _key_file_problems(self) -> list[str]:
        if not self.private_key_file:
            return []
        file = Path(self.private_key_file)
        if not file.is_file():
            return [f"'private_key_file' names no file: {file}"]
        mode = file.stat().st_mode & 0o777
        if mode & _OTHERS_MAY_READ and not self.allow_shared_key_file:
            return [
                f"'private_key_file' can be read by others (mode {mode:04o}): make it"
                " 0600, or set allow_shared_key_file: true"
            ]
        return []

    @cached_property
    def token(self) -> str:
        """Tells our temporary files from those of a process that hangs."""
        return secrets.token_hex(4)

    @cached_property
    def file_limits(self) -> Limits:
        """The limits of requests, each of which is a file."""
        return Limits(self.rows_per_file, _MOST_BYTES, self.files_per_second)


def _folder_problem(folder: str) -> str | None:
    """Why this cannot be the name of a folder, or None."""
    if ".." in re.split(r"[/\\]", folder):
        return "must not lead upwards with '..'"
    if not folder.isprintable():
        return "holds a character that cannot be printed"
    return None
