"""The template of services that look records up by their e-mail addresses."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from outhaul.errors import RowRefused
from outhaul.kit.columns import emails
from outhaul.kit.rows import Collected, Rows
from outhaul.kit.service import Job, OneByOne, Service
from outhaul.kit.values import normal_email
from outhaul.model import UNKNOWN, Change, Outcome, Row, Status


class ByAddress(Service):
    """A service that recognises records by their addresses, and asks for them."""

    identity = "email"

    def look_up(self, rows: Rows) -> list[Any]:
        """Records by address, each asked for once, or what settles a row without."""
        wanted = _addresses_or_refusals(rows)
        unique = list(dict.fromkeys(each for each in wanted if isinstance(each, str)))
        found = self.search(unique, wanted) if unique else {}
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
        return self.write(items)

    @abstractmethod
    def search(
        self, addresses: Sequence[str], rows: Sequence[Any]
    ) -> Mapping[str, Any]:
        """Each address with its record, or None where there is none.

        One of which nothing is known is left out. rows: the address of each row that
        is looked up, or anything else; RequestRefused names the bad ones among them.
        """

    @abstractmethod
    def _found(self, address: str, record: Any, *, leave: bool) -> Any:
        """What to send for an address, or the outcome where nothing is to be done.

        leave: whether its row is removed.
        """

    @abstractmethod
    def write(self, items: Collected) -> list[Outcome] | Job:
        """The request of rows that were looked up where they need it."""


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
