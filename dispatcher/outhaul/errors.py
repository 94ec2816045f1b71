"""Every error that outhaul raises on purpose, grouped by what happens next.

::

    OuthaulError
    ├── ConfigurationError      nothing was sent; the user changes a file      exit 2
    ├── Busy                    somebody else holds the lease                  exit 4
    ├── WarehouseError          the warehouse refused or is away               exit 1
    │   ├── WarehouseUnreachable  no connection, or it broke; try again later  exit 1
    │   ├── RelationMissing     a table or view is not there                   exit 1
    │   ├── LedgerMissing       no build has made the ledger yet               exit 2
    │   └── LeaseLost           stop sending at once; the rest is in doubt     exit 1
    └── DestinationError                                                       exit 1
        ├── StopSync            no further request can help: end the sync
        ├── RetryRequest        send the same rows again, later
        │   ├── NotSent         no byte of the request left this machine
        │   ├── Throttled       refused for now, nothing was applied (429)
        │   └── OutcomeUnknown  it left, and no answer tells what became of it
        ├── RequestTooLarge     halve the batch and send the halves
        ├── RequestRefused      a bad row spoils the batch: drop or bisect
        └── RowRefused          the destination will never take this row

A message says what was wrong, where, and what to do. It never holds a secret
or personal data: what a vendor answered goes through `redaction.excerpt`
before it becomes part of a message.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class OuthaulError(Exception):
    """Base of every error with a message for the user."""

    exit_code = 1


class ConfigurationError(OuthaulError):
    """Something the user wrote cannot work; nothing has been sent."""

    exit_code = 2


class Busy(OuthaulError):
    """Another sync or build holds the lease of this activation."""

    exit_code = 4


class WarehouseError(OuthaulError):
    """The warehouse refused a statement or cannot be reached."""


class WarehouseUnreachable(WarehouseError):
    """No connection, or it broke: a statement that was under way may have run."""


class RelationMissing(WarehouseError):
    """A table or view that a statement names does not exist."""


class LedgerMissing(WarehouseError):
    """There is no ledger in the schema where it should be."""

    exit_code = 2


class LeaseLost(WarehouseError):
    """The lease ended under a running sync, which must send nothing more."""


class DestinationError(OuthaulError):
    """Something about a request to a destination; `code`: short, stable, or empty."""

    code = ""


class StopSync(DestinationError):
    """No other request can succeed: credentials, permissions, a wrong address.

    `outcome_unknown` is true when the request may have been applied all the
    same, for example when a redirect answered a body that was already sent.
    """

    def __init__(self, message: str, *, outcome_unknown: bool = False) -> None:
        super().__init__(message)
        self.outcome_unknown = outcome_unknown


class RetryRequest(DestinationError):
    """The same rows may be sent again; `after` is the wait in seconds, if told."""

    def __init__(self, message: str, *, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class NotSent(RetryRequest):
    """No byte of the request left: DNS, connection refused, TLS."""


class Throttled(RetryRequest):
    """The destination refused the whole request for now and applied nothing."""


class OutcomeUnknown(RetryRequest):
    """The request left, and no answer that we can read came back."""


class RequestTooLarge(DestinationError):
    """The request exceeds what the destination takes in one piece."""


class Refusal(NamedTuple):
    """Why one row is refused: a short stable code and a text without data."""

    code: str
    message: str


class RequestRefused(DestinationError):
    """The destination refused the whole request because of some of its rows.

    `rows` names the guilty ones by their index in the request where the
    answer tells; the others are sent again without them. Where it is empty
    the engine bisects until the bad rows stand alone.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "refused",
        rows: Mapping[int, Refusal] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.rows = dict(rows or {})


class RowRefused(DestinationError):
    """The destination will never take this row as it is."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
