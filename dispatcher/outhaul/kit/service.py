"""What a service of a platform promises to the engine, and what passes between them.

A service declares its limits and what it consumes, and turns rows into
requests. It never sleeps, retries, logs, prints, splits, reads the
environment or touches the warehouse: the engine does that once for all.

The engine's side of the bargain, in the order of a sync:

1. `locate(known_id)`, where earlier rows were delivered: is their place still there?
   Then `prepare(columns)` once, before any row: find or create what the rows need.
2. For every row whose change the service consumes, in batches within
   `lookup_limits`: `look_up(rows)`, where the service has it.
3. `encode_rows(rows, found)`, where the service has it, else `encode(row, found)` for
   each: the rows as bytes, or `RowRefused`.
4. `send(items)`: one request of encoded rows of one lane (only removals, or
   only insertions and updates), within `limits(change)`.
5. `poll(job, items)`: for asynchronous answers, until it returns outcomes. A row whose
   outcome is AGAIN goes back to 3 with what was found, or else to 2.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, Literal, NamedTuple

from outhaul.kit.rows import Collected, Rows
from outhaul.kit.rows import Encoded as Encoded
from outhaul.model import Change, Column, Kind, Outcome, Row


class OneByOne(Exception):
    """Some of these rows want a look of their own: encode each alone."""


class Job(NamedTuple):
    """A request that the destination works off later; reference: its own id."""

    reference: str


@dataclass(frozen=True)
class Bucket:
    """What a platform takes in a time, by whatever steps and services it is sent.

    name: those that name the same bucket share it. most: requests, or rows, in any
    stretch of `seconds`.
    """

    name: str
    most: float
    seconds: float
    unit: Literal["requests", "rows"] = "requests"

    @classmethod
    def of_rate(
        cls,
        name: str,
        per_second: float,
        seconds: float,
        unit: Literal["requests", "rows"] = "requests",
    ) -> Bucket:
        """So many a second, counted over `seconds`, or over as long as one takes."""
        most = max(1.0, per_second * seconds)
        return cls(name, most, most / per_second, unit)

    def __str__(self) -> str:
        return f"{self.most:,.0f} {self.unit} in {self.seconds:g} s"


@dataclass(frozen=True)
class Limits:
    """What one request may hold, and how often it may be made.

    rows: rows a request. bytes: the sum of encoded rows, one separator each.
    per_second: requests a second, evenly spaced, of one step (look-ups, those that
    send, polls) in all syncs of this process to one account. concurrency: requests in
    flight for one activation. apart: rows of which this differs share no request, such
    as those that go to another address. buckets: what the platform counts beside that.
    """

    rows: int
    bytes: int
    per_second: float
    concurrency: int = 1
    apart: str = ""
    buckets: tuple[Bucket, ...] = ()

    def seconds_for(self, requests: int, rows: int) -> float:
        """How long so many requests take at least, with so many rows in all."""
        times = [requests / self.per_second]
        for each in self.buckets:
            count = rows if each.unit == "rows" else requests
            times.append(max(0, math.ceil(count / each.most) - 1) * each.seconds)
        return max(times)


@dataclass(frozen=True)
class Activation:
    """What a service may know of the activation that it serves.

    generation: what is sent, counted per activation; with the positions of the rows
    of a request it names that request, the same after a restart. built_at: when the
    generation was built, in UTC.
    """

    name: str
    segment: str
    destination: str
    generation: int = 0
    built_at: datetime = datetime(1970, 1, 1)


@dataclass
class Findings:
    """What a service found at the destination or made there, for the ledger.

    target_id: the destination's own id of what `writes_to` names, such as that of a
    list. renamed: what that is called by now, where the id found it and not its name.
    fields: the destination's ids of the fields that rows are written to, by field.
    created, created_fields: what was made, in words, and the fields among that.
    """

    target_id: str = ""
    renamed: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    created: list[str] = field(default_factory=list)
    created_fields: list[str] = field(default_factory=list)


class Service(ABC):
    """One thing a destination does.

    `Options` is a frozen dataclass of the keys that a diff may set in
    `meta.outhaul` for this service.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    consumes: frozenset[Change]
    identity: ClassVar[str | None] = None
    """The field by which the destination recognises a record, or None: any."""
    own_fields: ClassVar[Mapping[str, Any]] = {}
    """The platform's own fields, each with its `Format`; see `contract.py`."""
    others: ClassVar[str] = "is written to the field of its name"
    """What becomes of a column that is none of them; empty: it is not taken."""
    null: ClassVar[str] = "leaves the field out"
    """What a null does to a field, where there is no option `null_mode`."""
    example_columns: ClassVar[Mapping[str, Kind]] = {}
    """Columns that a first diff selects beside its key, where others than any do not
    do; see `registry/first_diff.py`."""
    example_options: ClassVar[Mapping[str, Any]] = {}
    """Options that it has to choose, although they have a default."""
    membership: ClassVar[bool] = False
    """True for lists and audiences, where the identity must be the key."""
    repeatable: ClassVar[bool] = True
    """False where a row that is sent twice counts twice, as events do.

    Such a service takes append-only diffs alone. A row of which nobody knows whether
    it arrived is then settled as `unconfirmed`, and sent again on request alone.
    """
    partly_applies: bool = True
    """False where the vendor says that it applies nothing of a request it refuses.

    Otherwise a refusal (400, 409, 422) leaves the rows that it does not name in doubt:
    some may be there, so that they are removed when they leave the segment.
    """
    max_removed: ClassVar[float | None] = None
    """The largest share of removals that a diff may let pass, where that is limited.

    The build holds removals, so a diff whose removed rows are sent says `max_removed`.
    """
    refills: bool = False
    """Whether what was deleted at the platform is made anew, and filled by the next
    build; otherwise the sync stops until a person decides."""
    stage: ClassVar[int] = 0
    """Within one destination, services of a lower stage are synced first."""
    spooled: ClassVar[bool] = False
    """True where a request holds more rows than memory should.

    Encoded rows then wait in a temporary file, and the rows that `send` is given
    have no values left. Requests are filled one after the other and up to the limit,
    so that a restarted sync forms the same ones.
    """
    sent_twice: frozenset[Change] = frozenset()
    """Changes whose rows go out a second time where the destination lacks the record.

    `outhaul plan` takes it that it lacks these.
    """
    answered_by_job: frozenset[Change] = frozenset()
    """Changes whose requests are answered by a job, which takes a look at least."""
    requests_per_send: int = 1
    """Requests that `send` makes of one batch, such as one for each app."""
    lookup_limits: Limits | None = None
    poll_seconds: float = 2.0
    """Seconds before the first poll of a job: a small one has ended by then.

    Each further wait is half longer, up to 30.
    """
    poll_timeout_seconds: float = 1800.0
    """Seconds after which a job that has not ended counts as unknown.

    Imports of vendors end within minutes; a sync does not wait for one that got lost.
    """
    request_seconds: float = 60.0
    """Total deadline of one request, connect to last byte; the lease outlives it.

    Proxies in between mostly give up after as long.
    """

    Options: ClassVar[type]

    @abstractmethod
    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        """Bind to an account; opens no connection."""

    @classmethod
    def identity_among(cls, fields: Collection[str]) -> str | None:
        """`identity`, of a service where that depends on the fields of a diff."""
        return cls.identity

    @classmethod
    def known_fields(cls) -> Mapping[str, Any]:
        """`own_fields`, of a service that makes them of something else."""
        return cls.own_fields

    @classmethod
    def required(cls, options: Any = None) -> dict[str, str]:
        """Columns that have to be there; why, to follow "there is no column 'x', ".

        options: those of a diff; None: whatever they are.
        """
        if cls.identity is None:
            return {}
        return {cls.identity: f"by which '{cls.name}' recognises its records"}

    @classmethod
    def also_missing(cls, options: Any, fields: Collection[str]) -> Iterator[str]:
        """What else is missing among the fields of a diff, in a sentence each."""
        yield from ()

    def owns(self) -> str:
        """What no other activation may write to, such as a list; empty: nothing.

        Whatever loses rows when they leave the segment: two activations would each
        remove what the other adds.
        """
        return ""

    def writes_to(self) -> str:
        """Where its rows go within the account, such as a list; empty: the account.

        Rows that were delivered there are not there where this says something else.
        """
        return self.owns()

    @cached_property
    def findings(self) -> Findings:
        """What was found and made so far; see `Findings`."""
        return Findings()

    def opening_requests(self, columns: Sequence[Column]) -> int:
        """Requests of `locate` and `prepare` where all that the rows need is there.

        For `outhaul plan`, which asks nobody: opens no connection, and leaves out the
        log-in (`Account.log_in_requests`).
        """
        return 0

    @abstractmethod
    def limits(self, change: Change) -> Limits:
        """The limits of requests that carry rows of this change."""

    def limits_of(self, row: Row, found: Any) -> Limits:
        """The limits of the request that carries this row.

        Rows of different limits never share a request. They may differ in how much
        it holds, not in how often it is made. They follow from the row's change and
        from `found`, and not from its values.
        """
        return self.limits(row.change)

    @property
    def has_one_limit(self) -> bool:
        """Whether limits depend on the change alone."""
        return type(self).limits_of is Service.limits_of

    @abstractmethod
    def check(self, columns: Sequence[Column]) -> list[str]:
        """Ask the destination, change nothing; return what `prepare` would create.

        Raises ConfigurationError for what cannot work, StopSync for refused
        credentials.
        """

    def locate(self, known_id: str = "") -> bool:
        """Ask whether what `writes_to` names is there, and change nothing.

        known_id: the destination's id of what earlier rows went to, which may be
        called something else by now. Tells `findings` what was found. A service whose
        rows go to nothing that has an id and is made by it can do without.
        """
        return True

    @abstractmethod
    def prepare(self, columns: Sequence[Column]) -> None:
        """Find or create what the rows need, and tell `findings` of it.

        Called once, before any row, and again after an error that may pass.
        """

    def needs_look_up(self, change: Change) -> bool:
        """Whether rows of this change go through `look_up` before they are sent."""
        return False

    def look_up(self, rows: Rows) -> list[Any]:
        """One request; for each row what was found, or an Outcome that settles it."""
        raise TypeError(f"the service '{self.name}' has no look-up")

    @abstractmethod
    def encode(self, row: Row, found: Any = None) -> bytes:
        """The row as a part of a request. Raises RowRefused.

        Without `found` also where a look-up is needed: so a restarted sync encodes
        the rows of a job that it polls. `send` answers AGAIN for such rows.
        """

    def encode_rows(self, rows: Rows, found: Sequence[Any]) -> list[bytes]:
        """The same bytes as `encode` for rows of one change at once, which is faster.

        found: as for `encode`, for each row. Raises OneByOne where any row might be
        refused or needs more than the usual: then `encode` decides on each. A service
        can do without; `columns.py` has what others need for it.
        """
        raise OneByOne

    @abstractmethod
    def send(self, items: Collected) -> list[Outcome] | Job:
        """One request; one outcome per item, in order, or the job to poll."""

    def poll(self, job: Job, items: Collected) -> list[Outcome] | None:
        """One look at a job: one outcome per item, in order, or None: not ended.

        A restarted sync may ask for some of the job's rows only, encoded without what
        a look-up found.
        """
        raise TypeError(f"the service '{self.name}' has no jobs")
