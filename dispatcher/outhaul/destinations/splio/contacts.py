"""The service `contacts`, two ways: by files that Splio reads, or by the REST API.

https://dev-scp.splio.com/docs/datahub-contacts, https://dev-scp.splio.com/reference
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.splio.account import Splio
from outhaul.destinations.splio.api import (
    IS_NEW,
    NOT_THERE,
    TO_CREATE,
    Custom,
    SplioApi,
)
from outhaul.destinations.splio.fields import CUSTOM, in_file, in_json, plan_fields
from outhaul.errors import ConfigurationError
from outhaul.kit.bodies import Attributes, Body, Field
from outhaul.kit.fields import Missing, Plan
from outhaul.kit.files.names import FileNames
from outhaul.kit.files.service import FileService
from outhaul.kit.files.tables import Separated
from outhaul.kit.records import Planned, Records
from outhaul.kit.rows import Collected, Rows
from outhaul.kit.service import Activation, Limits
from outhaul.kit.values import normal_email
from outhaul.model import Change, Column, Outcome, Row

_MOST_CREATED = 1_000
_MOST_BYTES = 4_000_000


@dataclass(frozen=True)
class ContactsOptions:
    """What a diff may set for the service `contacts`."""

    insert: bool = setting(
        "Create contacts that do not exist yet; otherwise only update those that do.",
        default=False,
    )
    null_mode: str = setting(
        "What a null becomes with transport: rest: `empty` sends an empty text, `omit`"
        " leaves the field as it was. A file has a cell for every column.",
        default="empty",
        choices=("empty", "omit"),
    )


class _Contacts(Planned):
    """What both ways have in common: which columns a contact can have."""

    name = "contacts"
    title = "Contacts"
    others = "is written to the field of its name, which is created if it can be"
    consumes = frozenset({Change.INSERTED, Change.UPDATED})
    identity = "email"
    kind_of_field = "custom field"
    Options: ClassVar[type] = ContactsOptions
    lacks: ClassVar[Sequence[str]] = ()

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        self._customs: dict[str, Custom] = {}

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return 2 if self._account.api_key else 0  # the fields and the key

    def plan(self, columns: Sequence[Column]) -> Plan:
        account: Splio = self._account
        known = account.api.custom_fields() if account.api_key else None
        plan, self._customs = plan_fields(
            columns, known, account.confirmed_columns, self.lacks
        )
        if account.api_key and (key := account.api.unique_key()) != "email":
            plan.problems.append(
                f"the universe recognises contacts by '{key}', not by the e-mail"
                " address"
            )
        return plan

    def create(self, missing: Missing) -> None:
        self._account.api.create_field(missing.name, missing.type)


class FileContacts(_Contacts, FileService):
    """Writes contacts into files that Splio reads on a schedule of its own.

    Whether a file may create contacts is decided by the sub-sequence in its name,
    which Splio has set up. A row is accepted when its file is in the folder; what
    Splio makes of it, it tells by e-mail. Every row holds all columns of the select.
    """

    def __init__(
        self, account: Splio, options: ContactsOptions, activation: Activation
    ) -> None:
        setting_name = f"subsequence_{'insert' if options.insert else 'update'}"
        subsequence: str = getattr(account, setting_name)
        if not subsequence:
            raise ConfigurationError(
                f"model {activation.name}: insert: {str(options.insert).lower()} needs"
                f" '{setting_name}' in destinations.yml: with Splio, the sub-sequence"
                " in a file's name decides whether contacts are created. Ask Splio to"
                " set one up"
            )
        words = {"universe": account.universe, "subsequence": subsequence}
        layout = Separated(
            separator=";",
            quote_all=True,
            line_end="\n",
            null=account.null_cell,
            flatten=True,
            date_format=account.date_format,
            timestamp_format=account.timestamp_format,
            booleans=("0", "1"),
        )
        self._customs = {}
        Planned.__init__(self, account, options, activation)
        names = FileNames(account.file_name, activation, words)
        FileService.__init__(self, account, activation, names, layout)

    def check(self, columns: Sequence[Column]) -> list[str]:
        return Planned.check(self, columns) + FileService.check(self, columns)

    def prepare(self, columns: Sequence[Column]) -> None:
        Planned.prepare(self, columns)
        FileService.prepare(self, columns)

    def field(self, column: str) -> Field:
        custom = self._customs.get(column)
        by_number = self._account.custom_column_style == "c_id"
        if custom is None or custom.id is None or not by_number:
            return in_file(column, column)
        return in_file(column, f"c{custom.id}")


class RestContacts(_Contacts, Records):
    """Updates contacts one by one; with `insert` creates up to 1,000 in a request.

    With `insert`, inserted rows are created first and updated rows updated first.
    What turns out to exist already, or not to exist, is sent once more the other
    way. Both ways can be repeated: a contact that was created is then updated.
    """

    partly_applies = False  # one row in the wrong format refuses all
    # Updating `lists` would replace all memberships; a file alone can add to them.
    lacks = ("customer_key", "subscriptions")

    def __init__(
        self, account: Splio, options: ContactsOptions, activation: Activation
    ) -> None:
        super().__init__(account, options, activation)
        self._plan = Plan([in_json("email", None)])
        self._create_limits = replace(
            account.limits, rows=_MOST_CREATED, bytes=_MOST_BYTES
        )

    def limits(self, change: Change) -> Limits:
        creates = self._options.insert and change is Change.INSERTED
        return self._create_limits if creates else self._account.limits

    def limits_of(self, row: Row, found: Any) -> Limits:
        creates = self._creates(row.change, found)
        return self._create_limits if creates else self._account.limits

    def plan(self, columns: Sequence[Column]) -> Plan:
        plan = super().plan(columns)
        if not plan.problems and not plan.missing:
            names = (column.field for column in columns)
            plan.fields = [in_json(name, self._customs.get(name)) for name in names]
        return plan

    def body(self, fields: Sequence[Field]) -> Body:
        created = Body(None, fields, self._options.null_mode, listed=CUSTOM)
        # The address of one that is updated stands in the path, and cannot change.
        others = [each for each in fields if each.name != "email"]
        key = in_json("email", None)
        self._update = replace(created, key=key, fields=others, shape=_without_key)
        return created

    def encode(self, row: Row, found: Any = None) -> bytes:
        return self._body_for(row.change, found).one(row)

    def encode_rows(self, rows: Rows, found: Sequence[Any]) -> list[bytes]:
        return self._body_for(rows[0].change, found[0]).many(rows, found)

    def send(self, items: Collected) -> list[Outcome]:
        first = items[0]
        api: SplioApi = self._account.api
        if self._creates(first.row.change, first.found):
            return api.create(items.bodies)
        email = normal_email(first.row.values["email"])
        otherwise = TO_CREATE if self._options.insert else NOT_THERE
        return [api.update(email, first.body, otherwise)]

    def _body_for(self, change: Change, found: Any) -> Body:
        created = self._prepared
        return created if self._creates(change, found) else self._update

    def _creates(self, change: Change, found: Any) -> bool:
        if not self._options.insert or found is not None:
            return bool(found == IS_NEW)
        return change is Change.INSERTED


def _without_key(key: Any, contact: Attributes) -> Attributes:
    return contact
