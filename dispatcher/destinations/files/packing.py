"""The bytes of a file, made on the way: nothing is held but the piece at hand."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence

from dispatcher.destinations.base import Encoded

_GZIP = 31
_LINES_AT_ONCE = 256


def contents(start: bytes, items: Sequence[Encoded]) -> Iterator[bytes]:
    """A file's beginning, then its rows."""
    waiting = [start]
    for item in items:
        waiting.append(item.body)
        if len(waiting) >= _LINES_AT_ONCE:
            yield b"".join(waiting)
            waiting.clear()
    yield b"".join(waiting)


def gzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same, compressed; without a time in it, so that equal is equal."""
    packer = zlib.compressobj(wbits=_GZIP)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()
