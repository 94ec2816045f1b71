"""The service `audience`: the members of a segment as a customer list.

https://developers.pinterest.com/docs/api/v5/customer_lists-update
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from outhaul.destinations.pinterest.account import Pinterest
from outhaul.http.addresses import path_part
from outhaul.kit.api import id_named
from outhaul.kit.audiences import Audience, audience_name, when_deleted
from outhaul.kit.columns import Values
from outhaul.kit.identifiers.formats import hashed_only
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation, Limits
from outhaul.model import ACCEPTED, UNKNOWN, Change, Outcome

_MOST_ROWS, _MOST_BYTES = 10_000, 1_000_000  # no number is told


@dataclass(frozen=True)
class AudienceOptions:
    """What a diff may set for the service `audience`."""

    audience_name: str = audience_name("Pinterest")
    when_deleted: str = when_deleted()
    hashed_only: bool = hashed_only()


class CustomerList(Audience):
    """Adds those who enter the segment to a customer list and removes who leave.

    The list is the rule of an audience of the same name. It is created with its first
    members, since no empty one is taken. Both directions can be repeated without harm.
    """

    name = "audience"
    title = "Customer list"
    Options: ClassVar[type] = AudienceOptions
    network = "pinterest"
    kinds: ClassVar[dict[str, str]] = {"email": "EMAIL", "mobile_ad_id": "MAID"}
    one_kind = True

    _account: Pinterest

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        account.needed("access_token", self.name)

    def opening_requests(self, columns: Any) -> int:
        return 2  # the list, and its audience

    def limits(self, change: Change) -> Limits:
        often = self._account.requests_per_second
        # One after the other: the first one creates the list.
        return Limits(_MOST_ROWS, _MOST_BYTES, often)

    def find(self) -> str | None:
        lists = self._account.api.entries(f"{self._account.path}/customer_lists")
        return id_named(lists, self._list_name)

    def name_of(self, list_id: str) -> str | None:
        found = self._account.api.find(self._path(list_id))
        return str(found["name"]) if found else None

    def create(self) -> str:
        return ""

    def prepare(self, columns: Any) -> None:
        super().prepare(columns)
        if self._list_id and not self._has_audience():
            self._create_audience()

    def member(self, values: Values) -> Any:
        return values[0]

    def send(self, items: Collected) -> list[Outcome]:
        leave = items[0].row.change is Change.REMOVED
        if not self._list_id and leave:
            return [ACCEPTED] * len(items)  # there is no list to leave
        records = ",".join(body.decode().strip('"') for body in items.bodies)
        if not self._list_id and self._is_created_with(records):
            return [ACCEPTED] * len(items)
        body = {"operation_type": "REMOVE" if leave else "ADD", "records": records}
        answer = self._account.api.call("PATCH", self._path(self._list_id), body)
        is_it = str(answer.get("id")) == self._list_id
        return [ACCEPTED if is_it else UNKNOWN] * len(items)

    def _is_created_with(self, records: str) -> bool:
        """Create the list, unless a request without an answer made it before."""
        (kind,) = self.schema
        found = self.find()
        if not found:
            made = {"name": self._list_name, "list_type": kind, "records": records}
            path = f"{self._account.path}/customer_lists"
            answer = self._account.api.call("POST", path, made)
            self.is_created(str(answer["id"]))
        self._list_id = found or self.findings.target_id
        if not self._has_audience():
            self._create_audience()
        return not found

    def _has_audience(self) -> bool:
        path = f"{self._account.path}/audiences"
        rules = (each.get("rule") or {} for each in self._account.api.entries(path))
        return any(each.get("customer_list_id") == self._list_id for each in rules)

    def _create_audience(self) -> None:
        made = {
            "audience_type": "CUSTOMER_LIST",
            "name": self._list_name,
            "rule": {"customer_list_id": self._list_id},
        }
        self._account.api.call("POST", f"{self._account.path}/audiences", made)

    def _path(self, list_id: str) -> str:
        return f"{self._account.path}/customer_lists/{path_part(list_id)}"
