"""The service `profiles`: attributes of profiles, created where there are none (CEP).

https://doc.batch.com/developer/api/cep/profiles/update
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.batch import cep
from outhaul.destinations.batch.account import BatchAccount
from outhaul.destinations.batch.attributes import MOST_TEXTS, plan_attributes
from outhaul.errors import ConfigurationError, RowRefused
from outhaul.kit import values
from outhaul.kit.bodies import Attributes, Body, Field
from outhaul.kit.columns import Values, emails
from outhaul.kit.fields import Plan
from outhaul.kit.formats import Format, Texts
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation, Bucket, Limits
from outhaul.model import Change, Column, Outcome

MOST_ATTRIBUTES = 50
_MOST_PROFILES_AT_ONCE = 10_000
_MASS_PROFILES = Bucket("profiles at once", _MOST_PROFILES_AT_ONCE, 1.0, "rows")


@dataclass(frozen=True)
class Native(Format):
    """The value of a native attribute, of a form; an empty text deletes it."""

    pattern: re.Pattern[str]
    word: ClassVar[str] = "a text"

    def one(self, field: str, value: Any) -> str | None:
        if value == "":
            return None
        rendered = values.text(field, value).strip()
        if not self.pattern.fullmatch(rendered):
            raise RowRefused(
                "native_attribute", f"'{field}' is not in the form it needs"
            )
        return rendered


class NativeEmail(Format):
    """An address in the form that is compared; an empty text deletes it."""

    word = "an e-mail address"

    def one(self, field: str, value: Any) -> str | None:
        return None if value == "" else values.normal_email(value)

    def many(self, column: Values) -> Values:
        return emails(column) if all(column) else super().many(column)


class NativeTexts(Texts):
    """A list of texts; an empty text deletes it too."""

    def one(self, field: str, value: Any) -> Sequence[str] | None:
        return None if value == "" else super().one(field, value)


_SUBSCRIPTION = Native(re.compile("subscribed|unsubscribed"))
_NATIVE: dict[str, Format] = {
    "$email_address": NativeEmail(),
    "$email_marketing": _SUBSCRIPTION,
    "$phone_number": Native(re.compile(r"\+[1-9]\d{6,14}")),
    "$sms_marketing": _SUBSCRIPTION,
    "$language": Native(re.compile("[a-z]{2}")),
    "$region": Native(re.compile("[A-Z]{2}")),
    "$timezone": Native(re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")),
    "$topic_preferences": NativeTexts(MOST_TEXTS, 300),
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


class Profiles(cep.ProfileService):
    """Writes attributes of profiles, native and custom; creates unknown profiles.

    Upserts by custom id, so a repeated request changes nothing. A profile of which
    Batch refuses an attribute is rejected, although its others are applied.
    """

    name = "profiles"
    title = "Profiles (CEP)"
    identity = "custom_id"
    own_fields: ClassVar[dict[str, Format]] = _NATIVE
    others = "becomes a custom attribute"
    null = "deletes the attribute"
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
        super().__init__(account, options, activation)

    def limits(self, change: Change) -> Limits:
        if self._options.mass_update:
            return cep.limits_of(_MOST_PROFILES_AT_ONCE, _MASS_PROFILES)
        return super().limits(change)

    def plan(self, columns: Sequence[Column]) -> Plan:
        plan = Plan()
        others = [column for column in columns if column.field != self.identity]
        for field in (each.field for each in others if each.field[:1] == "$"):
            if field in _NATIVE:
                plan.fields.append(Field(field, field, _NATIVE[field]))
            else:
                plan.problems.append(
                    f"'{field}' is not a native attribute; those are:"
                    f" {', '.join(_NATIVE)}"
                )
        custom = [column for column in others if column.field[:1] != "$"]
        plan_attributes(plan, custom, self._form)
        if not 1 <= len(others) <= MOST_ATTRIBUTES:
            plan.problems.append(
                f"there are {len(columns) - 1} attributes, and a profile takes 1 to"
                f" {MOST_ATTRIBUTES} at once; split them over two models"
            )
        return plan

    def body(self, fields: Sequence[Field]) -> Body:
        return Body(self._key, fields, writes_nulls=True, shape=_profile)

    def send(self, items: Collected) -> list[Outcome]:
        path = "/mass-update" if self._options.mass_update else "/update"
        return self._post(path, items)


def _profile(id: str, attributes: Attributes) -> Attributes:
    return {"identifiers": {"custom_id": id}, "attributes": attributes}
