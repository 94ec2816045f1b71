"""What the statements of this thread are for: names that warehouses show beside them.

A connection notes the labels when it is opened, and adds those of the moment to every
statement, where its warehouse has a place for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_labels: ContextVar[Mapping[str, str] | None] = ContextVar("labels", default=None)


@contextmanager
def labelled(**names: str) -> Iterator[None]:
    """Add labels, such as `activation`, to what this thread does meanwhile."""
    token = _labels.set({**labels(), **names})
    try:
        yield
    finally:
        _labels.reset(token)


def labels() -> Mapping[str, str]:
    """The labels of this moment."""
    return _labels.get() or {}
