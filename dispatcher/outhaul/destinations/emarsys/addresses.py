"""Rows to addresses, and what an answer says of an address back to its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from outhaul.destinations.emarsys.api import RowErrors
from outhaul.errors import OutcomeUnknown
from outhaul.kit import values
from outhaul.model import Row


def address_of(row: Row, *, lowercase: bool = True) -> str:
    """The address by which Emarsys recognises the contact of a row."""
    address = values.normal_email(row.values.get("email"))
    return address if lowercase else str(row.values["email"]).strip(" ")


def errors_by_row(
    addresses: Sequence[str], errors: RowErrors
) -> list[Mapping[str, str]]:
    """Per row the errors of its address; who is not named has none.

    Raises OutcomeUnknown for an answer about an address that was not sent.
    """
    keys = [values.caseless(address) for address in addresses]
    if not errors.keys() <= set(keys):
        raise OutcomeUnknown("the answer tells of contacts that were not sent")
    return [errors.get(key, {}) for key in keys]
