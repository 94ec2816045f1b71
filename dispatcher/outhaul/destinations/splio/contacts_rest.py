"""The service `contacts` by the REST API: one request a contact, or bulk creation.

https://dev-scp.splio.com/reference
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, ClassVar

import orjson

from outhaul.destinations.splio.account import Splio
from outhaul.destinations.splio.api import IS_NEW, NOT_THERE, TO_CREATE
from outhaul.destinations.splio.contacts_file import ContactsOptions
from outhaul.destinations.splio.fields import (
    STANDARD,
    FieldPlan,
    checked,
    checked_column,
)
from outhaul.kit import columns, values
from outhaul.kit.columns import Values
from outhaul.kit.rows import Collected, Rows
from outhaul.kit.service import Activation, Limits, Service
from outhaul.model import Change, Column, Outcome, Row

_MOST_CREATED = 1_000
_MOST_BYTES = 4_000_000
# Updating `lists` would replace all memberships; a file alone can add to them.
_ONLY_BY_FILE = ("customer_key", "subscriptions")


class RestContacts(Service):
    """Updates contacts one by one; with `insert` creates up to 1,000 in a request.

    With `insert`, inserted rows are created first and updated rows updated first.
    What turns out to exist already, or not to exist, is sent once more the other
    way. Both ways can be repeated: a contact that was created is then updated.
    """

    name = "contacts"
    title = "Contacts"
    consumes = frozenset({Change.INSERTED, Change.UPDATED})
    identity = "email"
    partly_applies = False  # one row in the wrong format refuses all
    Options: ClassVar[type] = ContactsOptions

    def __init__(
        self, account: Splio, options: ContactsOptions, activation: Activation
    ) -> None:
        self._account = account
        self._options = options
        self._activation = activation
        self._plan = FieldPlan()
        self._create_limits = replace(
            account.rest_limits, rows=_MOST_CREATED, bytes=_MOST_BYTES
        )
        # A refused token is renewed, and the request made again.
        self.request_seconds = 3 * account.api_seconds

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return self._account.planning_requests

    def limits(self, change: Change) -> Limits:
        creates = self._options.insert and change is Change.INSERTED
        return self._create_limits if creates else self._account.rest_limits

    def limits_of(self, row: Row, found: Any) -> Limits:
        if self._creates(row, found):
            return self._create_limits
        return self._account.rest_limits

    def check(self, columns: Sequence[Column]) -> list[str]:
        where = self._activation.name
        return self._account.planned(columns, where, _ONLY_BY_FILE).notes()

    def prepare(self, columns: Sequence[Column]) -> None:
        where = self._activation.name
        self._plan = self._account.prepared(
            columns, where, self.findings, _ONLY_BY_FILE
        )

    def encode(self, row: Row, found: Any = None) -> bytes:
        contact: dict[str, Any] = {}
        custom: list[dict[str, Any]] = []
        for field, value in row.values.items():
            if field not in STANDARD:
                self._put_custom(custom, field, value)
                continue
            value = checked(field, value)
            if field == "email" and not self._creates(row, found):
                continue  # it stands in the path, and cannot change
            self._put(contact, field, value)
        if custom:
            contact["custom_fields"] = custom
        return orjson.dumps(contact)

    def encode_rows(self, rows: Rows, found: Sequence[Any]) -> list[bytes]:
        fields: list[str] = []
        taken: list[Values] = []
        customs: list[list[dict[str, Any] | None]] = []
        is_omitted = self._options.null_mode == "omit"
        names_whom = self._creates(rows[0], found[0])
        for field in rows[0].values:
            column: Values = rows.column(field)
            if field not in STANDARD:
                customs.append(self._customs(field, column))
                continue
            column = checked_column(field, column)
            if field == "dateOfCreation":
                field, column = "creation_date", columns.seconds(column, " ")
            elif not is_omitted:
                column = ["" if value is None else value for value in column]
            if field != "email" or names_whom:
                fields.append(field)
                taken.append(column)
        if customs:
            fields.append("custom_fields")
            together = zip(*customs, strict=True)
            present = ([each for each in row if each is not None] for row in together)
            taken.append([each or None for each in present])
        return columns.as_json(columns.records(fields, taken, nulls=False))

    def send(self, items: Collected) -> list[Outcome]:
        first = items[0]
        if self._creates(first.row, first.found):
            return self._account.api.create(items.bodies)
        email = values.normal_email(first.row.values["email"])
        otherwise = TO_CREATE if self._options.insert else NOT_THERE
        return [self._account.api.update(email, first.body, otherwise)]

    def _creates(self, row: Row, found: Any) -> bool:
        if not self._options.insert or found is not None:
            return bool(found == IS_NEW)
        return row.change is Change.INSERTED

    def _put(self, into: dict[str, Any], field: str, value: Any) -> None:
        if field == "dateOfCreation":
            if value is not None:
                into["creation_date"] = values.seconds(field, value, " ")
        elif value is not None:
            into[field] = value
        elif self._options.null_mode == "empty":
            into[field] = ""

    def _customs(self, field: str, column: Values) -> list[dict[str, Any] | None]:
        id, is_omitted = self._plan.custom[field].id, self._options.null_mode == "omit"
        return [
            None if text is None and is_omitted else {"id": id, "value": text or ""}
            for text in _texts(column)
        ]

    def _put_custom(self, into: list[dict[str, Any]], field: str, value: Any) -> None:
        if value is None and self._options.null_mode == "omit":
            return
        custom = self._plan.custom[field]
        text = "" if value is None else _text(field, value)
        into.append({"id": custom.id, "value": text})


def _texts(column: Values) -> Values:
    kinds = set(map(type, column)) - {type(None)}
    if kinds == {datetime} or kinds == {date}:
        return columns.seconds(column, " ")
    if kinds == {bool}:
        return [None if value is None else str(int(value)) for value in column]
    return columns.texts(column)


def _text(field: str, value: Any) -> str:
    if isinstance(value, date):
        return values.seconds(field, value, " ")
    if isinstance(value, bool):
        return str(int(value))
    return values.text(field, value)
