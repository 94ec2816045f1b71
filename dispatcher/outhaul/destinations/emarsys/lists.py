"""The service `list`: the members of a segment as members of a contact list.

https://dev.emarsys.com/docs/core-api-reference/contact-lists
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from outhaul.destinations.emarsys import codes
from outhaul.destinations.emarsys.api import RowErrors
from outhaul.errors import StopSync
from outhaul.kit.lists import MemberList, list_name
from outhaul.kit.rows import Collected
from outhaul.model import ACCEPTED, Change, Outcome


@dataclass(frozen=True)
class ListOptions:
    """What a diff may set for the service `list`."""

    list_name: str = list_name("Emarsys")


class ContactList(MemberList):
    """Adds those who enter the segment to a list and removes those who leave.

    Contacts are never created and never deleted: whoever is not a contact yet is
    `missing`. Both directions can be repeated without harm. A list that does not exist
    yet is created with the first members.
    """

    name = "list"
    title = "List"
    partly_applies = True  # the vendor promises nothing of refused requests
    Options: ClassVar[type] = ListOptions

    def find(self) -> str | None:
        found: str | None = self._account.api.find_list(self._list_name)
        return found

    def name_of(self, list_id: str) -> str | None:
        name: str | None = self._account.api.lists().get(list_id)
        return name

    def create(self) -> str:
        return ""  # with its first members

    def send(self, items: Collected) -> list[Outcome]:
        leave = items[0].row.change is Change.REMOVED
        if leave and not self._list_id:
            return [ACCEPTED] * len(items)
        errors = self._change(items.bodies, leave)
        if not errors:
            return [ACCEPTED] * len(items)
        addresses = items.rows.addresses()
        by_row = codes.errors_by_row(addresses, errors)
        return [_outcome(each, leave) for each in by_row]

    def _change(self, addresses: Sequence[bytes], leave: bool) -> RowErrors:
        """Change the list; one that is not there is made with its first members."""
        api = self._account.api
        if not self._list_id:
            created = api.create_list(self._list_name, addresses)
            if created is not None:
                self._list_id = self.is_created(created[0])
                errors: RowErrors = created[1]
                return errors
            self._list_id = self.findings.target_id = self.find() or ""
        if not self._list_id:
            raise StopSync(
                f"{self.owns()} cannot be created: Emarsys says that it exists, and"
                " does not list it"
            )
        changed: RowErrors = api.change_list(self._list_id, addresses, remove=leave)
        return changed


def _outcome(errors: Mapping[str, str], leave: bool) -> Outcome:
    """Whoever is not a contact cannot enter, and has left already."""
    if not errors:
        return ACCEPTED
    if codes.NOT_FOUND in errors:
        return ACCEPTED if leave else codes.MISSING
    return codes.refused(errors)
