"""The bytes of a file, made on the way: nothing is held but the piece at hand."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol, runtime_checkable

from outhaul.kit.rows import Collected

# What zlib calls a header of gzip and the largest window.
_GZIP = 31
# Pieces of some ten kilobytes, which are few calls and little memory.
_LINES_AT_ONCE = 256


@runtime_checkable
class InBlocks(Protocol):
    """Rows whose bodies lie one after the other, as those of a spool do."""

    def blocks(self) -> Iterator[bytes]:
        """The bodies, in pieces that end anywhere."""
        ...


def contents(start: bytes, items: Collected) -> Iterator[bytes]:
    """A file's beginning, then its rows."""
    if isinstance(items, InBlocks):
        yield start
        yield from items.blocks()
        return
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
