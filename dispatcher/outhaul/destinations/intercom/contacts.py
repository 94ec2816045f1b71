"""The service `contacts`: looked up by their addresses, and written one by one.

https://developers.intercom.com/docs/references/2.16/rest-api/api.intercom.io/contacts
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.intercom.account import TEXT, TIME, plan_attributes
from outhaul.http.addresses import path_part
from outhaul.http.answers import classify
from outhaul.kit.api import object_of
from outhaul.kit.bodies import Body, Field, null_mode
from outhaul.kit.fields import Missing, Plan
from outhaul.kit.formats import Boolean, Email, Format, Id
from outhaul.kit.look_ups import ByAddress
from outhaul.kit.records import Records
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation
from outhaul.model import ACCEPTED, Change, Column, Outcome, Status

NEW = "new"
"""What is found of an address that nobody has, where contacts are created."""
MISSING = Outcome(Status.MISSING, "missing", "Intercom has nobody of this address")
_AGAIN = Outcome(Status.AGAIN)
_OWN: dict[str, Format] = {
    **dict.fromkeys(("name", "phone", "avatar", "owner_id"), TEXT),
    **dict.fromkeys(("signed_up_at", "last_seen_at"), TIME),
    "external_id": Id(255),
    "unsubscribed_from_emails": Boolean(),
}


def insert() -> Any:
    """The option `insert`."""
    return setting(
        "Create records that do not exist yet; otherwise only update those that do.",
        default=False,
    )


@dataclass(frozen=True)
class ContactsOptions:
    """What a diff may set for the service `contacts`."""

    insert: bool = insert()
    null_mode: str = null_mode()


class Contacts(ByAddress, Records):
    """Writes attributes of contacts; with `insert` it creates contacts.

    Every address is looked up first, since Intercom updates by its own id alone; of
    several contacts with one address, a user's comes before a lead's. An attribute that
    Intercom lacks is created. A repeated request changes nothing.
    """

    name = "contacts"
    title = "Contacts"
    own_fields: ClassVar[dict[str, Format]] = _OWN
    others = "is written to the attribute of its name, which is created if missing"
    Options: ClassVar[type] = ContactsOptions

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        self.lookup_limits = account.lookup_limits

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return 1  # the attributes

    def needs_look_up(self, change: Change) -> bool:
        return True

    def plan(self, columns: Sequence[Column]) -> Plan:
        plan = Plan()
        others = [column for column in columns if column.field != "email"]
        plan_attributes(plan, others, _OWN, self._account.api.attributes("contact"))
        return plan

    def create(self, missing: Missing) -> None:
        self._account.api.create_attribute("contact", missing)

    def body(self, fields: Sequence[Field]) -> Body:
        mode = self._options.null_mode
        return Body(
            Field("email", "email", Email()), fields, mode, writes_nulls=mode == "empty"
        )

    def search(
        self, addresses: Sequence[str], rows: Sequence[Any]
    ) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._account.api.contacts(addresses)
        return found

    def _found(self, address: str, record: Any, *, leave: bool) -> Any:
        return record or (NEW if self._options.insert else MISSING)

    def write(self, items: Collected) -> list[Outcome]:
        """A contact that came or went since it was looked up is looked up again."""
        api, item = self._account.api, items[0]
        is_new = item.found == NEW
        path = "/contacts" if is_new else f"/contacts/{path_part(item.found)}"
        response = api.request(
            "POST" if is_new else "PUT", path, item.body, shown="/contacts"
        )
        moved = 409 if is_new else 404
        classify(response, (200, moved), api.hints)
        object_of(response)
        return [_AGAIN if response.status == moved else ACCEPTED]
