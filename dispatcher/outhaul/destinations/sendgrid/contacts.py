"""The service `contacts`: attributes of contacts, with `insert` also new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import orjson

from outhaul.config.settings import setting
from outhaul.destinations.sendgrid import values
from outhaul.destinations.sendgrid.account import SendGrid
from outhaul.destinations.sendgrid.api import Contact
from outhaul.destinations.sendgrid.fields import WRITABLE, FieldPlan, plan_fields
from outhaul.destinations.sendgrid.importing import MISSING, identified
from outhaul.destinations.sendgrid.service import AddressService, addresses_of
from outhaul.errors import RequestRefused, RowRefused
from outhaul.kit.columns import as_json, days, emails, numbers, records, texts
from outhaul.kit.fields import refuse_columns, with_missing_created
from outhaul.kit.rows import Collected, Rows
from outhaul.kit.service import Activation, Job, Limits, OneByOne
from outhaul.kit.values import normal_email, number
from outhaul.model import Change, Column, Outcome, Row, Status


@dataclass(frozen=True)
class ContactsOptions:
    """What a diff may set for the service `contacts`."""

    insert: bool = setting(
        "Create contacts that do not exist yet; otherwise only update those that do.",
        default=False,
    )
    lookup_first: bool = setting(
        "With `insert`: look every row up before it is sent, instead of only those"
        " that SendGrid could not import.",
        default=False,
    )
    null_mode: str = setting(
        "What a null becomes: `empty` clears texts and leaves numbers and dates as"
        " they were (SendGrid cannot clear them), `omit` leaves every field as it"
        " was, `error` refuses the row.",
        default="empty",
        choices=("empty", "omit", "error"),
    )
    date_format: str = setting(
        "How dates are written, in the notation of strftime; times count in UTC.",
        default="%m/%d/%Y",
    )
    sanitize_names: bool = setting(
        "Rename columns that cannot be names of custom fields, such as"
        " `total spend €` to `total_spend`, instead of refusing them.",
        default=False,
    )


class Contacts(AddressService):
    """Writes attributes of contacts; fields that are not selected stay untouched.

    Upserts by e-mail address, so a repeated request changes nothing. With
    `insert: false` every address is looked up and the unknown ones are
    `missing`. A contact that somebody deletes between look-up and import is
    created again: SendGrid has no conditional write.

    With `insert: true` nothing is looked up at first. Rows whose import fails
    are looked up, completed by the identifiers that the contact has, and sent
    once more.
    """

    name = "contacts"
    title = "Contacts"
    consumes = answered_by_job = frozenset({Change.INSERTED, Change.UPDATED})
    Options: ClassVar[type] = ContactsOptions

    def __init__(
        self, account: SendGrid, options: ContactsOptions, activation: Activation
    ) -> None:
        super().__init__(account, activation)
        self._options = options
        self._plan = FieldPlan()

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return 1  # the fields

    def limits(self, change: Change) -> Limits:
        return self._account.write_limits

    def check(self, columns: Sequence[Column]) -> list[str]:
        return [
            f"custom field '{custom.name}' ({custom.type}) will be created"
            for custom in self._planned(columns).missing
        ]

    def prepare(self, columns: Sequence[Column]) -> None:
        self._plan = with_missing_created(
            lambda: self._planned(columns),
            lambda custom: self._account.api.create_field(custom.name, custom.type),
            self.findings,
        )
        self.findings.fields = {
            custom.name: custom.id for custom in self._plan.custom.values()
        }

    def needs_look_up(self, change: Change) -> bool:
        return not self._options.insert or self._options.lookup_first

    def encode(self, row: Row, found: Contact | None = None) -> bytes:
        contact = identified(normal_email(row.values.get("email")), found)
        for name in self._plan.reserved:
            if name != "email":
                self._put(contact, name, name, row.values.get(name), "Text")
        custom: dict[str, Any] = {}
        for name, field in self._plan.custom.items():
            self._put(custom, field.id, name, row.values.get(name), field.type)
        if custom:
            contact["custom_fields"] = custom
        return orjson.dumps(contact)

    def encode_rows(self, rows: Rows, found: Sequence[Contact | None]) -> list[bytes]:
        addresses = emails(rows.column("email"))
        reserved = [name for name in self._plan.reserved if name != "email"]
        rendered = [self._values(rows, name, name, "Text") for name in reserved]
        custom = [
            self._values(rows, name, field.id, field.type)
            for name, field in self._plan.custom.items()
        ]
        if custom:
            ids = [field.id for field in self._plan.custom.values()]
            nested = records(ids, custom, nulls=False)
            reserved.append("custom_fields")
            rendered.append([each or None for each in nested])
        if any(found):
            whom = map(identified, addresses, found)
            attributes = records(reserved, rendered, nulls=False)
            pairs = zip(whom, attributes, strict=True)
            return as_json({**who, **each} for who, each in pairs)
        named = ["email", *reserved]
        return as_json(records(named, [addresses, *rendered], nulls=False))

    def poll(self, job: Job, items: Collected) -> list[Outcome] | None:
        outcomes = super().poll(job, items)
        if outcomes is not None:
            self._account.recent.note(
                ("contact", address)
                for address, outcome in zip(addresses_of(items), outcomes, strict=True)
                if outcome.status is Status.ACCEPTED
            )
        return outcomes

    def _found(
        self, address: str, contact: Contact | None, *, leaves: bool
    ) -> Contact | Outcome:
        """The contact; where one may be created, an empty one."""
        if contact is not None:
            return contact
        if self._options.insert:
            return Contact()
        if ("contact", address) in self._account.recent:
            return Contact(email=address)
        return MISSING

    def _request(self, items: Collected, addresses: Sequence[str]) -> Job:
        if len(set(addresses)) < len(addresses):
            # Rows of an address and of its alternate ones: in requests of their own.
            raise RequestRefused("an import names a contact once")
        return self._account.api.put_contacts(items.bodies, addresses)

    def _put(
        self, into: dict[str, Any], key: str, field: str, value: Any, kind: str
    ) -> None:
        """Add one value under its key, or nothing where a null means that."""
        if value is None:
            if self._options.null_mode == "error":
                raise RowRefused("null", f"'{field}' is null")
            clearable = kind == "Text" and field not in _NEVER_EMPTY
            if self._options.null_mode == "empty" and clearable:
                into[key] = ""
        elif field == "alternate_emails":
            into[key] = values.alternates(field, value)
        elif field == "phone_number_id":
            into[key] = values.phone(field, value)
        elif kind == "Number":
            into[key] = number(field, value)
        elif kind == "Date":
            into[key] = values.day(field, value, self._options.date_format)
        else:
            longest = WRITABLE.get(key, values.LONGEST_TEXT) or values.LONGEST_TEXT
            into[key] = values.text(field, value, longest)

    def _values(self, rows: Rows, field: str, key: str, kind: str) -> Sequence[Any]:
        """What `_put` adds for each row; None where it adds nothing."""
        column = rows.column(field)
        has_null = None in column
        if field == "alternate_emails" or (
            has_null and self._options.null_mode == "error"
        ):
            raise OneByOne
        if kind == "Number":
            return numbers(column)
        if kind == "Date":
            return days(column, partial(values.written, self._options.date_format))
        longest = WRITABLE.get(key, values.LONGEST_TEXT) or values.LONGEST_TEXT
        shown = texts(column, longest)
        if field == "phone_number_id" and not all(
            map(values.PHONE.fullmatch, filter(None, shown))
        ):
            raise OneByOne
        if has_null and self._options.null_mode == "empty":
            if field not in _NEVER_EMPTY:
                return ["" if text is None else text for text in shown]
        return shown

    def _planned(self, columns: Sequence[Column]) -> FieldPlan:
        plan = plan_fields(
            columns,
            self._account.api.field_definitions(),
            sanitize=self._options.sanitize_names,
        )
        refuse_columns(self._account.title, self._activation.name, plan.problems)
        return plan


# An empty identifier identifies nobody, and alternate addresses stay as they are.
_NEVER_EMPTY = frozenset(
    {"alternate_emails", "phone_number_id", "external_id", "anonymous_id"}
)
