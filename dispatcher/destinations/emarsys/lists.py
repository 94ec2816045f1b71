"""The service `list`: the members of a segment as members of a contact list.

https://dev.emarsys.com/docs/core-api-reference/contact-lists
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import orjson

from dispatcher.destinations.base import (
    ACCEPTED,
    Activation,
    Change,
    Column,
    Encoded,
    Limits,
    OneByOne,
    Outcome,
    Row,
    Service,
    setting,
)
from dispatcher.destinations.columns import as_json, emails
from dispatcher.destinations.emarsys import codes
from dispatcher.destinations.emarsys.addresses import address_of, told_by_key
from dispatcher.destinations.emarsys.api import RowErrors
from dispatcher.destinations.emarsys.contacts import MISSING
from dispatcher.destinations.rows import bodies_of, column_of
from dispatcher.errors import ConfigurationError, RowRefused, StopSync

if TYPE_CHECKING:
    from dispatcher.destinations.emarsys.account import Emarsys


@dataclass(frozen=True)
class ListOptions:
    """What a diff may set for the service `list`."""

    list_name: str = setting(
        "The list's name at Emarsys; default: the segment's.", default=""
    )


class ContactList(Service):
    """Adds those who enter the segment to a list and removes those who leave.

    Contacts are never created and never deleted: who is no contact yet is `missing`.
    Both directions can be repeated without harm. A list that does not exist yet is
    created with the first members.
    """

    name = "list"
    title = "List"
    consumes = frozenset({Change.INSERTED, Change.REMOVED})
    identity = "email"
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
        self.request_seconds = account.longest_call

    def target(self) -> str | None:
        return f"list '{self._list_name}'"

    def limits(self, change: Change) -> Limits:
        return self._account.limits

    def check(self, columns: Sequence[Column]) -> list[str]:
        self._check_columns(columns)
        created = self._account.api.find_list(self._list_name) is None
        unsent = [each.field for each in columns if each.field != "email"]
        return (
            self._account.notes()
            + [f"list '{self._list_name}' will be created"] * created
            + [
                f"column '{field}' is not sent: a list holds addresses"
                for field in unsent
            ]
        )

    def prepare(self, columns: Sequence[Column]) -> None:
        self._check_columns(columns)
        self._list_id = self._account.api.find_list(self._list_name) or ""

    def encode(self, row: Row, found: Any = None) -> bytes:
        address = address_of(row)
        if address != row.values["email"]:
            raise RowRefused(
                "not_normal",
                "the address is not in lower case without outer spaces; select"
                " {{ outhaul.normalized_email('email') }} as email",
            )
        return orjson.dumps(address)

    def encode_rows(self, rows: Sequence[Row], found: Sequence[Any]) -> list[bytes]:
        given = column_of(rows, "email")
        if emails(given) != given:
            raise OneByOne
        return as_json(given)

    def send(self, items: Sequence[Encoded]) -> list[Outcome]:
        leave = items[0].row.change is Change.REMOVED
        if leave and not self._list_id:
            return [ACCEPTED] * len(items)
        errors = self._change(bodies_of(items), leave)
        if not errors:
            return [ACCEPTED] * len(items)
        told = told_by_key([address_of(item.row) for item in items], errors)
        return [_outcome(each, leave) for each in told]

    def _change(self, addresses: Sequence[bytes], leave: bool) -> RowErrors:
        """Change the list; one that is not there is made with its first members."""
        api = self._account.api
        if not self._list_id:
            created = api.create_list(self._list_name, addresses)
            if created is not None:
                self._list_id, errors = created
                return errors
            self._list_id = api.find_list(self._list_name) or ""
        if not self._list_id:
            raise StopSync(
                f"{self.target()} cannot be created: Emarsys says that it exists, and"
                " does not list it"
            )
        return api.change_list(self._list_id, addresses, remove=leave)

    def _check_columns(self, columns: Sequence[Column]) -> None:
        if "email" not in {column.field for column in columns}:
            raise ConfigurationError(
                f"{self._activation.name}: there is no column 'email', by which Emarsys"
                " recognises the members of a list"
            )


def _outcome(errors: Mapping[str, str], leave: bool) -> Outcome:
    """Who is no contact cannot enter, and has left already."""
    if not errors:
        return ACCEPTED
    if codes.NOT_FOUND in errors:
        return ACCEPTED if leave else MISSING
    return codes.refused(errors)
