"""The service `contacts`: fields of contacts, with `insert` also new contacts.

https://dev.emarsys.com/docs/core-api-reference/contacts/update-contacts
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar

import orjson

from outhaul.config.settings import setting
from outhaul.destinations.emarsys import codes
from outhaul.destinations.emarsys.account import Emarsys
from outhaul.destinations.emarsys.addresses import address_of, errors_by_row
from outhaul.destinations.emarsys.fields import (
    CHOICES,
    EMAIL_ID,
    OPT_IN_ID,
    FieldPlan,
    has_listed_choices,
    plan_fields,
)
from outhaul.destinations.emarsys.values import Choices, cleared, render, render_all
from outhaul.errors import ConfigurationError, RowRefused
from outhaul.kit.columns import Values, as_json, emails, records
from outhaul.kit.fields import refuse_columns, with_missing_created
from outhaul.kit.rows import Collected, Rows
from outhaul.kit.service import Activation, Encoded, Limits, OneByOne, Service
from outhaul.kit.values import caseless
from outhaul.model import ACCEPTED, Change, Column, Outcome, Row, Status

MISSING = Outcome(Status.MISSING, "missing", "Emarsys has no contact of this address")


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
    null_mode: str = setting(
        "What a null becomes: `empty` clears the field, `omit` leaves it as it was,"
        " `error` refuses the row.",
        default="empty",
        choices=("empty", "omit", "error"),
    )
    new_text_type: str = setting(
        "The type of fields that are created for texts: `shorttext` holds 60"
        " characters, `longtext` 255; accounts have few fields of the latter.",
        default="shorttext",
        choices=("shorttext", "longtext", "largetext"),
    )
    lowercase: bool = setting(
        "Send e-mail addresses in lower case instead of as they are.", default=True
    )


class Contacts(Service):
    """Writes fields of contacts; fields that are not selected stay untouched.

    Recognises contacts by e-mail address, so a repeated request changes nothing.
    Every request first updates alone. With `insert`, those that Emarsys then does not
    know are sent a second time, to be created and put on `contact_list`: so nobody
    who exists gets on that list. An address of several contacts is rejected.
    """

    name = "contacts"
    title = "Contacts"
    consumes = frozenset({Change.INSERTED, Change.UPDATED})
    identity = "email"
    partly_applies = True  # the vendor promises nothing of refused requests
    Options: ClassVar[type] = ContactsOptions

    def __init__(
        self, account: Emarsys, options: ContactsOptions, activation: Activation
    ) -> None:
        self._account = account
        self._options = options
        self._activation = activation
        self._plan = FieldPlan()
        self._choices: dict[str, Choices] = {}
        self._list_id = ""
        if options.insert:
            self.sent_twice = frozenset({Change.INSERTED})
        self.request_seconds = account.longest_call

    def opening_requests(self, columns: Sequence[Column]) -> int:
        """The list, the fields, and the choices of system fields that have some.

        Which fields of the account's own have choices, the account alone tells.
        """
        choices = sum(has_listed_choices(column.field) for column in columns)
        return bool(self._options.contact_list) + 1 + choices

    def limits(self, change: Change) -> Limits:
        return self._account.limits

    def limits_of(self, row: Row, found: Any) -> Limits:
        """Contacts that are created share no request with others."""
        is_new = found is Known.ABSENT
        return self._account.creation_limits if is_new else self._account.limits

    def check(self, columns: Sequence[Column]) -> list[str]:
        self._find_list()
        return self._account.notes() + [
            f"field '{field.name}' ({field.type}) will be created"
            for field in self._planned(columns).missing
        ]

    def prepare(self, columns: Sequence[Column]) -> None:
        self._list_id = self._find_list()
        self._plan = with_missing_created(
            lambda: self._planned(columns),
            lambda field: self._account.api.create_field(field.name, field.type),
            self.findings,
        )
        self.findings.fields = {
            field.name: field.id for field in self._plan.fields.values()
        }
        self._choices = {
            name: self._choices_of(field.id)
            for name, field in self._plan.fields.items()
            if field.type in CHOICES
        }

    def encode(self, row: Row, found: Any = None) -> bytes:
        contact: dict[str, Any] = {EMAIL_ID: self._address(row)}
        for name, field in self._plan.fields.items():
            value = row.values.get(name)
            if value is not None:
                choices = self._choices.get(name, {})
                contact[field.id] = render(name, field, value, choices)
            elif self._options.null_mode == "error":
                raise RowRefused("null", f"'{name}' is null")
            elif self._options.null_mode == "empty":
                contact[field.id] = cleared(field)
        return orjson.dumps(contact)

    def encode_rows(self, rows: Rows, found: Sequence[Any]) -> list[bytes]:
        whom: Values = emails(rows.column("email"))
        if not self._options.lowercase:
            whom = [row.values["email"].strip() for row in rows]
        keys, rendered = [EMAIL_ID], [whom]
        is_omitted = self._options.null_mode == "omit"
        for name, field in self._plan.fields.items():
            column = rows.column(name)
            is_odd = is_omitted and field.type == "multichoice"  # may become a null
            if is_odd or (self._options.null_mode == "error" and None in column):
                raise OneByOne
            shown = render_all(name, field, column, self._choices.get(name, {}))
            if self._options.null_mode == "empty" and None in column:
                empty = cleared(field)
                pairs = zip(column, shown, strict=True)
                shown = [empty if value is None else each for value, each in pairs]
            keys.append(field.id)
            rendered.append(shown)
        return as_json(records(keys, rendered, nulls=not is_omitted))

    def send(self, items: Collected) -> list[Outcome]:
        create = items[0].found is Known.ABSENT
        errors = self._account.api.put_contacts(
            items.bodies,
            create=create,
            list_id=self._list_id if create else "",
        )
        if not errors:
            return [ACCEPTED] * len(items)
        by_row = errors_by_row([self._address(item.row) for item in items], errors)
        return [
            self._outcome(item, errors) if errors else ACCEPTED
            for item, errors in zip(items, by_row, strict=True)
        ]

    def _outcome(self, item: Encoded, errors: Mapping[str, str]) -> Outcome:
        if codes.NOT_FOUND in errors and item.found is None:
            return _CREATE if self._options.insert else MISSING
        if item.found is Known.ABSENT and codes.exists_already(errors):
            return _UPDATE
        return codes.refused(errors)

    def _address(self, row: Row) -> str:
        return address_of(row, lowercase=self._options.lowercase)

    def _planned(self, columns: Sequence[Column]) -> FieldPlan:
        plan = plan_fields(
            columns, self._account.api.fields(), self._options.new_text_type
        )
        refuse_columns(self._account.title, self._activation.name, plan.problems)
        return plan

    def _choices_of(self, field_id: str) -> Choices:
        """Choices by name and by id, where an id wins."""
        if field_id == OPT_IN_ID:
            return {"1": "1", "2": "2"}
        listed = self._account.api.choices(field_id)
        ids = [str(each["id"]) for each in listed]
        names = [caseless(str(each.get("choice") or "")) for each in listed]
        return {**dict(zip(names, ids, strict=True)), **{each: each for each in ids}}

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
        found = self._account.api.find_list(name)
        if found is None:
            raise ConfigurationError(
                f"{self._activation.name}: Emarsys has no contact list '{name}'; create"
                " it there, or correct 'contact_list'"
            )
        return found
