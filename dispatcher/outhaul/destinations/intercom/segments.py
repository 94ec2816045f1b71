"""The service `segment`: the members of a segment as contacts with a tag.

https://developers.intercom.com/docs/references/2.16/rest-api/api.intercom.io/tags
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import orjson

from outhaul.errors import OutcomeUnknown
from outhaul.http.addresses import path_part
from outhaul.http.answers import classify, refuse_page
from outhaul.kit.lists import RecordList, list_gone, list_name
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation, Limits
from outhaul.model import ACCEPTED, Change, Outcome

_MOST_TAGGED = 50  # no number is told


@dataclass(frozen=True)
class SegmentOptions:
    """What a diff may set for the service `segment`."""

    list_name: str = list_name("Intercom", "tag")


class Segment(RecordList):
    """Tags the contacts who enter the segment, and takes the tag off those who leave.

    Segments of Intercom cannot be written; one that is made there of the tag follows.
    """

    name = "segment"
    title = "Segments by tag"
    Options: ClassVar[type] = SegmentOptions

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        self.lookup_limits = account.lookup_limits

    def owns(self) -> str:
        return f"tag '{self._list_name}'"

    def limits(self, change: Change) -> Limits:
        limits: Limits = self._account.limits
        if change is Change.REMOVED:
            return limits
        return replace(limits, rows=_MOST_TAGGED)

    def find(self) -> str | None:
        found: str | None = self._account.api.find_tag(self._list_name)
        return found

    def name_of(self, list_id: str) -> str | None:
        name: str | None = self._account.api.tag_name(list_id)
        same = name is not None and name.lower() == self._list_name.lower()
        return self._list_name if same else name

    def create(self) -> str:
        answer = self._account.api.call("POST", "/tags", {"name": self._list_name})
        return str(answer["id"])

    def members(
        self, addresses: Sequence[str], found: Sequence[Any], *, leave: bool
    ) -> Sequence[Any]:
        return [{"id": each} for each in super().members(addresses, found, leave=leave)]

    def search(
        self, addresses: Sequence[str], rows: Sequence[Any]
    ) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._account.api.contacts(addresses)
        return found

    def write(self, items: Collected) -> list[Outcome]:
        if items[0].row.change is Change.REMOVED:
            return self._untag(items[0].found)
        name = self.findings.renamed or self._list_name
        users = [orjson.Fragment(each) for each in dict.fromkeys(items.bodies)]
        answer = self._account.api.call("POST", "/tags", {"name": name, "users": users})
        if str(answer.get("id")) != self._list_id:
            # Intercom makes a tag anew that is not there.
            raise list_gone("Intercom")
        return [ACCEPTED] * len(items)

    def _untag(self, contact: str) -> list[Outcome]:
        """Whoever is gone has no tag, and a tag that is gone is nobody's."""
        api = self._account.api
        path = f"/contacts/{path_part(contact)}/tags/{path_part(self._list_id)}"
        response = api.request("DELETE", path, shown="/contacts/…/tags")
        classify(response, (200, 404), api.hints)
        refuse_page(response)
        if not response.body.strip():
            raise OutcomeUnknown(f"{response.describe()}; nothing is said of the tag")
        return [ACCEPTED]
