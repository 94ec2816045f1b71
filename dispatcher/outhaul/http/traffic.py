"""Counting requests where they are made, for the sync that they are made for.

Accounts and their clients are shared by the syncs of a process, so that a client cannot
know whose request it makes: the thread knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_note: ContextVar[Callable[[], None] | None] = ContextVar("note", default=None)


@contextmanager
def noting(note: Callable[[], None]) -> Iterator[None]:
    """Call `note` for every request that this thread makes inside."""
    token = _note.set(note)
    try:
        yield
    finally:
        _note.reset(token)


def note_request() -> None:
    """A request left this machine, or a file was brought to a server."""
    note = _note.get()
    if note is not None:
        note()
