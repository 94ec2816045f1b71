"""The interface of a vendor: its version, and the day it ends where that is known."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

# Time to change a project and to try it.
_TOLD_BEFORE = timedelta(days=90)


class Interface(NamedTuple):
    """One of them; `instead`: what to do before it ends."""

    version: str
    ends_on: date | None = None
    instead: str = ""

    def __str__(self) -> str:
        return self.version + (f", until {self.ends_on}" if self.ends_on else "")

    def notes(self, today: date) -> list[str]:
        """What to do about its end, once that is near."""
        if self.ends_on is None or today < self.ends_on - _TOLD_BEFORE:
            return []
        return [f"{self.version} ends on {self.ends_on}: {self.instead}"]
