"""Whoever wants to hear how syncs get on, such as a terminal."""

from __future__ import annotations

from outhaul.engine.summary import Summary


class Observer:
    """Told how syncs get on; the base class takes no notice. Called from threads."""

    def started(self, name: str, planned: int) -> None:
        """A sync has so many rows to attempt."""

    def progressed(self, name: str, done: int) -> None:
        """So many of them have an outcome."""

    def stopping(self) -> None:
        """All syncs were told to stop, a moment ago; called once."""

    def waits(self, name: str, requests: int, seconds: float) -> None:
        """A sync that stops waits for so many requests, each so long at most."""

    def finished(self, summary: Summary) -> None:
        """The sync is over."""
