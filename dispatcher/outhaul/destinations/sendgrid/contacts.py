"""The service `contacts`: attributes of contacts, with `insert` also new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.sendgrid.account import SendGrid
from outhaul.destinations.sendgrid.api import Contact
from outhaul.destinations.sendgrid.fields import WRITABLE, plan_fields
from outhaul.destinations.sendgrid.imports import (
    MISSING,
    Imports,
    addresses_of,
    identified,
)
from outhaul.errors import RequestRefused
from outhaul.kit.bodies import Body, Field, null_mode
from outhaul.kit.fields import Missing, Plan
from outhaul.kit.formats import Email, Format
from outhaul.kit.records import Records
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation, Job
from outhaul.model import Change, Column, Outcome, Status


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
    null_mode: str = null_mode(
        empty="clears texts and leaves numbers and dates as they were (SendGrid cannot"
        " clear them)"
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


class Contacts(Imports, Records):
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
    own_fields: ClassVar[dict[str, Format]] = WRITABLE
    others = "is written to the custom field of its name, which is created if missing"
    answered_by_job = Records.consumes
    kind_of_field = "custom field"
    Options: ClassVar[type] = ContactsOptions

    def __init__(
        self, account: SendGrid, options: ContactsOptions, activation: Activation
    ) -> None:
        super().__init__(account, options, activation)
        self.takes_times_of(account)
        self.lookup_limits = account.lookup_limits

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return 1  # the fields

    def plan(self, columns: Sequence[Column]) -> Plan:
        return plan_fields(
            columns,
            self._account.api.field_definitions(),
            date_format=self._options.date_format,
            sanitize=self._options.sanitize_names,
        )

    def create(self, missing: Missing) -> None:
        self._account.api.create_field(missing.name, missing.type)

    def body(self, fields: Sequence[Field]) -> Body:
        key = Field("email", "email", Email())
        return Body(key, fields, self._options.null_mode, whom=identified)

    def needs_look_up(self, change: Change) -> bool:
        return not self._options.insert or self._options.lookup_first

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
        self, address: str, record: Contact | None, *, leave: bool
    ) -> Contact | Outcome:
        """The contact; where one may be created, an empty one."""
        if record is not None:
            return record
        if self._options.insert:
            return Contact()
        if ("contact", address) in self._account.recent:
            return Contact(email=address)
        return MISSING

    def write(self, items: Collected) -> Job:
        addresses = addresses_of(items)
        if len(set(addresses)) < len(addresses):
            # Rows of an address and of its alternate ones: in requests of their own.
            raise RequestRefused("an import names a contact once")
        return self._account.api.put_contacts(items.bodies, addresses)
