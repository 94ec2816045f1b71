"""What a destination is to the engine: an account and one class per service.

A service declares its limits and what it consumes, and turns rows into
requests. It never sleeps, retries, logs, prints, splits, reads the
environment or touches the warehouse: the engine does that once for all.

The engine's side of the bargain, in the order of a sync:

1. `locate(known_id)`, where earlier rows were delivered: is their target still there?
   Then `prepare(columns)` once, before any row: find or create what the rows need.
2. For every row whose change the service consumes, in batches within
   `lookup_limits`: `look_up(rows)`, where the service has it.
3. `encode_rows(rows, found)`, where the service has it, else `encode(row, found)` for
   each: the rows as bytes, or `RowRefused`.
4. `send(items)`: one request of encoded rows of one lane (only removals, or
   only insertions and updates), within `limits(change)`.
5. `poll(job, items)`: for asynchronous answers, until it returns outcomes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from dispatcher.destinations.identities import identity_of
from dispatcher.secret_texts import Secrets, secret_parts_of_address
from dispatcher.settings import identifying_settings, setting


class Change(str, Enum):
    """What happened to a row since the destination last acknowledged it."""

    REMOVED = "removed"
    INSERTED = "inserted"
    UPDATED = "updated"


class Kind(str, Enum):
    """The type of a column, the same for every warehouse."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    JSON = "json"
    OTHER = "other"


@dataclass(frozen=True)
class Column:
    """A column of a diff as the destination sees it.

    field: the name at the destination; name: the column in the warehouse;
    data_type: the warehouse's own word for its type.
    """

    field: str
    name: str
    kind: Kind
    data_type: str


class Row(NamedTuple):
    """One changed row.

    values: destination field to value (str, int, float, Decimal, bool, date,
    datetime, list, dict or None). A removed row holds what was last sent.
    changed: the fields that changed, for an updated row.
    """

    seq: int
    change: Change
    values: Mapping[str, Any]
    changed: tuple[str, ...] = ()


