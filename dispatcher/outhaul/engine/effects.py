"""What may have to be done about an answer; `verdicts` decides, the sync does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from outhaul.engine.summary import Result
from outhaul.engine.tasks import Task
from outhaul.kit.rows import Collected
from outhaul.model import Outcome


@dataclass(frozen=True)
class Settle:
    """Each of these rows has its outcome.

    in_doubt: an earlier attempt may have been applied all the same. kind: of the
    rejection, where it is not the status. may_be_late: an attempt may still be applied.
    """

    items: Collected
    outcomes: Sequence[Outcome]
    in_doubt: bool = False
    kind: str = ""
    may_be_late: bool = False


@dataclass(frozen=True)
class Again:
    """Do this task, after so many seconds. is_retry: it counts toward the budget."""

    task: Task
    after: float = 0.0
    is_retry: bool = False


@dataclass(frozen=True)
class Encode:
    """Send these rows with what was found for each; in_doubt: as of `Settle`."""

    items: Collected
    found: Sequence[Any]
    in_doubt: bool = False


@dataclass(frozen=True)
class Halve:
    """Do this task as two, of half the rows each.

    is_too_large: its size was at fault, so that others are filled less from now on.
    is_probe: it shows whether the destination is down, which is tried once.
    """

    task: Task
    is_too_large: bool = False
    is_probe: bool = False


@dataclass(frozen=True)
class PutOff:
    """Let the task wait until others show whose fault it is; nothing waits for it."""

    task: Task
    reason: str


@dataclass(frozen=True)
class Pause:
    """Make no request of this kind for so many seconds: the destination asks for it."""

    seconds: float


@dataclass(frozen=True)
class Doubt:
    """A request left of which nothing is known: it may be applied late."""


@dataclass(frozen=True)
class Stop:
    """Take up nothing more; the first reason to stop is the one that is told.

    task: the one that stopped the sync, and has no verdict.
    """

    result: Result
    reason: str
    task: Task | None = None


Effect = Settle | Again | Encode | Halve | PutOff | Pause | Doubt | Stop
