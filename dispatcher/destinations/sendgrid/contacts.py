"""The service `contacts`: attributes of contacts, with `insert` also new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import orjson

from dispatcher.destinations.base import (
    Activation,
    Change,
    Column,
    Encoded,
    Job,
    Limits,
    OneByOne,
    Outcome,
    Row,
    Service,
    Status,
    setting,
)
from dispatcher.destinations.columns import (
    as_json,
    days,
    emails,
    numbers,
    records,
    texts,
)
from dispatcher.destinations.rows import bodies_of, column_of
from dispatcher.destinations.sendgrid import values
from dispatcher.destinations.sendgrid.api import Contact
from dispatcher.destinations.sendgrid.fields import (
    WRITABLE,
    Custom,
    FieldPlan,
    plan_fields,
)
from dispatcher.destinations.sendgrid.importing import (
    MISSING,
    addresses_of,
    identified,
    outcomes_of,
    settled_or_addresses,
    to_be_looked_up,
)
from dispatcher.errors import ConfigurationError, NotSent, RequestRefused, RowRefused

if TYPE_CHECKING:
    from dispatcher.destinations.sendgrid.account import SendGrid

_FIELDS_SECONDS = 5.0


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


class Contacts(Service):
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
    consumes = frozenset({Change.INSERTED, Change.UPDATED})
    identity = "email"
    Options: ClassVar[type] = ContactsOptions

    def __init__(
        self, account: SendGrid, options: ContactsOptions, activation: Activation
    ) -> None:
        self._account = account
        self._options = options
        self._activation = activation
        self._plan = FieldPlan()
        self.lookup_limits = account.lookup_limits
        self.poll_seconds = account.poll_seconds
        self.poll_timeout_seconds = account.poll_timeout_seconds
        self.request_seconds = account.request_seconds

    def target(self) -> str | None:
        """None: several activations may write different fields of a contact."""
        return None

    def limits(self, change: Change) -> Limits:
        return self._account.write_limits

    def check(self, columns: Sequence[Column]) -> list[str]:
        return [
            f"custom field '{custom.name}' ({custom.type}) will be created"
            for custom in self._planned(columns).missing
        ]

    def prepare(self, columns: Sequence[Column]) -> None:
        self._plan = self._planned(columns)
        if not self._plan.missing:
            return
        for custom in self._plan.missing:
            self._create(custom)
        self._plan = self._planned(columns)
        if self._plan.missing:
            raise NotSent(
                "the new custom fields are not listed yet", after=_FIELDS_SECONDS
            )

    def needs_look_up(self, change: Change) -> bool:
        return not self._options.insert or self._options.lookup_first

    def look_up(self, rows: Sequence[Row]) -> list[Any]:
        """Contacts by address; for one that may be created, an empty Contact."""
        asked = settled_or_addresses(rows)
        found = self._account.search([each for each in asked if isinstance(each, str)])
        return [
            each if isinstance(each, Outcome) else self._found(each, found[each])
            for each in asked
        ]

    def encode(self, row: Row, found: Contact | None = None) -> bytes:
        contact = identified(values.normal_email(row.values.get("email")), found)
        for field in self._plan.reserved:
            if field != "email":
                self._put(contact, field, field, row.values.get(field), "Text")
        custom: dict[str, Any] = {}
        for field, target in self._plan.custom.items():
            self._put(custom, target.id, field, row.values.get(field), target.type)
        if custom:
            contact["custom_fields"] = custom
        return orjson.dumps(contact)

    def encode_rows(
        self, rows: Sequence[Row], found: Sequence[Contact | None]
    ) -> list[bytes]:
        addresses = emails(column_of(rows, "email"))
        reserved = [field for field in self._plan.reserved if field != "email"]
        given = [self._values(rows, field, field, "Text") for field in reserved]
        custom = [
            self._values(rows, field, target.id, target.type)
            for field, target in self._plan.custom.items()
        ]
        if custom:
            ids = [target.id for target in self._plan.custom.values()]
            nested = records(ids, custom, nulls=False)
            reserved.append("custom_fields")
            given.append([each or None for each in nested])
        if any(found):
            whom = map(identified, addresses, found)
            attributes = records(reserved, given, nulls=False)
            pairs = zip(whom, attributes, strict=True)
            return as_json({**who, **each} for who, each in pairs)
        named = ["email", *reserved]
        return as_json(records(named, [addresses, *given], nulls=False))

    def send(self, items: Sequence[Encoded]) -> list[Outcome] | Job:
        if self.needs_look_up(items[0].row.change):
            asked = to_be_looked_up(items)
            if asked is not None:
                return asked
        addresses = addresses_of(items)
        return self._account.api.put_contacts(bodies_of(items), addresses)

    def poll(self, job: Job, items: Sequence[Encoded]) -> list[Outcome] | None:
        addresses = addresses_of(items)
        outcomes = outcomes_of(self._account.api, job, items, addresses)
        if outcomes is not None:
            self._account.recent.note(
                ("contact", address)
                for address, outcome in zip(addresses, outcomes, strict=True)
                if outcome.status is Status.ACCEPTED
            )
        return outcomes

    def _found(self, address: str, contact: Contact | None) -> Contact | Outcome:
        if contact is not None:
            return contact
        if self._options.insert:
            return Contact()
        if ("contact", address) in self._account.recent:
            return Contact(email=address)
        return MISSING

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
        elif kind == "Number":
            into[key] = values.number(field, value)
        elif kind == "Date":
            into[key] = values.day(field, value, self._options.date_format)
        else:
            longest = WRITABLE.get(key, values.LONGEST_TEXT) or values.LONGEST_TEXT
            into[key] = values.text(field, value, longest)

    def _values(
        self, rows: Sequence[Row], field: str, key: str, kind: str
    ) -> Sequence[Any]:
        """What `_put` adds for each row; None where it adds nothing."""
        column = column_of(rows, field)
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
        if plan.problems:
            raise ConfigurationError(
                f"SendGrid cannot take the columns of {self._activation.name}:\n"
                + "\n".join(f"- {problem}" for problem in plan.problems)
            )
        return plan

    def _create(self, custom: Custom) -> None:
        """Create a field; where it is refused, the next listing has to show it."""
        try:
            self._account.api.create_field(custom.name, custom.type)
            return
        except RequestRefused as error:
            refused = str(error)
        listed = self._account.api.field_definitions().get("custom_fields", [])
        if custom.name.lower() not in {str(each["name"]).lower() for each in listed}:
            raise ConfigurationError(
                f"the custom field '{custom.name}' cannot be created: {refused}"
            )


# An empty identifier identifies nobody, and alternate addresses stay as they are.
_NEVER_EMPTY = frozenset(
    {"alternate_emails", "phone_number_id", "external_id", "anonymous_id"}
)
