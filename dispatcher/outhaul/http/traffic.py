"""Telling of requests where they are made, to the sync that they are made for.

Accounts and their clients are shared by the syncs of a process, so that a client cannot
know whose request it makes: the thread knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_note: ContextVar[Callable[[], None] | None] = ContextVar("note", default=None)
_hold: ContextVar[Callable[[float], None] | None] = ContextVar("hold", default=None)


@contextmanager
def noting(
    note: Callable[[], None], hold: Callable[[float], None] | None = None
) -> Iterator[None]:
    """Call `note` for every request that this thread makes inside.

    hold: called with the seconds until a platform takes more, where it says that
    nothing is left of what it takes.
    """
    tokens = _note.set(note), _hold.set(hold)
    try:
        yield
    finally:
        _note.reset(tokens[0])
        _hold.reset(tokens[1])


def note_request() -> None:
    """A request left this machine, or a file was brought to a server."""
    note = _note.get()
    if note is not None:
        note()


def note_used_up(seconds: float) -> None:
    """A platform takes no more requests of this kind for so long."""
    hold = _hold.get()
    if hold is not None:
        hold(seconds)
