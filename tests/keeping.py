"""What tests of several files share stays open until the last of them.

pytest ends a parametrized fixture as soon as a test asks for another parameter, and
tests on several warehouses do so all the time. Starting what stands in for a warehouse
takes seconds, and so does dbt's first look at a project.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Protocol, TypeVar

import pytest


class Closes(Protocol):
    def close(self) -> None: ...


_Kept = TypeVar("_Kept", bound=Closes)


class Keeper:
    """Opens each thing once, and closes all before the fixtures that they stand on."""

    def __init__(self, session: pytest.Session) -> None:
        self._session = session
        self._open: dict[Hashable, Any] = {}

    def __call__(self, key: Hashable, start: Callable[[], _Kept]) -> _Kept:
        if key not in self._open:
            started = self._open[key] = start()
            # after the fixtures that `start` asked for, and so ended before them
            self._session.addfinalizer(started.close)
        kept: _Kept = self._open[key]
        return kept
