"""What every layer knows of a row: what changed, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple


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
    SOME_FAILED = "some_failed"  # of the rows with this; send them in halves
    AGAIN = "again"  # send it again, with what was found


LEFT_OPEN = (Status.UNKNOWN, Status.SOME_FAILED)
"""Not what became of a row: it is sent again as it is."""


class Outcome(NamedTuple):
    """The outcome of one row; code and message only where it was not accepted.

    found: of AGAIN, what the answer tells of the row, in the place of a look-up; None:
    look it up before it is sent again.
    """

    status: Status
    code: str = ""
    message: str = ""
    found: Any = None


ACCEPTED = Outcome(Status.ACCEPTED)
UNKNOWN = Outcome(Status.UNKNOWN)
