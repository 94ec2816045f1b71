"""The service `list`: the members of a segment as members of a contact list.

https://dev.emarsys.com/docs/core-api-reference/contact-lists
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from outhaul.config.settings import setting
from outhaul.destinations.emarsys import codes
from outhaul.destinations.emarsys.account import Emarsys
from outhaul.destinations.emarsys.addresses import address_of, errors_by_row
from outhaul.destinations.emarsys.api import RowErrors
from outhaul.destinations.emarsys.contacts import MISSING
from outhaul.errors import StopSync
from outhaul.kit.columns import as_json
from outhaul.kit.members import (
    check_email_column,
    member_of,
    members_of,
    unsent_columns,
)
from outhaul.kit.rows import Collected, Rows
from outhaul.kit.service import Activation, Limits, Service
from outhaul.model import ACCEPTED, Change, Column, Outcome, Row


@dataclass(frozen=True)
class ListOptions:
    """What a diff may set for the service `list`."""

    list_name: str = setting(
        "The list's name at Emarsys; default: the segment's.", default=""
    )


class ContactList(Service):
    """Adds those who enter the segment to a list and removes those who leave.

    Contacts are never created and never deleted: whoever is not a contact yet is
    `missing`. Both directions can be repeated without harm. A list that does not exist
    yet is created with the first members.
    """

    name = "list"
    title = "List"
    consumes = frozenset({Change.INSERTED, Change.REMOVED})
    identity = "email"
    partly_applies = True  # the vendor promises nothing of refused requests
    membership = True
    stage = 1
    Options: ClassVar[type] = ListOptions

    def __init__(
        self, account: Emarsys, options: ListOptions, activation: Activation
    ) -> None:
        self._account = account
        self._list_name = options.list_name or activation.segment
        self._activation = activation
        self._list_id = ""
        self._located = ""
        self.request_seconds = account.longest_call

    def owns(self) -> str:
        return f"list '{self._list_name}'"

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return 1  # the lists

    def limits(self, change: Change) -> Limits:
        return self._account.limits

    def check(self, columns: Sequence[Column]) -> list[str]:
        self._check_columns(columns)
        created = self._account.api.find_list(self._list_name) is None
        to_create = [f"list '{self._list_name}' will be created"] * created
        return self._account.notes() + to_create + unsent_columns(columns)

    def locate(self, known_id: str = "") -> bool:
        """By its name, or by its id: a list that was renamed is still the same."""
        lists = self._account.api.lists()
        wanted = [key for key, name in lists.items() if name == self._list_name]
        found = known_id if known_id in wanted else "".join(wanted[:1])
        is_renamed = not found and known_id in lists
        self._located = known_id if is_renamed else found
        self.findings.target_id = self._located
        self.findings.renamed = lists[known_id] if is_renamed else ""
        return bool(self._located)

    def prepare(self, columns: Sequence[Column]) -> None:
        self._check_columns(columns)
        located, self._located = self._located, ""
        found = located or self._account.api.find_list(self._list_name)
        self._list_id = self.findings.target_id = found or ""

    def encode(self, row: Row, found: Any = None) -> bytes:
        return orjson.dumps(member_of(row))

    def encode_rows(self, rows: Rows, found: Sequence[Any]) -> list[bytes]:
        return as_json(members_of(rows))

    def send(self, items: Collected) -> list[Outcome]:
        leave = items[0].row.change is Change.REMOVED
        if leave and not self._list_id:
            return [ACCEPTED] * len(items)
        errors = self._change(items.bodies, leave)
        if not errors:
            return [ACCEPTED] * len(items)
        by_row = errors_by_row([address_of(item.row) for item in items], errors)
        return [_outcome(each, leave) for each in by_row]

    def _change(self, addresses: Sequence[bytes], leave: bool) -> RowErrors:
        """Change the list; one that is not there is made with its first members."""
        api = self._account.api
        if not self._list_id:
            created = api.create_list(self._list_name, addresses)
            if created is not None:
                self._list_id, errors = created
                self.findings.target_id = self._list_id
                self.findings.created.append(self.owns())
                return errors
            self._list_id = api.find_list(self._list_name) or ""
            self.findings.target_id = self._list_id
        if not self._list_id:
            raise StopSync(
                f"{self.owns()} cannot be created: Emarsys says that it exists, and"
                " does not list it"
            )
        return api.change_list(self._list_id, addresses, remove=leave)

    def _check_columns(self, columns: Sequence[Column]) -> None:
        check_email_column(columns, self._activation.name, self._account.title)


def _outcome(errors: Mapping[str, str], leave: bool) -> Outcome:
    """Whoever is not a contact cannot enter, and has left already."""
    if not errors:
        return ACCEPTED
    if codes.NOT_FOUND in errors:
        return ACCEPTED if leave else MISSING
    return codes.refused(errors)
