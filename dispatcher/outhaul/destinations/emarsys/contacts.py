"""The service `contacts`: fields of contacts, with `insert` also new contacts.

https://dev.emarsys.com/docs/core-api-reference/contacts/update-contacts
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.emarsys import codes
from outhaul.destinations.emarsys.account import Emarsys
from outhaul.destinations.emarsys.fields import (
    EMAIL_ID,
    OPT_IN_ID,
    Choice,
    has_listed_choices,
    plan_fields,
)
from outhaul.errors import ConfigurationError
from outhaul.kit.bodies import Body, Field, null_mode
from outhaul.kit.fields import Missing, Plan
from outhaul.kit.formats import Email
from outhaul.kit.records import Records
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation, Encoded, Limits
from outhaul.kit.values import caseless
from outhaul.model import ACCEPTED, Change, Column, Outcome, Row, Status


class Known(Enum):
    """What an earlier answer said of a contact."""

    ABSENT = "not there: create it"
    PRESENT = "there after all: somebody else was faster"


_CREATE = Outcome(Status.AGAIN, found=Known.ABSENT)
_UPDATE = Outcome(Status.AGAIN, found=Known.PRESENT)


@dataclass(frozen=True)
class ContactsOptions:
    """What a diff may set for the service `contacts`."""

    insert: bool = setting(
        "Create contacts that do not exist yet; otherwise only update those that do.",
        default=False,
    )
    contact_list: str = setting(
        "The name of the list that new contacts are put on, and no others; `insert`"
        " needs it.",
        default="",
    )
    null_mode: str = null_mode()
    new_text_type: str = setting(
        "The type of fields that are created for texts: `shorttext` holds 60"
        " characters, `longtext` 255; accounts have few fields of the latter.",
        default="shorttext",
        choices=("shorttext", "longtext", "largetext"),
    )
    lowercase: bool = setting(
        "Send e-mail addresses in lower case instead of as they are.", default=True
    )


class Contacts(Records):
    """Writes fields of contacts; fields that are not selected stay untouched.

    Recognises contacts by e-mail address, so a repeated request changes nothing.
    Every request first updates alone. With `insert`, those that Emarsys then does not
    know are sent a second time, to be created and put on `contact_list`: so nobody
    who exists gets on that list. An address of several contacts is rejected.
    """

    name = "contacts"
    title = "Contacts"
    others = "is written to the field of its name or id, which is created if missing"
    identity = "email"
    partly_applies = True  # the vendor promises nothing of refused requests
    Options: ClassVar[type] = ContactsOptions

    def __init__(
        self, account: Emarsys, options: ContactsOptions, activation: Activation
    ) -> None:
        super().__init__(account, options, activation)
        self._key = Field("email", EMAIL_ID, Email(in_lower_case=options.lowercase))
        self._list_id = ""
        if options.insert:
            self.sent_twice = frozenset({Change.INSERTED})

    def opening_requests(self, columns: Sequence[Column]) -> int:
        """The list, the fields, and the choices of system fields that have some.

        Which fields of the account's own have choices, the account alone tells.
        """
        choices = sum(has_listed_choices(column.field) for column in columns)
        return bool(self._options.contact_list) + 1 + choices

    def limits_of(self, row: Row, found: Any) -> Limits:
        """Contacts that are created share no request with others."""
        account: Emarsys = self._account
        return account.creation_limits if found is Known.ABSENT else account.limits

    def plan(self, columns: Sequence[Column]) -> Plan:
        self._list_id = self._list_id or self._find_list()
        listed = self._account.api.fields()
        return plan_fields(columns, listed, self._options.new_text_type)

    def create(self, missing: Missing) -> None:
        self._account.api.create_field(missing.name, missing.type)

    def body(self, fields: Sequence[Field]) -> Body:
        known = [self._with_choices(each) for each in fields]
        nulls = self._options.null_mode
        return Body(self._key, known, nulls, writes_nulls=nulls != "omit")

    def send(self, items: Collected) -> list[Outcome]:
        create = items[0].found is Known.ABSENT
        errors = self._account.api.put_contacts(
            items.bodies,
            create=create,
            list_id=self._list_id if create else "",
        )
        if not errors:
            return [ACCEPTED] * len(items)
        by_row = codes.errors_by_row(list(map(self._address, items.rows)), errors)
        return [
            self._outcome(item, errors) if errors else ACCEPTED
            for item, errors in zip(items, by_row, strict=True)
        ]

    def _outcome(self, item: Encoded, errors: Mapping[str, str]) -> Outcome:
        if codes.NOT_FOUND in errors and item.found is None:
            return _CREATE if self._options.insert else codes.MISSING
        if item.found is Known.ABSENT and codes.exists_already(errors):
            return _UPDATE
        return codes.refused(errors)

    def _address(self, row: Row) -> Any:
        return self._key.format.one("email", row.values.get("email"))

    def _with_choices(self, field: Field) -> Field:
        """The field with its choices, by name and by id, where an id wins."""
        if not isinstance(field.format, Choice):
            return field
        if field.key == OPT_IN_ID:
            ids = {"1": "1", "2": "2"}
        else:
            listed = self._account.api.choices(field.key)
            ids = {
                caseless(str(each.get("choice") or "")): str(each["id"])
                for each in listed
            }
            ids |= {str(each["id"]): str(each["id"]) for each in listed}
        return field._replace(format=replace(field.format, ids=ids))

    def _find_list(self) -> str:
        name = self._options.contact_list
        if self._options.insert and not name:
            raise ConfigurationError(
                f"{self._activation.name}: 'insert: true' needs 'contact_list', the"
                " list at Emarsys that new contacts are put on: each contact there has"
                " to be on one"
            )
        if not name:
            return ""
        if not self._options.insert:
            raise ConfigurationError(
                f"{self._activation.name}: 'contact_list' is for new contacts, and"
                " 'insert: true' is not set; the service 'list' keeps members"
            )
        found: str | None = self._account.api.find_list(name)
        if found is None:
            raise ConfigurationError(
                f"{self._activation.name}: Emarsys has no contact list '{name}'; create"
                " it there, or correct 'contact_list'"
            )
        return found
