"""The service `profiles`: attributes of profiles, created where there are none (CEP).

https://doc.batch.com/developer/api/cep/profiles/update
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from outhaul.config.settings import setting
from outhaul.destinations.batch import cep
from outhaul.destinations.batch.account import BatchAccount
from outhaul.destinations.batch.attributes import CEP
from outhaul.destinations.batch.service import AttributeService
from outhaul.errors import ConfigurationError, RowRefused
from outhaul.kit import values
from outhaul.kit.columns import as_json, emails, records
from outhaul.kit.rows import Collected, Rows
from outhaul.kit.service import Activation, Limits, OneByOne
from outhaul.model import Change, Column, Outcome, Row

MOST_ATTRIBUTES = 50
_MOST_PROFILES_AT_ONCE = 10_000
_MASS_REQUESTS_PER_SECOND = 1.0

_SUBSCRIPTION = re.compile("subscribed|unsubscribed")
# Native attributes of a profile, with the form of their values.
_NATIVE: dict[str, re.Pattern[str] | None] = {
    "$email_address": None,
    "$email_marketing": _SUBSCRIPTION,
    "$phone_number": re.compile(r"\+[1-9]\d{6,14}"),
    "$sms_marketing": _SUBSCRIPTION,
    "$language": re.compile("[a-z]{2}"),
    "$region": re.compile("[A-Z]{2}"),
    "$timezone": re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*"),
    "$topic_preferences": None,
}


@dataclass(frozen=True)
class ProfilesOptions:
    """What a diff may set for the service `profiles`."""

    insert: bool = setting(
        "Must stay `true`: this API creates a profile for each id that it does not"
        " know, and has no way to ask which it knows.",
        default=True,
    )
    mass_update: bool = setting(
        "Send 10,000 profiles at once instead of 200, which Batch means for one or"
        " two large loads a day.",
        default=False,
    )
    lowercase: bool = setting(
        "Send ids in lower case, for apps that set them like that.", default=False
    )
    truncate: bool = setting(
        "Cut texts off at 300 characters instead of refusing the row.", default=False
    )


class Profiles(AttributeService):
    """Writes attributes of profiles, native and custom; creates unknown profiles.

    Upserts by custom id, so a repeated request changes nothing. A profile of which
    Batch refuses an attribute is rejected, although its others are applied.
    """

    name = "profiles"
    title = "Profiles (CEP)"
    consumes = frozenset({Change.INSERTED, Change.UPDATED})
    identity = "custom_id"
    partly_applies = False  # what is refused in part is answered with 202
    form = CEP
    Options: ClassVar[type] = ProfilesOptions

    def __init__(
        self, account: BatchAccount, options: ProfilesOptions, activation: Activation
    ) -> None:
        if not options.insert:
            raise ConfigurationError(
                f"{activation.name}: 'insert: false' is not possible: the Profile API"
                " of Batch creates a profile for each id that it does not know, and"
                " does not tell which those are. Remove the key, or use the"
                " service 'contacts', which only updates"
            )
        cep.check_project(account, activation.name)
        super().__init__(account, options, activation)
        self._native: list[str] = []

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return int(self._account.probe)

    def limits(self, change: Change) -> Limits:
        if self._options.mass_update:
            most, per_second = _MOST_PROFILES_AT_ONCE, _MASS_REQUESTS_PER_SECOND
            return Limits(most, cep.MOST_BYTES, per_second)
        most = cep.MOST_PROFILES
        return Limits(most, cep.MOST_BYTES, self._account.profiles_per_second / most)

    def prepare(self, columns: Sequence[Column]) -> None:
        fields = {column.field for column in columns}
        self._native = [column.field for column in columns if column.field[:1] == "$"]
        custom = [
            column
            for column in columns
            if column.field[:1] != "$" and column.field != self.identity
        ]
        problems = [
            f"'{field}' is not a native attribute; those are: {', '.join(_NATIVE)}"
            for field in self._native
            if field not in _NATIVE
        ]
        if self.identity not in fields:
            problems.append("there is no column 'custom_id', the id of a profile")
        if not 1 <= len(fields - {self.identity}) <= MOST_ATTRIBUTES:
            problems.append(
                f"there are {len(columns) - 1} attributes, and a profile takes 1 to"
                f" {MOST_ATTRIBUTES} at once; split them over two models"
            )
        self._plan(custom, problems)
        cep.check_keys(self._account)

    def encode(self, row: Row, found: Any = None) -> bytes:
        attributes = {
            field: native(field, row.values.get(field)) for field in self._native
        }
        return orjson.dumps(
            {
                "identifiers": {"custom_id": self._user(row)},
                "attributes": {**attributes, **self._rendered(row)},
            }
        )

    def encode_rows(self, rows: Rows, found: Sequence[Any]) -> list[bytes]:
        profiles = self._users(rows)
        rendered = [_natives(field, rows.column(field)) for field in self._native]
        rendered += self._columns(rows)
        keys = [*self._native, *(each.key for each in self._attributes)]
        return as_json(
            {"identifiers": {"custom_id": profile}, "attributes": attributes}
            for profile, attributes in zip(
                profiles, records(keys, rendered), strict=True
            )
        )

    def send(self, items: Collected) -> list[Outcome]:
        path = "/mass-update" if self._options.mass_update else "/update"
        return cep.post(self._account, path, items)


def _natives(field: str, column: Sequence[Any]) -> Sequence[Any]:
    """See `native`. Raises OneByOne."""
    if field == "$email_address" and all(column):
        return emails(column)
    try:
        return [native(field, value) for value in column]
    except RowRefused:
        raise OneByOne from None


def native(field: str, value: Any) -> Any:
    """The value of a native attribute; None and an empty text delete it."""
    if value is None or value == "":
        return None
    if field == "$email_address":
        return values.normal_email(value)
    if field == "$topic_preferences":
        most, longest = CEP.most_texts, CEP.longest_text
        return values.texts(field, values.nested(field, value), most, longest) or None
    rendered = values.text(field, value).strip()
    pattern = _NATIVE[field]
    if pattern is not None and not pattern.fullmatch(rendered):
        raise RowRefused("native_attribute", f"'{field}' is not in the form it needs")
    return rendered
