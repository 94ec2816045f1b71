"""The rows of the ledger as the dispatcher handles them; see docs/ledger.md."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields
from datetime import datetime
from typing import Any, NamedTuple

from outhaul.ledger.recorded import columns_in, json_of, problems_of
from outhaul.model import Change

LEDGER_VERSION = 3
"""The version of the ledger's tables that this dispatcher knows."""
ENDED = "ended: "
"""Before the holder of a lease that outlives its sync. The builds know it too."""


class DiffColumn(NamedTuple):
    """A column of a diff's select: its name, the warehouse's type, and how the
    warehouse stores the name, which may have another case.
    """

    name: str
    type: str
    stored_as: str


class Owner(NamedTuple):
    """Who may build, sync and decide on an activation: one target of one project."""

    project: str | None
    target: str | None

    def __str__(self) -> str:
        return f"the target '{self.target}' of the project '{self.project}'"


def column(*names: str, read: Callable[..., Any] = lambda value: value) -> Any:
    """A field that is read from these columns of its table, or the one of its name."""
    return field(metadata={"columns": names, "read": read})


def columns_of(record: type) -> tuple[str, ...]:
    """The columns that the fields of a record are read from."""
    return tuple(name for each in fields(record) for name in _columns_of(each))


def _columns_of(each: Field[Any]) -> tuple[str, ...]:
    return (each.metadata["columns"] or (each.name,)) if each.metadata else ()


def _count(value: int | None) -> int:
    return value or 0


def _counts(*values: int | None) -> dict[Change, int]:
    return dict(zip(Change, map(_count, values), strict=True))


def _unmatched(suppression: str | None) -> tuple[str, ...]:
    lists = json_of(suppression, dict)
    return tuple(
        str(name)
        for name, each in lists.items()
        if not (isinstance(each, dict) and each.get("by"))
    )


@dataclass(frozen=True)
class ActivationRecord:
    """One row of `outhaul_activations`: what its last build published.

    owner: the project and the target whose build that was. counts: rows per change that
    may be sent. unmatched_lists: of whom to suppress, those that no column of the diff
    can be matched with. sendable_seq: the last position that the guards let through;
    last_seq: the last one there is. hold: 'all', 'removals' or None. is_orphaned: its
    model is no longer in the project. problems: what no build can have written.
    """

    lease_is_live: bool
    name: str = column("activation")
    ledger_version: int = column()
    model_id: str = column()
    owner: Owner = column("project_name", "target_name", read=Owner)
    segment: str = column()
    destination: str = column()
    service: str = column()
    relation: tuple[str | None, str | None, str] = column(
        *("relation_database", "relation_schema", "relation_name"),
        read=lambda *parts: parts,
    )
    generation: int = column()
    key: tuple[str, ...] = column(
        "key_columns", read=lambda text: tuple(map(str, json_of(text, list)))
    )
    columns: tuple[DiffColumn, ...] = column(
        read=lambda text: tuple(DiffColumn(*each) for each in columns_in(text))
    )
    settings: Mapping[str, Any] = column(read=lambda text: json_of(text, dict))
    rows_in_segment: int = column(read=_count)
    rows_acknowledged: int = column(read=_count)
    counts: Mapping[Change, int] = column(
        *(f"rows_{change.value}" for change in Change), read=_counts
    )
    rows_held: int = column(read=_count)
    rows_invalid: int = column(read=_count)
    rows_suppressed: int = column(read=_count)
    unmatched_lists: tuple[str, ...] = column("suppression", read=_unmatched)
    sendable_seq: int = column(read=_count)
    last_seq: int = column(read=_count)
    hold: str | None = column()
    hold_reason: str | None = column()
    built_at: datetime | None = column()
    is_orphaned: bool = column("orphaned_at", read=lambda moment: moment is not None)
    lease_holder: str | None = column()
    problems: tuple[str, ...] = ()

    def at_work(self) -> str:
        """Why nobody else may take the lease, for a message."""
        if (self.lease_holder or "").startswith(ENDED):
            return (
                "no sync is at work, but a request of the last one may still arrive "
                "and must not overtake newer rows: try again in some minutes"
            )
        return "another sync or a build is at work on it"

    def remaining(self, after: int, upto: int) -> Counter[Change]:
        """Rows per change at the positions after+1 … upto, as published."""
        return Counter(
            {
                change: max(0, min(end, upto) - max(start, after))
                for change, (start, end) in self.ranges().items()
            }
        )

    def guarded(self, committed: int, upto: int) -> int:
        """Rows that a guard keeps back, where only positions to `upto` may be sent."""
        return max(0, self.last_seq - max(committed, upto))

    def ranges(self) -> dict[Change, tuple[int, int]]:
        """Per change the positions start+1 … end, in the order of the diff."""
        order = [Change.REMOVED, Change.INSERTED, Change.UPDATED]
        if self.hold == "removals":  # what a guard holds back comes last
            order = [Change.INSERTED, Change.UPDATED, Change.REMOVED]
        ranges = {}
        start = 0
        for change in order:
            ranges[change] = (start, start + self.counts[change])
            start += self.counts[change]
        return ranges

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> ActivationRecord:
        """From a row of the table; a build that was never published has no relation."""
        read = {
            each.name: each.metadata["read"](*map(values.get, _columns_of(each)))
            for each in fields(cls)
            if each.metadata
        }
        live = bool(values["lease_is_live"])
        return cls(**read, lease_is_live=live, problems=problems_of(values))


