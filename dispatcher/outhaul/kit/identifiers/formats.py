"""An identifier as a network wants it: brought to its normal form, then hashed.

No message holds a value, and what is hashed already is recognised and left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.errors import ConfigurationError, RowRefused
from outhaul.kit import columns, values
from outhaul.kit.columns import Values
from outhaul.kit.formats import Format
from outhaul.kit.identifiers.networks import NETWORKS
from outhaul.kit.identifiers.steps import STEPS
from outhaul.kit.service import OneByOne

_HASH = re.compile("[0-9a-fA-F]{64}")
_OTHER_HASHES = {32: "MD5", 40: "SHA-1"}
_HEX = re.compile("[0-9a-fA-F]+")


def hashed_only() -> Any:
    """The option `hashed_only`."""
    return setting(
        "Refuse identifiers that are not hashed yet, so that none reaches the"
        " dispatcher in clear; otherwise those are hashed here.",
        default=False,
    )


def phone_country() -> Any:
    """The option `phone_country`."""
    return setting(
        "The country of phone numbers without a country code, such as `DE`; without it"
        " they are refused.",
        default="",
    )


def check_phone_country(country: str, where: str) -> None:
    """Raises ConfigurationError where `phone_country` is no country."""
    if country:
        import phonenumbers  # takes a tenth of a second

        if country not in phonenumbers.SUPPORTED_REGIONS:
            raise ConfigurationError(
                f"model {where}: meta.outhaul.phone_country: must be a country in two"
                " capital letters (ISO 3166-1), such as DE"
            )


@dataclass(frozen=True)
class Identifier(Format):
    """A kind of identifier, for a network; nothing of a blank one is left.

    country: that of phone numbers without a country code, if any. hashed_only: whether
    values in clear are refused where the network wants a hash. listed: whether it is a
    list of one.
    """

    network: str
    kind: str
    country: str = ""
    hashed_only: bool = False
    listed: bool = False
    word: ClassVar[str] = "an identifier, hashed or not"

    def one(self, field: str, value: Any) -> Any:
        text = self._written(field, value)
        return [text] if text and self.listed else text

    def many(self, column: Values) -> Values:
        """Hashes alone, such as the macros make, need no closer look."""
        present = [each for each in column if each is not None]
        is_hashed = "sha256" in NETWORKS[self.network][self.kind]
        if not is_hashed or set(map(type, present)) - {str}:
            return super().many(column)
        if not all(map(_HASH.fullmatch, present)):
            return self._addresses(column) or super().many(column)
        if self.listed:
            return [each and [each.lower()] for each in column]
        return [each and each.lower() for each in column]

    def _addresses(self, column: Values) -> Values | None:
        """The hashes of addresses in clear; None where some are anything else."""
        if self.kind != "email" or self.hashed_only:
            return None
        try:
            found = columns.emails(column)
        except OneByOne:
            return None
        for name in NETWORKS[self.network]["email"]:
            found = list(map(STEPS[name], found))
        return [[each] for each in found] if self.listed else found

    def _written(self, field: str, value: Any) -> str | None:
        given = value.strip(" ") if isinstance(value, str) else None
        if given == "":
            return None
        steps = NETWORKS[self.network][self.kind]
        if "sha256" in steps:
            if given is not None and _HASH.fullmatch(given):
                return given.lower()
            _refuse_other_hash(field, given or "")
            if self.hashed_only:
                raise RowRefused("not_hashed", f"'{field}' is in clear: hash it first")
        text = self._read(field, value)
        for name in steps:
            text = STEPS[name](text) if text else ""
        return text or None

    def _read(self, field: str, value: Any) -> str:
        if self.kind == "phone":
            return e164(field, value, self.country)
        return _READERS.get(self.kind, _trimmed)(field, value)


def e164(field: str, value: Any, country: str = "") -> str:
    """A phone number in international form, with its plus (ITU-T E.164).

    country: that of a number without a country code.
    """
    text = values.text(field, value).strip(" ")
    if not country and not text.startswith("+"):
        raise RowRefused(
            "no_country",
            f"'{field}' has no country code: write it with a plus, such as +49…, or set"
            " 'phone_country'",
        )
    import phonenumbers

    # Not those that are long enough within a town alone.
    possible = phonenumbers.ValidationResult.IS_POSSIBLE
    try:
        number = phonenumbers.parse(text, country or None)
        if phonenumbers.is_possible_number_with_reason(number) == possible:
            form = phonenumbers.PhoneNumberFormat.E164
            return str(phonenumbers.format_number(number, form))
    except phonenumbers.NumberParseException:
        pass
    raise RowRefused("invalid_phone", f"'{field}' is no phone number")


def _refuse_other_hash(field: str, text: str) -> None:
    algorithm = _OTHER_HASHES.get(len(text))
    if algorithm and _HEX.fullmatch(text):
        raise RowRefused(
            "other_hash",
            f"'{field}' looks like a hash by {algorithm}: networks want SHA-256",
        )


def _trimmed(field: str, value: Any) -> str:
    return values.text(field, value).strip(" ")


def _birth_date(field: str, value: Any) -> str:
    day = values.day(field, value)
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"


_READERS: Mapping[str, Callable[[str, Any], str]] = {
    "email": lambda field, value: values.normal_email(value),
    "birth_date": _birth_date,
}
