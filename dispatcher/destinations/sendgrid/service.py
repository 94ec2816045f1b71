"""What both services do: look addresses up, and follow the jobs of imports."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dispatcher.destinations.base import (
    Activation,
    Encoded,
    Job,
    Outcome,
    Row,
    Service,
    Status,
)
from dispatcher.destinations.sendgrid.api import Contact
from dispatcher.destinations.sendgrid.importing import outcomes_of
from dispatcher.destinations.sendgrid.values import normal_email
from dispatcher.errors import RowRefused

if TYPE_CHECKING:
    from dispatcher.destinations.sendgrid.account import SendGrid


class AddressService(Service):
    """A service that recognises contacts by their addresses."""

    identity = "email"

    def __init__(self, account: SendGrid, activation: Activation) -> None:
        self._account = account
        self._activation = activation
        self.lookup_limits = account.lookup_limits
        self.poll_seconds = account.poll_seconds
        self.poll_timeout_seconds = account.poll_timeout_seconds
        self.request_seconds = account.request_seconds

    def look_up(self, rows: Sequence[Row]) -> list[Any]:
        """Contacts by address, or the outcome of a row that needs no request."""
        asked = [_settled_or_address(row) for row in rows]
        found = self._account.search([each for each in asked if isinstance(each, str)])
        return [
            each if isinstance(each, Outcome) else self._found(row, each, found[each])
            for row, each in zip(rows, asked, strict=True)
        ]

    def send(self, items: Sequence[Encoded]) -> list[Outcome] | Job:
        """One request, unless a row of it was not looked up: then all ask for that.

        That happens to rows of a job that an earlier sync began: a restarted sync
        encodes them without a look-up, to ask what became of the job.
        """
        needs_look_up = self.needs_look_up(items[0].row.change)
        if needs_look_up and any(item.found is None for item in items):
            return [Outcome(Status.LOOK_UP)] * len(items)
        return self._request(items, [address_of(item) for item in items])

    def poll(self, job: Job, items: Sequence[Encoded]) -> list[Outcome] | None:
        addresses = [address_of(item) for item in items]
        return outcomes_of(self._account.api, job, items, addresses)

    @abstractmethod
    def _found(self, row: Row, address: str, contact: Contact | None) -> Any:
        """What to send for an address, or the outcome where nothing is to be done."""

    @abstractmethod
    def _request(
        self, items: Sequence[Encoded], addresses: Sequence[str]
    ) -> list[Outcome] | Job:
        """The request about contacts of these addresses."""


def address_of(item: Encoded) -> str:
    """The address of the contact that a row is sent to."""
    found = item.found.email if item.found else ""
    return found or normal_email(item.row.values["email"])


def _settled_or_address(row: Row) -> str | Outcome:
    """The address to look up, or the outcome of a row that has no valid one."""
    try:
        return normal_email(row.values.get("email"))
    except RowRefused as refused:
        return Outcome(Status.REJECTED, refused.code, str(refused))
