"""What SendGrid alone asks of values, or RowRefused with a message without data.

The limits are those of the vendor's request schema:
https://www.twilio.com/docs/sendgrid/api-reference/contacts/add-or-update-a-contact
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from outhaul.errors import RowRefused
from outhaul.kit import values

LONGEST_TEXT = 1_000
"""Characters in a Text custom field. The vendor tells no number; ours."""
MOST_ALTERNATES = 5
PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
"""The vendor asks for a valid number; this form is valid everywhere."""


def text(field: str, value: Any, longest: int | None = LONGEST_TEXT) -> str:
    """A value as text of at most `longest` characters."""
    return values.text(field, value, longest)


def day(field: str, value: Any, date_format: str) -> str:
    """A date; of a point in time, the day it is in UTC."""
    return written(date_format, values.day(field, value))


def written(date_format: str, day: date) -> str:
    """A date in a notation of strftime."""
    # `%Y` leaves out leading zeros on some platforms.
    return day.strftime(date_format.replace("%Y", f"{day.year:04d}"))


def phone(field: str, value: Any) -> str:
    """A telephone number as an identifier, in international form (E.164)."""
    number = values.text(field, value)
    if not PHONE.fullmatch(number):
        raise RowRefused(
            "phone", f"'{field}' is not a telephone number such as +33612345678"
        )
    return number


def alternates(field: str, value: Any) -> list[str]:
    """A list of further addresses of a contact."""
    if not isinstance(value, (list, tuple)):
        raise RowRefused("list", f"'{field}' is not a list of e-mail addresses")
    if len(value) > MOST_ALTERNATES:
        raise RowRefused(
            "too_long",
            f"'{field}' has {len(value)} addresses; SendGrid takes {MOST_ALTERNATES}",
        )
    return [values.normal_email(address) for address in value]
