"""The service `list`: the members of a segment as members of a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from outhaul.config.settings import setting
from outhaul.destinations.sendgrid.account import SendGrid
from outhaul.destinations.sendgrid.api import Contact
from outhaul.destinations.sendgrid.imports import (
    MISSING,
    Imports,
    addresses_of,
    identified,
)
from outhaul.errors import ConfigurationError, RequestRefused
from outhaul.kit.lists import MemberList
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation, Job, Limits
from outhaul.model import ACCEPTED, Change, Column, Outcome, Status

_LONGEST_NAME = 100

_NOT_SHOWN = Outcome(
    Status.REJECTED,
    "not_shown_yet",
    "this contact was written a short while ago and SendGrid's search does not show it"
    " yet; without its id it cannot be taken off the list",
)

_ALTERNATE = Outcome(
    Status.REJECTED,
    "alternate_address",
    "this is an alternate address of a contact, and a list holds contacts by their own:"
    " the contact may be a member by another row. Select the contact's own address",
)


@dataclass(frozen=True)
class ListOptions:
    """What a diff may set for the service `list`."""

    list_name: str = setting(
        "The list's name at SendGrid, 1 to 100 characters; default: the segment's.",
        default="",
    )


class ContactList(Imports, MemberList):
    """Adds those who enter the segment to a list and removes those who leave.

    Contacts are never created and never deleted: whoever is not a contact yet is
    `missing`. A contact is a member by its own address alone: by an alternate one it
    would leave with one row, and its other row would stay. Both directions can be
    repeated without harm. A contact that somebody deletes between look-up and import
    is created again.
    """

    name = "list"
    title = "List"
    answered_by_job = MemberList.consumes
    Options: ClassVar[type] = ListOptions

    def __init__(
        self, account: SendGrid, options: ListOptions, activation: Activation
    ) -> None:
        super().__init__(account, options, activation)
        self.takes_times_of(account)
        self.lookup_limits = account.lookup_limits

    def limits(self, change: Change) -> Limits:
        leave = change is Change.REMOVED
        return self._account.removal_limits if leave else self._account.limits

    def find(self) -> str | None:
        return self._account.api.find_list(self._list_name)

    def name_of(self, list_id: str) -> str | None:
        return self._account.api.list_name(list_id)

    def create(self) -> str:
        return self._account.api.create_list(self._list_name)

    def needs_look_up(self, change: Change) -> bool:
        return True

    def members(
        self, addresses: Sequence[str], found: Sequence[Any], *, leave: bool
    ) -> Sequence[Any]:
        """The ids of contacts that leave; those who enter, as an import has them."""
        if leave and all(found):
            return [contact.id for contact in found]
        return list(map(identified, addresses, found))

    def _found(self, address: str, record: Contact | None, *, leave: bool) -> Any:
        """The contact to send, or the outcome where nothing is to be done.

        The search lags behind, so it is not asked whether somebody is a member
        whom we added or removed a short while ago: the request is made again.
        """
        recent = self._account.recent
        if record is None:
            if ("contact", address) not in recent:
                return ACCEPTED if leave else MISSING
            return _NOT_SHOWN if leave else Contact(email=address)
        is_done = (self._list_id in record.list_ids) is not leave
        is_alternate = record.email != address.lower()
        if is_alternate and not leave:
            return _ALTERNATE
        if is_done and self._touched(record.email) not in recent:
            return ACCEPTED
        return _ALTERNATE if is_alternate else record

    def write(self, items: Collected) -> list[Outcome] | Job:
        addresses = addresses_of(items)
        self._account.recent.note(self._touched(address) for address in addresses)
        if items[0].row.change is Change.REMOVED:
            return self._remove(items)
        # Rows of one contact differ in nothing, and an import names it once.
        contacts = list(dict.fromkeys(items.bodies))
        return self._account.api.put_contacts(contacts, addresses, self._list_id)

    def _remove(self, items: Collected) -> list[Outcome] | Job:
        contact_ids = [orjson.loads(body) for body in dict.fromkeys(items.bodies)]
        job = self._account.api.remove_members(self._list_id, contact_ids)
        if job is not None:
            return job
        if len(items) == 1:
            # The contact itself was deleted, and its membership with it.
            return [ACCEPTED]
        raise RequestRefused("SendGrid does not know one of these contacts any more")

    def _touched(self, address: str) -> tuple[str, ...]:
        return ("touched", self._list_id, address)

    def _check_columns(self, columns: Sequence[Column]) -> None:
        if not 1 <= len(self._list_name) <= _LONGEST_NAME:
            raise ConfigurationError(
                f"{self._activation.name}: the name of a list at SendGrid has 1 to"
                f" {_LONGEST_NAME} characters, and '{self._list_name}' has"
                f" {len(self._list_name)}; set 'list_name'"
            )
        super()._check_columns(columns)
