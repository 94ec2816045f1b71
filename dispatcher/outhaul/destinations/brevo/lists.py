"""The service `list`: the members of a segment as members of a list.

https://developers.brevo.com/reference/addcontacttolist-1
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from outhaul.destinations.brevo.account import Brevo
from outhaul.errors import OutcomeUnknown
from outhaul.http.addresses import path_part
from outhaul.http.answers import classify
from outhaul.kit.api import object_of
from outhaul.kit.lists import RecordList, list_gone, list_name
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation, Limits
from outhaul.kit.values import folded
from outhaul.model import ACCEPTED, UNKNOWN, Change, Outcome, Status

_MOST_MEMBERS = 150

_AGAIN = Outcome(Status.AGAIN)
"""Looked up first, since no answer tells who is on the list already or unknown."""


@dataclass(frozen=True)
class ListOptions:
    """What a diff may set for the service `list`."""

    list_name: str = list_name("Brevo")


class ContactList(RecordList):
    """Adds those who enter the segment to a list and removes those who leave.

    Contacts are never created and never deleted: whoever is not a contact yet is
    `missing`. Both directions can be repeated without harm. Addresses that an answer
    calls failed are looked up, one a request: they may be unknown or done already.
    """

    name = "list"
    title = "List"
    partly_applies = False  # a 4xx refuses the whole request
    Options: ClassVar[type] = ListOptions

    _account: Brevo

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        self.lookup_limits = replace(account.limits, rows=1)

    def limits(self, change: Change) -> Limits:
        return replace(self._account.limits, rows=_MOST_MEMBERS)

    def needs_look_up(self, change: Change) -> bool:
        return False

    def find(self) -> str | None:
        return self._account.api.find_list(self._list_name)

    def name_of(self, list_id: str) -> str | None:
        return self._account.api.list_name(list_id)

    def create(self) -> str:
        return self._account.api.create_list(self._list_name, self._account.folder)

    def search(self, addresses: Sequence[str], rows: Sequence[Any]) -> dict[str, Any]:
        (address,) = addresses
        api = self._account.api
        path = f"/contacts/{path_part(address)}"
        response = api.request("GET", path, shown="/contacts/…")
        classify(response, (200, 404), api.hints)
        contact = object_of(response)
        return {address: contact if response.status == 200 else None}

    def members(
        self, addresses: Sequence[str], found: Sequence[Any], *, leave: bool
    ) -> Sequence[Any]:
        return addresses

    def _found(self, address: str, record: Any, *, leave: bool) -> Any:
        """The address, unless it is unknown, or on or off the list already."""
        is_member = record and int(self._list_id) in record.get("listIds", ())
        if record is not None and bool(is_member) is not leave:
            return ACCEPTED
        found = super()._found(address, record, leave=leave)
        return found if isinstance(found, Outcome) else address

    def write(self, items: Collected) -> list[Outcome]:
        leave = items[0].row.change is Change.REMOVED
        act = "remove" if leave else "add"
        path = f"/contacts/lists/{path_part(self._list_id)}/contacts/{act}"
        body = b'{"emails":[' + b",".join(items.bodies) + b"]}"
        response = self._account.api.request("POST", path, body)
        if response.status == 404:
            raise list_gone("Brevo")
        if response.status == 400 and None in items.found:
            return [_AGAIN] * len(items)  # also where nothing was to be done
        classify(response, (201,), self._account.api.hints)
        told = object_of(response).get("contacts")
        if not isinstance(told, dict):
            raise OutcomeUnknown(f"{response.describe()}; there is no 'contacts' in it")
        done, failed = (
            {folded(str(each)) for each in told.get(key) or ()}
            for key in ("success", "failure")
        )
        addresses = items.rows.addresses()
        return [
            ACCEPTED if each in done else _AGAIN if each in failed else UNKNOWN
            for each in addresses
        ]