class Status(str, Enum):
    """What became of one row."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    MISSING = "missing"  # not at the destination, and we must not create it
    UNKNOWN = "unknown"
    NOT_TOLD = "not_told"  # some of the rows with this failed; send them in halves
    LOOK_UP = "look_up"  # send again, once, with what a look-up finds


class Outcome(NamedTuple):
    """The outcome of one row; code and message only where it was not accepted."""

    status: Status
    code: str = ""
    message: str = ""


ACCEPTED = Outcome(Status.ACCEPTED)
UNKNOWN = Outcome(Status.UNKNOWN)


class Encoded(NamedTuple):
    """A row ready to send; `found` is what `look_up` returned for it, if asked."""

    row: Row
    body: bytes
    found: Any = None


class OneByOne(Exception):
    """Some of these rows want a look of their own: encode each alone."""


class Job(NamedTuple):
    """A request that the destination works off later; reference: its own id."""

    reference: str


@dataclass(frozen=True)
class Limits:
    """What one request may hold, and how often it may be made.

    rows: rows a request. bytes: the sum of encoded rows, one separator each.
    per_second: requests a second, shared by all syncs of this process to one
    account. concurrency: requests in flight for one activation.
    """

    rows: int
    bytes: int
    per_second: float
    concurrency: int = 1


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


# Named here, since `type` means something else inside of an account.
Services = Mapping[str, "type[Service]"]


class Account(ABC):
    """An account of a platform, declared in `destinations.yml`.

    Subclasses are frozen dataclasses whose fields are made by `setting`.
    """

    type: ClassVar[str]
    title: ClassVar[str]
    services: ClassVar[Services]

    def validate(self) -> list[str]:
        """What is wrong with the settings, one sentence each; opens no connection."""
        return []

    def secret_texts(self) -> Iterator[str]:
        """What no message may show: all secret settings, and what addresses hold."""
        for each in fields(self):  # type: ignore[arg-type]
            value = getattr(self, each.name)
            texts = value.values() if isinstance(value, dict) else [value]
            for text in texts:
                if each.metadata.get("secret"):
                    yield str(text or "")
                elif isinstance(text, str):
                    yield from secret_parts_of_address(text)

    @cached_property
    def secrets(self) -> Secrets:
        """`secret_texts`, and the tokens that clients of this account get."""
        return Secrets(self.secret_texts())

    def identifying(self, service: str) -> Sequence[str]:
        """The settings that say which account this is to a service."""
        return identifying_settings(type(self))

    def identity(self, service: str) -> str:
        """Which account this is, in words without a secret; see `identities.py`."""
        return identity_of(self, self.identifying(service))

    @property
    def log_in_requests(self) -> int:
        """Requests that let a process in, made once before its first one."""
        return 0

    def service(self, name: str, options: Any, activation: Activation) -> Service:
        """The named service of this account, bound to one activation."""
        return self.services[name](self, options, activation)


class Service(ABC):
    """One thing a destination does.

    `Options` is a frozen dataclass of the keys that a diff may set in
    `meta.outhaul` for this service.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    consumes: ClassVar[frozenset[Change]]
    identity: ClassVar[str | None] = None
    """The field by which the destination recognises a record, or None: any."""
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
    stage: ClassVar[int] = 0
    """Within one destination, services of a lower stage are synced first."""
    spooled: ClassVar[bool] = False
    """True where a request holds more rows than memory should.

    Encoded rows then wait in a temporary file, and the rows that `send` is given
    have no values left. Requests are filled one after the other and up to the limit,
    so that a restarted sync forms the same ones.
    """
    asks_to_look_up: ClassVar[bool] = True
    """False where `look_up` knows without a request, which then costs no rate."""
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
    """Seconds before the first poll of a job.

    Each further wait is half longer, up to 30.
    """
    poll_timeout_seconds: float = 1800.0
    """Seconds after which a job that has not ended counts as unknown."""

    request_seconds: float = 60.0
    """Total deadline of one request, connect to last byte; the lease outlives it."""

    Options: ClassVar[type]

    @abstractmethod
    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        """Bind to an account; opens no connection."""

    @abstractmethod
    def target(self) -> str | None:
        """What this service writes to and nobody else may, such as a list's name."""

    def writes_to(self) -> str:
        """Where its rows go within the account, such as a list; empty: the account.

        Rows that were delivered there are not there where this says something else.
        """
        return self.target() or ""

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
        target has no id and is not made by it can do without.
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

    def look_up(self, rows: Sequence[Row]) -> list[Any]:
        """One request; for each row what was found, or an Outcome that settles it."""
        raise TypeError(f"the service '{self.name}' has no look-up")

    @abstractmethod
    def encode(self, row: Row, found: Any = None) -> bytes:
        """The row as a part of a request. Raises RowRefused.

        Without `found` also where a look-up is needed: so a restarted sync encodes
        the rows of a job that it polls. `send` answers LOOK_UP for such rows.
        """

    def encode_rows(self, rows: Sequence[Row], found: Sequence[Any]) -> list[bytes]:
        """The same bytes as `encode` for rows of one change at once, which is faster.

        found: as for `encode`, for each row. Raises OneByOne where any row might be
        refused or needs more than the usual: then `encode` decides on each. A service
        can do without; `columns.py` has what others need for it.
        """
        raise OneByOne

    @abstractmethod
    def send(self, items: Sequence[Encoded]) -> list[Outcome] | Job:
        """One request; one outcome per item, in order, or the job to poll."""

    def poll(self, job: Job, items: Sequence[Encoded]) -> list[Outcome] | None:
        """One look at a job: one outcome per item, in order, or None: not ended.

        A restarted sync may ask for some of the job's rows only, encoded without what
        a look-up found.
        """
        raise TypeError(f"the service '{self.name}' has no jobs")


__all__ = [
    "ACCEPTED",
    "UNKNOWN",
    "Account",
    "Activation",
    "Change",
    "Column",
    "Encoded",
    "Findings",
    "Job",
    "Kind",
    "Limits",
    "OneByOne",
    "Outcome",
    "Row",
    "Service",
    "Status",
    "setting",
]
