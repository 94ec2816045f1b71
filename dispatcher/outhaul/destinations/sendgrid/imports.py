"""What both services do: look addresses up, and follow the jobs of imports."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from outhaul.destinations.sendgrid.account import SendGrid
from outhaul.destinations.sendgrid.api import Contact
from outhaul.destinations.sendgrid.jobs import failed_addresses, failed_count, settle
from outhaul.errors import RetryRequest, RowRefused
from outhaul.kit.columns import emails
from outhaul.kit.rows import Collected, Rows
from outhaul.kit.service import Job, OneByOne, Service
from outhaul.kit.values import folded, normal_email
from outhaul.model import UNKNOWN, Change, Outcome, Row, Status

MISSING = Outcome(Status.MISSING, "missing", "SendGrid has no contact of this address")

_ENDED = ("completed", "errored", "failed")
# Tries for files of errors: a host that is closed to us stays closed.
_MOST_UNREAD = 3


class Imports(Service):
    """A service that recognises contacts by their addresses, and imports them."""

    identity = "email"
    partly_applies = False  # a 4xx refuses the whole request

    _account: SendGrid
    _unread_files = 0

    def takes_times_of(self, account: SendGrid) -> None:
        """The limits and times that the account has set."""
        self.lookup_limits = account.lookup_limits
        self.poll_seconds = account.poll_seconds
        self.poll_timeout_seconds = account.poll_timeout_seconds

    def look_up(self, rows: Rows) -> list[Any]:
        """Contacts by address, each asked for once, or what settles a row without."""
        wanted = _addresses_or_refusals(rows)
        unique = list(dict.fromkeys(each for each in wanted if isinstance(each, str)))
        found = self._account.api.search(unique, wanted) if unique else {}
        leave = rows[0].change is Change.REMOVED
        results: list[Any] = []
        for each in wanted:
            if isinstance(each, Outcome):
                results.append(each)
            elif each in found:
                results.append(self._found(each, found[each], leave=leave))
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
        """One look at a job, and one at its file of errors where there is one."""
        api = self._account.api
        state = api.job(job)
        if state is None:
            return [UNKNOWN] * len(items)
        status = str(state.get("status", "")).lower()
        if status not in _ENDED:
            return None
        results = state.get("results")
        results = results if isinstance(results, dict) else {}
        url = results.get("errors_url")
        has_failed = failed_count(status, results) != 0
        file = self._errors_file(str(url)) if has_failed and url else b""
        failed = failed_addresses(file, api.quote)
        return settle(items, addresses_of(items), status, results, failed)

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
    def _found(self, address: str, contact: Contact | None, *, leave: bool) -> Any:
        """What to send for an address, or the outcome where nothing is to be done.

        leave: whether its row is removed.
        """

    @abstractmethod
    def _request(
        self, items: Collected, addresses: Sequence[str]
    ) -> list[Outcome] | Job:
        """The request about contacts of these addresses."""


def identified(address: str, found: Contact | None) -> dict[str, Any]:
    """The part of a contact that says whom we mean.

    The contact's own address where it was found by an alternate one, which
    would make another contact, and the other identifiers that it has.
    """
    if found is None or not found.email:
        return {"email": address}
    return {"email": found.email, **found.identifiers}


def addresses_of(items: Collected) -> list[str]:
    """The addresses of the contacts that rows are sent to."""
    pairs = zip(items.found, items.rows.column("email"), strict=True)
    return [
        found.email if found and found.email else folded(address)
        for found, address in pairs
    ]


def _addresses_or_refusals(rows: Rows) -> Sequence[str | Outcome]:
    """The addresses to look up, or the outcomes of rows that have no valid one."""
    try:
        return emails(rows.column("email"))
    except OneByOne:
        return [_address_or_refusal(row) for row in rows]


def _address_or_refusal(row: Row) -> str | Outcome:
    try:
        return normal_email(row.values.get("email"))
    except RowRefused as refused:
        return Outcome(Status.REJECTED, refused.code, str(refused))
