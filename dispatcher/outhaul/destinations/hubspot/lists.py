"""The service `list`: the members of a segment as members of a list of contacts.

https://developers.hubspot.com/docs/api-reference/latest/crm/lists/guide
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import orjson

from outhaul.destinations.hubspot.account import HubSpot
from outhaul.kit.lists import RecordList, list_gone, list_name
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation, Limits
from outhaul.model import ACCEPTED, Change, Outcome, Status

_MOST_MEMBERS = 1_000  # ours: no number is published

_GONE = Outcome(Status.MISSING, "missing", "HubSpot has this contact no longer")


@dataclass(frozen=True)
class ListOptions:
    """What a diff may set for the service `list`."""

    list_name: str = list_name("HubSpot")


class ContactList(RecordList):
    """Adds those who enter the segment to a list and removes those who leave.

    Contacts are never created and never deleted: whoever is not a contact yet is
    `missing`. Both directions can be repeated without harm.
    """

    name = "list"
    title = "List"
    partly_applies = False  # a 4xx refuses the whole request
    Options: ClassVar[type] = ListOptions

    _account: HubSpot

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        self.lookup_limits = account.limits

    def limits(self, change: Change) -> Limits:
        return replace(self._account.limits, rows=_MOST_MEMBERS)

    def find(self) -> str | None:
        return self._account.api.find_list(self._list_name)

    def name_of(self, list_id: str) -> str | None:
        return self._account.api.list_name(list_id)

    def create(self) -> str:
        return self._account.api.create_list(self._list_name)

    def search(
        self, addresses: Sequence[str], rows: Sequence[Any]
    ) -> Mapping[str, Any]:
        return self._account.api.contact_ids(addresses)

    def write(self, items: Collected) -> list[Outcome]:
        leave = items[0].row.change is Change.REMOVED
        ids = list(dict.fromkeys(items.bodies))
        missing = self._account.api.change_members(self._list_id, ids, leave=leave)
        if missing is None:
            raise list_gone("HubSpot")
        gone = ACCEPTED if leave else _GONE
        return [
            gone if orjson.loads(each) in missing else ACCEPTED for each in items.bodies
        ]
