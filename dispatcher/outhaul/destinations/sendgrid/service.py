"""What both services do: look addresses up, and follow the jobs of imports."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from outhaul.destinations.sendgrid.account import SendGrid
from outhaul.destinations.sendgrid.api import Contact
from outhaul.destinations.sendgrid.importing import outcomes_of
from outhaul.errors import RetryRequest, RowRefused
from outhaul.kit.columns import emails
from outhaul.kit.rows import Collected, Rows
from outhaul.kit.service import Activation, Job, OneByOne, Service
from outhaul.kit.values import folded, normal_email
from outhaul.model import UNKNOWN, Change, Outcome, Row, Status

# Tries for files of errors: a host that is closed to us stays closed.
_MOST_UNREAD = 3


class AddressService(Service):
    """A service that recognises contacts by their addresses."""

    identity = "email"
    partly_applies = False  # a 4xx refuses the whole request

    def __init__(self, account: SendGrid, activation: Activation) -> None:
        self._account = account
        self._activation = activation
        self._unread_files = 0
        self.lookup_limits = account.lookup_limits
        self.poll_seconds = account.poll_seconds
        self.poll_timeout_seconds = account.poll_timeout_seconds
        self.request_seconds = account.request_seconds

    def look_up(self, rows: Rows) -> list[Any]:
        """Contacts by address, or the outcome of a row that needs no request."""
        wanted = _settled_or_addresses(rows)
        found = self._account.search(wanted)
        leaves = rows[0].change is Change.REMOVED
        results: list[Any] = []
        for each in wanted:
            if isinstance(each, Outcome):
                results.append(each)
            elif each in found:
                results.append(self._found(each, found[each], leaves=leaves))
            else:
                results.append(UNKNOWN)
        return results

    def send(self, items: Collected) -> list[Outcome] | Job:
        """One request, unless a row of it was not looked up: then all ask for that.

        That happens to rows of a job that an earlier sync began: a restarted sync
        encodes them without a look-up, to ask what became of the job.
        """
        needs_look_up = self.needs_look_up(items[0].row.change)
        if needs_look_up and None in items.found:
            return [Outcome(Status.AGAIN)] * len(items)
        return self._request(items, addresses_of(items))

    def poll(self, job: Job, items: Collected) -> list[Outcome] | None:
        api, read = self._account.api, self._errors_file
        return outcomes_of(api, job, items, addresses_of(items), read)

    def _errors_file(self, url: str) -> bytes:
        """The file about failed rows; empty where it cannot be had in a few tries.

        It lies at another host, which a firewall may close for ever.
        """
        try:
            file = self._account.api.errors_file(url)
        except RetryRequest:
            self._unread_files += 1
            if self._unread_files < _MOST_UNREAD:
                raise
            return b""
        self._unread_files = 0
        return file

    @abstractmethod
    def _found(self, address: str, contact: Contact | None, *, leaves: bool) -> Any:
        """What to send for an address, or the outcome where nothing is to be done.

        leaves: whether its row is removed.
        """

    @abstractmethod
    def _request(
        self, items: Collected, addresses: Sequence[str]
    ) -> list[Outcome] | Job:
        """The request about contacts of these addresses."""


def addresses_of(items: Collected) -> list[str]:
    """The addresses of the contacts that rows are sent to."""
    pairs = zip(items.found, items.rows.column("email"), strict=True)
    return [
        found.email if found and found.email else folded(address)
        for found, address in pairs
    ]


def _settled_or_addresses(rows: Rows) -> Sequence[str | Outcome]:
    """The addresses to look up, or the outcomes of rows that have no valid one."""
    try:
        return emails(rows.column("email"))
    except OneByOne:
        return [_settled_or_address(row) for row in rows]


def _settled_or_address(row: Row) -> str | Outcome:
    """The same for one row."""
    try:
        return normal_email(row.values.get("email"))
    except RowRefused as refused:
        return Outcome(Status.REJECTED, refused.code, str(refused))
