"""Rows of a large request, kept on disk until it is sent.

The file has no name, so nobody else can open it and nothing is left of it when the
process is killed; it is closed with the last part of it that is in use.
"""

from __future__ import annotations

import itertools
import os
import tempfile
import weakref
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from outhaul.errors import StopSync
from outhaul.kit.rows import Collected, Encoded, Items, Rows
from outhaul.model import Change, Row

_BLOCK_BYTES = 1 << 20
"""Written and read at once: large for a disk, small for memory."""
_CHANGES = tuple(Change)
_NUMBERS = {change: number for number, change in enumerate(_CHANGES)}


class Spool(Collected):
    """Encoded rows whose bodies lie in a temporary file.

    In memory a row takes 17 bytes: its position, its change and where its body
    ends. Rows come back without values and without what a look-up found.
    """

    def __init__(self) -> None:
        self._file = _File()
        self._start = 0
        self._positions = array("q")
        self._changes = array("b")
        self._ends = array("q")

    def extend(self, items: Items) -> None:
        sizes = map(len, items.bodies)
        ends = itertools.accumulate(sizes, initial=self._file.size)
        next(ends)
        self._file.append(b"".join(items.bodies))
        self._positions.extend(items.positions)
        self._changes.extend(_NUMBERS[change] for change in items.rows.changes)
        self._ends.extend(ends)

    @property
    def positions(self) -> Sequence[int]:
        return self._positions

    @property
    def rows(self) -> Rows:
        changes = [_CHANGES[number] for number in self._changes]
        return Rows(list(self._positions), changes, [()] * len(self), {})

    def blocks(self) -> Iterator[bytes]:
        """All bodies, one after the other, in pieces of about a megabyte."""
        end = self._ends[-1] if self._ends else self._start
        for start in range(self._start, end, _BLOCK_BYTES):
            yield self._file.read(start, min(end, start + _BLOCK_BYTES))

    def __len__(self) -> int:
        return len(self._ends)

    def __iter__(self) -> Iterator[Encoded]:
        first = 0
        while first < len(self):
            start = self._start_of(first)
            last = first
            while last + 1 < len(self) and self._ends[last + 1] - start <= _BLOCK_BYTES:
                last += 1
            block = self._file.read(start, self._ends[last])
            for index in range(first, last + 1):
                body = block[self._start_of(index) - start : self._ends[index] - start]
                yield Encoded(self._row(index), body)
            first = last + 1

    def part(self, start: int, end: int) -> Spool:
        """The rows from `start` up to `end`, over the same file."""
        part = Spool.__new__(Spool)
        part._file = self._file
        part._start = self._start_of(start) if start < len(self) else 0
        part._positions = self._positions[start:end]
        part._changes = self._changes[start:end]
        part._ends = self._ends[start:end]
        return part

    def _item(self, index: int) -> Encoded:
        body = self._file.read(self._start_of(index), self._ends[index])
        return Encoded(self._row(index), body)

    def _start_of(self, index: int) -> int:
        return self._ends[index - 1] if index else self._start

    def _row(self, index: int) -> Row:
        return Row(self._positions[index], _CHANGES[self._changes[index]], {})


class _File:
    """Bytes on disk; readable for the owner alone. Reading is safe in any thread."""

    def __init__(self) -> None:
        self.size = 0
        self._written = 0
        self._waiting = bytearray()
        with _telling_where(), tempfile.TemporaryFile(prefix="outhaul-") as file:
            self._handle = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._handle)

    def append(self, data: bytes) -> None:
        self._waiting += data
        self.size += len(data)
        if len(self._waiting) >= _BLOCK_BYTES:
            self._flush()

    def read(self, start: int, end: int) -> bytes:
        self._flush()
        with _telling_where():
            return os.pread(self._handle, end - start, start)

    def _flush(self) -> None:
        with _telling_where():
            while self._waiting:
                written = os.pwrite(self._handle, self._waiting, self._written)
                self._written += written
                del self._waiting[:written]


@contextmanager
def _telling_where() -> Iterator[None]:
    """Turns an error of the file system into one that names the folder."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
    else:
        return
    raise StopSync(
        f"the rows of a file cannot be kept on disk ({reason}); make room in"
        f" '{tempfile.gettempdir()}', or set TMPDIR to another folder"
    )
