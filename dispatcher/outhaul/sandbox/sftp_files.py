"""The files of the SFTP stand-in: in memory, and in a folder to look at."""

from __future__ import annotations

import os
import posixpath
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

Watcher = Callable[[str, bytes], None]


class Files:
    """Contents by path. Every folder exists, except those below `missing`; a name with
    a dot in it is that of a file.

    folder: where complete files are mirrored to, and never beside it; None: nowhere.
    watchers: called with path and content of every complete file.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.watchers: list[Watcher] = []
        self.missing: set[str] = set()
        self._folder = folder
        self._contents: dict[str, bytearray] = {}
        self._changed_at: dict[str, float] = {}
        self._lock = threading.RLock()

    def all(self) -> dict[str, bytes]:
        """Every file, also one that is not complete, by path."""
        with self._lock:
            return {path: bytes(each) for path, each in self._contents.items()}

    def put(self, path: str, content: bytes, now: float) -> None:
        """A file with this content, as if it had been uploaded. Raises ValueError."""
        path = absolute(path)
        with self._lock:
            self._contents[path] = bytearray(content)
            self._changed_at[path] = now
        self._complete(path)

    def clear(self) -> None:
        """Delete all files, those of the mirror too."""
        with self._lock:
            for path in self._contents:
                with suppress(OSError):  # what lies behind a link is not ours
                    self._mirror(path, None)
            self._contents.clear()

    def has(self, path: str) -> bool:
        """Whether there is a file of this path."""
        with self._lock:
            return path in self._contents

    def has_folder(self, path: str) -> bool:
        """Whether this can be the path of a folder."""
        with self._lock:
            is_file = path in self._contents or "." in posixpath.basename(path)
            return path not in self.missing and not is_file

    def size(self, path: str) -> int:
        """Bytes of a file."""
        with self._lock:
            return len(self._contents[path])

    def changed_at(self, path: str) -> float:
        """When a file was begun last, in unix seconds."""
        with self._lock:
            return self._changed_at[path]

    def names(self, folder: str) -> list[str]:
        """Names of the files directly in a folder."""
        with self._lock:
            return [
                posixpath.basename(path)
                for path in self._contents
                if posixpath.dirname(path) == folder
            ]

    def begin(self, path: str, now: float, *, anew: bool) -> None:
        """Open a file for writing; anew: without what it held."""
        with self._lock:
            if anew or path not in self._contents:
                self._contents[path] = bytearray()
            self._changed_at[path] = now

    def write(self, path: str, offset: int, data: bytes) -> None:
        """Write a piece of a file."""
        with self._lock:
            content = self._contents[path]
            content.extend(bytes(max(0, offset - len(content))))
            content[offset : offset + len(data)] = data

    def read(self, path: str, offset: int, length: int) -> bytes:
        """Read a piece of a file."""
        with self._lock:
            return bytes(self._contents[path][offset : offset + length])

    def close(self, path: str) -> None:
        """The writer is done with a file."""
        if self.has(path) and not posixpath.basename(path).startswith("."):
            self._complete(path)

    def rename(self, path: str, other: str) -> None:
        """Give a file another path; whatever was there is gone."""
        with self._lock:
            self._contents[other] = self._contents.pop(path)
            self._changed_at[other] = self._changed_at.pop(path)
        self._complete(other)

    def remove(self, path: str) -> None:
        """Delete a file."""
        with self._lock:
            del self._contents[path], self._changed_at[path]
            self._mirror(path, None)

    def _complete(self, path: str) -> None:
        with self._lock:
            content = bytes(self._contents[path])
            self._mirror(path, content)
        for watcher in self.watchers:
            watcher(path, content)

    def _mirror(self, path: str, content: bytes | None) -> None:
        """Raises OSError where a link stands in the way, which is not followed."""
        if self._folder is None:
            return
        *folders, name = absolute(path).strip("/").split("/")
        place = self._folder
        for folder in folders:
            place = place / folder
            if place.is_symlink():
                raise PermissionError(f"'{place}' is a link")
        file = place / name
        if content is None:
            file.unlink(missing_ok=True)
            return
        place.mkdir(parents=True, exist_ok=True)
        written = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
        with open(os.open(file, written, 0o600), "wb") as opened:
            opened.write(content)


def absolute(path: str) -> str:
    """The path from the root of the server, without `..` and empty names.

    Raises ValueError for a name that no file of a mirror can have.
    """
    found = posixpath.normpath(posixpath.join("/", path)).replace("//", "/")
    if not found.isprintable() or "\\" in found or ":" in found or found == "/":
        raise ValueError("a file's name has a character that it must not have")
    return found
