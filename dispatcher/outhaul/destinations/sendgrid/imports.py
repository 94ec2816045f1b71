"""What both services do: look addresses up, and follow the jobs of imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from outhaul.destinations.sendgrid.account import SendGrid
from outhaul.destinations.sendgrid.api import Contact
from outhaul.destinations.sendgrid.jobs import (
    ended,
    failed_addresses,
    failed_count,
    looked_up,
)
from outhaul.kit.jobs import LOST, ByJob, Ended
from outhaul.kit.look_ups import ByAddress
from outhaul.kit.rows import Collected
from outhaul.kit.service import Job
from outhaul.kit.values import folded
from outhaul.model import Outcome, Status

MISSING = Outcome(Status.MISSING, "missing", "SendGrid has no contact of this address")

_ENDED = ("completed", "errored", "failed")


class Imports(ByAddress, ByJob):
    """A service that recognises contacts by their addresses, and imports them."""

    partly_applies = False  # a 4xx refuses the whole request

    _account: SendGrid

    def search(
        self, addresses: Sequence[str], rows: Sequence[Any]
    ) -> Mapping[str, Any]:
        return self._account.api.search(addresses, rows)

    def keys_of(self, items: Collected) -> Sequence[str]:
        return addresses_of(items)

    def look_at(self, job: Job, keys: Sequence[str]) -> Ended | None:
        """One look at a job, and one at its file of errors where there is one."""
        api = self._account.api
        state = api.job(job)
        if state is None:
            return LOST
        status = str(state.get("status", "")).lower()
        if status not in _ENDED:
            return None
        results = state.get("results")
        results = results if isinstance(results, dict) else {}
        url = results.get("errors_url")
        has_failed = failed_count(status, results) != 0
        file = self._errors_file(str(url)) if has_failed and url else b""
        return ended(status, results, failed_addresses(file, api.quote))

    def poll(self, job: Job, items: Collected) -> list[Outcome] | None:
        outcomes = super().poll(job, items)
        return None if outcomes is None else looked_up(items, outcomes)


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
