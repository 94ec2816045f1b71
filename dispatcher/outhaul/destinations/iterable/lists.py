"""The service `list`: the members of a segment as members of a static list.

https://api.iterable.com/api/docs#lists_subscribe
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from outhaul.destinations.iterable.account import Users
from outhaul.errors import RequestRefused
from outhaul.kit.lists import RecordList, list_gone, list_name
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation
from outhaul.model import Change, Outcome


@dataclass(frozen=True)
class ListOptions:
    """What a diff may set for the service `list`."""

    list_name: str = list_name("Iterable")


class UserList(Users, RecordList):
    """Adds those who enter the segment to a list and removes those who leave.

    Users are never created and never deleted: who enters is looked up, and whoever is
    no user is `missing`. Nobody's subscription to a channel changes. Both directions
    can be repeated without harm.
    """

    name = "list"
    title = "List"
    Options: ClassVar[type] = ListOptions

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        self.lookup_limits = account.lookup_limits

    def needs_look_up(self, change: Change) -> bool:
        return change is Change.INSERTED

    def find(self) -> str | None:
        lists = self._account.api.lists().items()
        return next((key for key, name in lists if name == self._list_name), None)

    def name_of(self, list_id: str) -> str | None:
        return self._account.api.lists().get(list_id)

    def create(self) -> str:
        return self._account.api.create_list(self._list_name)

    def members(
        self, addresses: Sequence[str], found: Sequence[Any], *, leave: bool
    ) -> Sequence[Any]:
        return [{"email": each} for each in addresses]

    def write(self, items: Collected) -> list[Outcome]:
        leave = items[0].row.change is Change.REMOVED
        path = f"/api/lists/{'unsubscribe' if leave else 'subscribe'}"
        people = b",".join(items.bodies)
        body = b'{"listId":%b,"subscribers":[%b]}' % (self._list_id.encode(), people)
        try:
            return self._account.api.write(path, body, items.rows.addresses())
        except RequestRefused:
            if self.name_of(self._list_id) is None:
                raise list_gone("Iterable") from None
            raise
