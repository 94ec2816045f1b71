"""The service `list`: the members of a segment as members of a list.

https://developers.klaviyo.com/en/reference/add_profiles_to_list
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from outhaul.destinations.klaviyo.account import Klaviyo
from outhaul.errors import RequestRefused
from outhaul.http.addresses import path_part
from outhaul.http.answers import Response, classify, refuse_page
from outhaul.kit.lists import MemberList, RecordList, list_gone, list_name
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation, Limits
from outhaul.model import ACCEPTED, Change, Outcome

_MOST_MEMBERS = 1_000


class KlaviyoList(MemberList):
    """A list that is found by its name, or created."""

    _account: Klaviyo

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        self.lookup_limits = account.lookup_limits

    def find(self) -> str | None:
        return self._account.api.find_list(self._list_name)

    def name_of(self, list_id: str) -> str | None:
        return self._account.api.list_name(list_id)

    def create(self) -> str:
        return self._account.api.create_list(self._list_name)

    def accepted(self, response: Response, status: int, rows: int) -> list[Outcome]:
        """All rows, where this status answers; it has no body."""
        if response.status in (400, 404) and not self.name_of(self._list_id):
            raise list_gone("Klaviyo")
        if response.status == 404:
            raise RequestRefused(response.describe(), code="http_404")
        classify(response, (status,), self._account.api.hints)
        refuse_page(response)
        return [ACCEPTED] * rows


@dataclass(frozen=True)
class ListOptions:
    """What a diff may set for the service `list`."""

    list_name: str = list_name("Klaviyo")


class ContactList(KlaviyoList, RecordList):
    """Adds those who enter the segment to a list and removes those who leave.

    Profiles are never created and never deleted, and nobody is subscribed or
    unsubscribed. Both directions can be repeated without harm.
    """

    name = "list"
    title = "List"
    partly_applies = False  # a 4xx refuses the whole request
    Options: ClassVar[type] = ListOptions

    def limits(self, change: Change) -> Limits:
        return replace(self._account.limits, rows=_MOST_MEMBERS)

    def search(
        self, addresses: Sequence[str], rows: Sequence[Any]
    ) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._account.api.profiles(
            "/api/profiles", addresses
        )
        return found

    def members(
        self, addresses: Sequence[str], found: Sequence[Any], *, leave: bool
    ) -> Sequence[Any]:
        return [{"type": "profile", "id": each} for each in found]

    def write(self, items: Collected) -> list[Outcome]:
        leave = items[0].row.change is Change.REMOVED
        path = f"/api/lists/{path_part(self._list_id)}/relationships/profiles"
        body = b'{"data":[' + b",".join(dict.fromkeys(items.bodies)) + b"]}"
        response = self._account.api.request("DELETE" if leave else "POST", path, body)
        return self.accepted(response, 204, len(items))
