"""The service `segment`: the members of a segment as the members with a tag.

To Mailchimp's interface a tag is a static segment.
https://mailchimp.com/developer/marketing/api/list-segments/
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from outhaul.destinations.mailchimp.account import Mailchimp
from outhaul.errors import RequestRefused
from outhaul.http.addresses import path_part
from outhaul.kit.api import object_of
from outhaul.kit.lists import RecordList, list_gone, list_name
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation, Limits
from outhaul.model import ACCEPTED, Change, Outcome, Status

_MOST_MEMBERS = 500

_AGAIN = Outcome(Status.AGAIN)
"""Looked up first, since the answer passes over who is unknown or has the tag."""


@dataclass(frozen=True)
class SegmentOptions:
    """What a diff may set for the service `segment`."""

    list_name: str = list_name("Mailchimp", "tag")


class Segment(RecordList):
    """Tags those who enter the segment and takes the tag off those who leave.

    Members of the audience are never created and never deleted: whoever is none is
    `missing`. Both directions can be repeated without harm. Where an answer counts
    fewer than were named, they are looked up, one a request.
    """

    name = "segment"
    title = "Segment"
    partly_applies = False  # a 4xx refuses the whole request
    Options: ClassVar[type] = SegmentOptions

    _account: Mailchimp

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        self.lookup_limits = account.limits

    def owns(self) -> str:
        return f"tag '{self._list_name}'"

    def limits(self, change: Change) -> Limits:
        return replace(self._account.limits, rows=_MOST_MEMBERS)

    def needs_look_up(self, change: Change) -> bool:
        return False

    def find(self) -> str | None:
        return self._account.api.find_tag(self._list_name)

    def name_of(self, list_id: str) -> str | None:
        return self._account.api.tag_name(list_id)

    def create(self) -> str:
        return self._account.api.create_tag(self._list_name)

    def search(self, addresses: Sequence[str], rows: Sequence[Any]) -> dict[str, Any]:
        (address,) = addresses
        return {address: self._account.api.member(address)}

    def members(
        self, addresses: Sequence[str], found: Sequence[Any], *, leave: bool
    ) -> Sequence[Any]:
        return addresses

    def _found(self, address: str, record: Any, *, leave: bool) -> Any:
        """The address, unless it is unknown, or has the tag or lacks it already."""
        if record is None:
            return super()._found(address, record, leave=leave)
        tags = {str(each["id"]) for each in record.get("tags") or ()}
        return ACCEPTED if (self._list_id in tags) is not leave else address

    def write(self, items: Collected) -> list[Outcome]:
        leave = items[0].row.change is Change.REMOVED
        key = b"members_to_remove" if leave else b"members_to_add"
        body = b'{"%b":[%b]}' % (key, b",".join(items.bodies))
        path = f"/segments/{path_part(self._list_id)}"
        response = self._account.api.ask("POST", path, body, expected=(200, 404))
        answer = object_of(response)
        if response.status == 404:
            raise list_gone("Mailchimp")
        if answer.get("total_removed" if leave else "total_added") == len(items):
            return [ACCEPTED] * len(items)
        if None in items.found:
            return [_AGAIN] * len(items)
        text = f"{response.request} was answered with fewer members than were named"
        raise RequestRefused(text, code="not_applied")
