"""What a report shows: counts, and names of segments. No row of a segment is here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from outhaul.commands.status import ActivationStatus


class Build(NamedTuple):
    """One build of a diff: when, and how many rows its segment had."""

    built_at: datetime
    rows: int


@dataclass(frozen=True)
class Sizes:
    """How large a segment was at each build of one diff, oldest first."""

    activation: str
    segment: str
    builds: tuple[Build, ...]

    @property
    def rows(self) -> int:
        """Rows at the last build."""
        return self.builds[-1].rows

    @property
    def growth(self) -> int | None:
        """Rows more than at the build before; None at the first one."""
        return self.rows - self.builds[-2].rows if len(self.builds) > 1 else None


class Turnover(NamedTuple):
    """The last build of an activation, as `outhaul.segment_history` judges it.

    share_of_parent, turnover, usual: 0.05 is 5 %; None where nothing is to compare.
    """

    activation: str
    segment: str
    rows: int
    share_of_parent: float | None
    entries: int | None
    exits: int | None
    turnover: float | None
    usual: float | None
    is_unusual: bool


class Value(NamedTuple):
    """A value of a column, with the rows that have it.

    text: None for a missing value. gathered: for the rest, how many values it is.
    """

    text: str | None
    rows: int
    share: float
    gathered: int | None


@dataclass(frozen=True)
class Breakdown:
    """One model of `outhaul.breakdown`."""

    model: str
    values: tuple[Value, ...]
    rows: int


class Pair(NamedTuple):
    """What two segments have in common; `share` is of the first one, or None."""

    rows: int
    share: float | None
    jaccard: float | None


@dataclass(frozen=True)
class Overlap:
    """One model of `outhaul.overlap`. pairs: by both names, in either order."""

    model: str
    sizes: Mapping[str, int]
    pairs: Mapping[tuple[str, str], Pair]


class Combination(NamedTuple):
    """A set of segments, and how many keys are in exactly these."""

    segments: tuple[str, ...]
    rows: int


@dataclass(frozen=True)
class Combinations:
    """One model of `outhaul.combinations`, the largest sets first.

    sizes: of the segments, the larger first. is_cut: there are more sets, and the
    sizes are those of the sets that are here.
    """

    model: str
    sets: tuple[Combination, ...]
    sizes: Mapping[str, int]
    is_cut: bool


class Sync(NamedTuple):
    """One sync. accepted: rows per change; None where it wrote no end."""

    activation: str
    destination: str
    status: str
    started_at: datetime
    seconds: float | None
    requests: int | None
    accepted: Mapping[str, int] | None
    refused: int | None


class Day(NamedTuple):
    """Rows that the syncs of a day, in UTC, delivered, and those that were refused."""

    day: date
    accepted: int
    refused: int


class Reason(NamedTuple):
    """Why rows of an activation were refused, and how often."""

    activation: str
    code: str
    kind: str
    rows: int
    first_at: datetime
    last_at: datetime


class LeftOut(NamedTuple):
    """A part of the report that is not there, and why."""

    part: str
    reason: str


@dataclass(frozen=True)
class Counts:
    """What the models of the project count, and which of them could not be read."""

    breakdowns: tuple[Breakdown, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    combinations: tuple[Combinations, ...] = ()
    turnovers: tuple[Turnover, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class Delivery:
    """What the ledger tells."""

    sizes: tuple[Sizes, ...] = ()
    statuses: tuple[ActivationStatus, ...] = ()
    syncs: tuple[Sync, ...] = ()
    days: tuple[Day, ...] = ()
    reasons: tuple[Reason, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class Report:
    """All that the page shows. made_at: in UTC."""

    project: str
    target: str
    made_at: datetime
    delivery: Delivery
    counts: Counts
