"""Values as SendGrid takes them, or RowRefused with a message without data.

The limits are those of the vendor's request schema:
https://www.twilio.com/docs/sendgrid/api-reference/contacts/add-or-update-a-contact
"""

from __future__ import annotations

import re
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

import orjson

from dispatcher.errors import RowRefused

LONGEST_EMAIL = 254
LONGEST_TEXT = 1_000
"""Characters in a Text custom field. The vendor tells no number; ours."""
MOST_ALTERNATES = 5

# Doubles hold every integer up to here; beyond, a number arrives as another one.
_LARGEST_INTEGER = 2**53
_LARGEST_EXPONENT = 308

_EMAIL = re.compile(r"[^\s@,;<>\"\x00-\x1f]+@[^\s@,;<>\"\x00-\x1f]+\.[^\s@,;<>\".]+")


def normal_email(value: Any) -> str:
    """An address in the form that SendGrid keeps: trimmed and in lower case."""
    if value is None or (isinstance(value, str) and not value.strip()):
        raise RowRefused("no_email", "the e-mail address is empty")
    if not isinstance(value, str):
        raise RowRefused("invalid_email", "the e-mail address is not a text")
    address = text("email", value.strip().lower(), longest=LONGEST_EMAIL)
    if not _EMAIL.fullmatch(address) or ".." in address:
        raise RowRefused("invalid_email", "the e-mail address is not valid")
    return address


def text(field: str, value: Any, longest: int | None = LONGEST_TEXT) -> str:
    """A value as text of at most `longest` characters."""
    rendered = _rendered(field, value)
    if "\x00" in rendered:
        raise RowRefused("text", f"'{field}' holds a NUL character")
    if not _is_unicode(rendered):
        raise RowRefused("text", f"'{field}' is not valid Unicode")
    if longest is not None and len(rendered) > longest:
        raise RowRefused(
            "too_long",
            f"'{field}' has {len(rendered)} characters; SendGrid takes {longest}",
        )
    return rendered


def number(field: str, value: Any) -> orjson.Fragment:
    """A number in plain decimal form, made without going through a float."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise RowRefused("number", f"'{field}' is not a number")
    return orjson.Fragment(_plain(field, value).encode())


def day(field: str, value: Any, date_format: str) -> str:
    """A date; of a point in time, the day it is in UTC."""
    if isinstance(value, datetime):
        value = _utc(field, value)
    elif not isinstance(value, date):
        raise RowRefused("date", f"'{field}' is not a date")
    # `%Y` leaves out leading zeros on some platforms.
    return str(value.strftime(date_format.replace("%Y", f"{value.year:04d}")))


def alternates(field: str, value: Any) -> list[str]:
    """A list of further addresses of a contact."""
    if not isinstance(value, (list, tuple)):
        raise RowRefused("list", f"'{field}' is not a list of e-mail addresses")
    if len(value) > MOST_ALTERNATES:
        raise RowRefused(
            "too_long",
            f"'{field}' has {len(value)} addresses; SendGrid takes {MOST_ALTERNATES}",
        )
    return [normal_email(address) for address in value]


def _rendered(field: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return _plain(field, value, exact=True)
    if isinstance(value, datetime):
        return _utc(field, value).isoformat().replace("+00:00", "Z")
    if isinstance(value, (list, dict, tuple)):
        return _json(field, value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise RowRefused("bytes", f"'{field}' holds bytes; encode them in the select")
    return str(value)


def _plain(field: str, value: int | float | Decimal, *, exact: bool = False) -> str:
    """The shortest decimal form without an exponent; `exact`: of any size."""
    decimal = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not decimal.is_finite():
        raise RowRefused("number", f"'{field}' is not a finite number")
    if decimal and abs(decimal.adjusted()) > _LARGEST_EXPONENT:
        raise RowRefused("number", f"'{field}' is out of the range of numbers")
    plain = format(decimal, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    is_float = isinstance(value, float)
    if not exact and not is_float and "." not in plain:
        if abs(int(plain)) > _LARGEST_INTEGER:
            raise RowRefused(
                "number",
                f"'{field}' is beyond 2^53 and would arrive as another number;"
                " cast it to text in the select",
            )
    return "0" if plain == "-0" else plain


def _utc(field: str, value: datetime) -> datetime:
    """Naive times count as UTC."""
    if value.tzinfo is None:
        return value.replace(tzinfo=timezone.utc)
    try:
        return value.astimezone(timezone.utc)
    except OverflowError:
        raise RowRefused("date", f"'{field}' is out of the range of dates") from None


def _json(field: str, value: Any) -> str:
    """JSON as text, keys in order so that equal values are equal texts."""
    try:
        packed = orjson.dumps(value, default=_json_default, option=orjson.OPT_SORT_KEYS)
    except (TypeError, ValueError):
        raise RowRefused("json", f"'{field}' cannot be written as JSON") from None
    return packed.decode()


def _json_default(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(_plain("json", value, exact=True).encode())
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError
    return str(value)


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
