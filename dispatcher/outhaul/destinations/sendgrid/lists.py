"""The service `list`: the members of a segment as members of a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from outhaul.config.settings import setting
from outhaul.destinations.sendgrid.account import SendGrid
from outhaul.destinations.sendgrid.api import Contact
from outhaul.destinations.sendgrid.importing import MISSING, identified
from outhaul.destinations.sendgrid.service import AddressService
from outhaul.errors import ConfigurationError, RequestRefused, StopSync
from outhaul.kit.columns import as_json
from outhaul.kit.members import (
    check_email_column,
    member_of,
    members_of,
    unsent_columns,
)
from outhaul.kit.rows import Collected, Rows
from outhaul.kit.service import Activation, Job, Limits, OneByOne
from outhaul.model import ACCEPTED, Change, Column, Outcome, Row, Status

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


class ContactList(AddressService):
    """Adds those who enter the segment to a list and removes those who leave.

    Contacts are never created and never deleted: whoever is not a contact yet is
    `missing`. A contact is a member by its own address alone: by an alternate one it
    would leave with one row, and its other row would stay. Both directions can be
    repeated without harm. A contact that somebody deletes between look-up and import
    is created again.
    """

    name = "list"
    title = "List"
    consumes = answered_by_job = frozenset({Change.INSERTED, Change.REMOVED})
    membership = True
    stage = 1
    Options: ClassVar[type] = ListOptions

    def __init__(
        self, account: SendGrid, options: ListOptions, activation: Activation
    ) -> None:
        super().__init__(account, activation)
        self._list_name = options.list_name or activation.segment
        self._list_id = ""
        self._located = ""

    def owns(self) -> str:
        return f"list '{self._list_name}'"

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return 1  # the list, by its id

    def limits(self, change: Change) -> Limits:
        if change is Change.REMOVED:
            return self._account.removal_limits
        return self._account.write_limits

    def check(self, columns: Sequence[Column]) -> list[str]:
        self._check_columns(columns)
        created = self._account.api.find_list(self._list_name) is None
        to_create = [f"list '{self._list_name}' will be created"] * created
        return to_create + unsent_columns(columns)

    def locate(self, known_id: str = "") -> bool:
        """By its id first, so that a list that was renamed is still the same."""
        api = self._account.api
        known_name = api.list_name(known_id) if known_id else None
        found = known_id if known_name == self._list_name else None
        found = found or api.find_list(self._list_name)
        is_renamed = not found and known_name is not None
        self._located = found or (known_id if is_renamed else "")
        self.findings.target_id = self._located
        self.findings.renamed = known_name or "" if is_renamed else ""
        return bool(self._located)

    def prepare(self, columns: Sequence[Column]) -> None:
        self._check_columns(columns)
        located, self._located = self._located, ""
        found = located or self._account.api.find_list(self._list_name)
        self._list_id = self.findings.target_id = found or self._create()

    def needs_look_up(self, change: Change) -> bool:
        return True

    def encode(self, row: Row, found: Contact | None = None) -> bytes:
        address = member_of(row)
        if row.change is Change.REMOVED and found is not None:
            return found.id.encode()
        return orjson.dumps(identified(address, found))

    def encode_rows(self, rows: Rows, found: Sequence[Contact | None]) -> list[bytes]:
        addresses = members_of(rows)
        if rows[0].change is Change.REMOVED:
            if not all(found):
                raise OneByOne
            return [each.id.encode() for each in found if each is not None]
        return as_json(map(identified, addresses, found))

    def _found(self, address: str, contact: Contact | None, *, leaves: bool) -> Any:
        """The contact to send, or the outcome where nothing is to be done.

        The search lags behind, so it is not asked whether somebody is a member
        whom we added or removed a short while ago: the request is made again.
        """
        recent = self._account.recent
        if contact is None:
            if ("contact", address) not in recent:
                return ACCEPTED if leaves else MISSING
            return _NOT_SHOWN if leaves else Contact(email=address)
        is_done = (self._list_id in contact.list_ids) is not leaves
        is_alternate = contact.email != address.lower()
        if is_alternate and not leaves:
            return _ALTERNATE
        if is_done and self._touched(contact.email) not in recent:
            return ACCEPTED
        return _ALTERNATE if is_alternate else contact

    def _request(
        self, items: Collected, addresses: Sequence[str]
    ) -> list[Outcome] | Job:
        self._account.recent.note(self._touched(address) for address in addresses)
        if items[0].row.change is Change.REMOVED:
            return self._remove(items)
        # Rows of one contact differ in nothing, and an import names it once.
        contacts = list(dict.fromkeys(items.bodies))
        return self._account.api.put_contacts(contacts, addresses, self._list_id)

    def _remove(self, items: Collected) -> list[Outcome] | Job:
        contact_ids = list(dict.fromkeys(body.decode() for body in items.bodies))
        job = self._account.api.remove_members(self._list_id, contact_ids)
        if job is not None:
            return job
        if len(items) == 1:
            # The contact itself was deleted, and its membership with it.
            return [ACCEPTED]
        raise RequestRefused("SendGrid does not know one of these contacts any more")

    def _touched(self, address: str) -> tuple[str, ...]:
        return ("touched", self._list_id, address)

    def _create(self) -> str:
        """Create the list, or find it where somebody was faster."""
        try:
            created = self._account.api.create_list(self._list_name)
        except RequestRefused as error:
            refused = str(error)
        else:
            self.findings.created.append(self.owns())
            return created
        found = self._account.api.find_list(self._list_name)
        if found is None:
            raise StopSync(f"{self.owns()} cannot be created: {refused}")
        return found

    def _check_columns(self, columns: Sequence[Column]) -> None:
        if not 1 <= len(self._list_name) <= _LONGEST_NAME:
            raise ConfigurationError(
                f"{self._activation.name}: the name of a list at SendGrid has 1 to"
                f" {_LONGEST_NAME} characters, and '{self._list_name}' has"
                f" {len(self._list_name)}; set 'list_name'"
            )
        check_email_column(columns, self._activation.name, self._account.title)