class LostActivation(NamedTuple):
    """An activation that other tables of the ledger know, and `generation` of it."""

    name: str
    generation: int


class Claims(NamedTuple):
    """How far a generation was claimed and committed."""

    claimed: int
    committed: int


class StatusRecord(NamedTuple):
    """How far an activation is: columns of the view `outhaul_status`, in its words.

    The last two are times since `built_at` and `last_synced_at`, in seconds by the
    warehouse's clock.
    """

    activation: str
    committed_seq: int
    released_seq: int
    rows_in_doubt: int
    rows_rejected: int
    is_paused: bool
    paused_by: str | None
    pause_reason: str | None
    last_sync_status: str | None
    last_sync_message: str | None
    built_seconds_ago: float | None
    synced_seconds_ago: float | None


class Traces(NamedTuple):
    """What the ledger knows of a generation, and of others of its activation.

    highest: the highest generation that was claimed or synced. settled: the most rows
    that one sync of this generation has had outcomes of.
    """

    claims: Claims
    highest: int
    settled: int


class LeaseGrant(NamedTuple):
    """A lease as the ledger gave it: who holds which activation, and its fence."""

    activation: str
    holder: str
    fence: int
    generation: int

    def columns(self) -> dict[str, Any]:
        """What each row that is written under the lease says of it."""
        return {
            "activation": self.activation,
            "generation": self.generation,
            "fence": self.fence,
        }


class Rejection(NamedTuple):
    """A position that did not reach the destination, for `outhaul_rejections`."""

    seq: int
    change: Change
    kind: str
    code: str
    message: str
    is_in_doubt: bool = False


class RefusedRow(NamedTuple):
    """A row that was refused, as the ledger and the tables of its diff tell.

    seconds_ago: since it was refused, by the warehouse's clock. seq: its position in
    the published generation, None where it has none. attempts: how often it was refused
    as it is now. retry_at, retry_seconds_ago: when a build lets it go again, as far as
    one has said so.
    """

    key: tuple[Any, ...]
    change: str
    kind: str
    code: str
    message: str
    rejected_at: datetime
    seconds_ago: float
    seq: int | None
    attempts: int
    retry_at: datetime | None = None
    retry_seconds_ago: float | None = None


class RecordedJob(NamedTuple):
    """A job at the destination and the positions it carries, in order."""

    reference: str
    positions: tuple[int, ...]


class Control(NamedTuple):
    """A decision of a person, such as approve, or a sync's own: resend, resync."""

    action: str
    generation: int
    reason: str | None
    actor: str
    recorded_at: datetime
    subject: str | None = None


@dataclass(frozen=True)
class Place:
    """Where the rows of an activation go, as `outhaul_syncs` remembers it.

    account: which one, in words without a secret. target: where in it, such as a list;
    empty: the account itself. target_id: the destination's own id of that, if it has
    one. fields: the destination's ids of the fields that rows are written to.
    """

    account: str
    target: str = ""
    target_id: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


class SyncRecord(NamedTuple):
    """One row of `outhaul_syncs`, at the start or the end of a sync.

    place: None where the sync ended before it was sure of it. created: what it made at
    the destination, in words.
    """

    sync_id: str
    status: str
    message: str | None
    planned: Mapping[Change, int]
    accepted: Mapping[Change, int]
    rejected: Mapping[Change, int]
    missing: Mapping[Change, int]
    requests: int
    seconds: float
    place: Place | None = None
    created: Sequence[str] = ()


def pack_positions(positions: tuple[int, ...]) -> str:
    """Positions as JSON: runs of consecutive ones become [first, last].

    >>> pack_positions((1, 2, 3, 7))
    '[[1, 3], [7, 7]]'
    """
    runs: list[list[int]] = []
    for position in positions:
        if runs and runs[-1][1] == position - 1:
            runs[-1][1] = position
        else:
            runs.append([position, position])
    return json.dumps(runs)


def unpack_positions(text: str) -> tuple[int, ...]:
    """What `pack_positions` packed.

    >>> unpack_positions('[[1, 3], [7, 7]]')
    (1, 2, 3, 7)
    """
    return tuple(
        position
        for first, last in json.loads(text)
        for position in range(first, last + 1)
    )
