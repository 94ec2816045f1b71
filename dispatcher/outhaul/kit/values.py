"""Values as texts, numbers and days, or RowRefused with a message without data.

What every destination needs; what one of them alone asks for stands beside it.
Numbers are written without going through a float, times count in UTC, and
nothing is changed in silence: what does not fit is refused.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import orjson

from outhaul import exact
from outhaul.errors import RowRefused

LONGEST_EMAIL = 254
"""RFC 5321: a path of 256 characters, with its two angle brackets."""

# Doubles hold every integer up to here; beyond, a number arrives as another one.
_LARGEST_INTEGER = 2**53
# That of the largest double, and readers of JSON mostly have doubles.
_LARGEST_EXPONENT = 308

_LOWER_CASE = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_EMAIL = re.compile(r"[^\s@,;<>\"\x00-\x1f]+@[^\s@,;<>\"\x00-\x1f]+\.[^\s@,;<>\".]+")


def normal_email(value: Any, longest: int = LONGEST_EMAIL) -> str:
    """An address in the form that is compared: see `folded` and `in_one_spelling`."""
    if value is None or (isinstance(value, str) and not value.strip()):
        raise RowRefused("no_email", "the e-mail address is empty")
    if not isinstance(value, str):
        raise unlike("email", value, "invalid_email", "a text")
    address = text("email", folded(value), longest)
    is_shown = address.isprintable()  # a mark of no width makes another address
    if not _EMAIL.fullmatch(address) or ".." in address or not is_shown:
        raise RowRefused("invalid_email", "the e-mail address is not valid")
    return in_one_spelling("email", address)


def folded(identity: str) -> str:
    """As the build compares identities: no outer spaces, and A to Z in lower case.

    White space of other kinds is a part of one, and so is the case of other letters,
    of which each warehouse thinks otherwise.
    """
    found = identity.strip(" ")
    return found.lower() if found.isascii() else found.translate(_LOWER_CASE)


def caseless(text: str) -> str:
    """A name as vendors compare it: no outer white space, all letters in lower case.

    For what they call things and repeat of a key, never for an identity.
    """
    return text.strip().lower()


def in_one_spelling(field: str, identity: str) -> str:
    """A folded identity, unless others may take it for a second spelling of another.

    Those would make one of two rows: capital letters beyond A to Z, and letters that
    are made of several characters.
    """
    if identity != unicodedata.normalize("NFC", identity.lower()):
        raise RowRefused(
            "not_normal",
            f"'{field}' has a letter beyond A to Z that is a capital or made of several"
            " characters; write it in lower case and as one in the select",
        )
    return identity


def are_emails(addresses: Sequence[str]) -> bool:
    """Whether all of these have the form of an address."""
    return (
        all(map(_EMAIL.fullmatch, addresses))
        and "".join(addresses).isprintable()
        and ".." not in "\n".join(addresses)
    )


def text(field: str, value: Any, longest: int | None = None) -> str:
    """A value as text of at most `longest` characters.

    Numbers in plain decimal form, booleans as `true` and `false`, times and intervals
    in ISO 8601, moments with `Z`, lists and mappings as JSON with their keys in order.
    """
    rendered = _rendered(field, value)
    if "\x00" in rendered:
        raise RowRefused("text", f"'{field}' holds a NUL character")
    if not is_unicode(rendered):
        raise RowRefused("text", f"'{field}' is not valid Unicode")
    if longest is not None and len(rendered) > longest:
        raise RowRefused(
            "too_long",
            f"'{field}' has {len(rendered)} characters, and at most {longest} are"
            " taken",
        )
    return rendered


def number(field: str, value: Any) -> orjson.Fragment:
    """A number for JSON, exact or refused."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise unlike(field, value, "number", "a number")
    return orjson.Fragment(plain(field, value).encode())


def plain(field: str, value: int | float | Decimal, *, exact: bool = False) -> str:
    """The shortest decimal form without an exponent; `exact`: of any size."""
    decimal = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not decimal.is_finite():
        raise RowRefused("number", f"'{field}' is not a finite number")
    if decimal and abs(decimal.adjusted()) > _LARGEST_EXPONENT:
        raise RowRefused("number", f"'{field}' is out of the range of numbers")
    rendered = format(decimal, "f")
    if "." in rendered:
        rendered = rendered.rstrip("0").rstrip(".")
    is_float = isinstance(value, float)
    if not exact and not is_float and "." not in rendered:
        if abs(int(rendered)) > _LARGEST_INTEGER:
            raise RowRefused(
                "number",
                f"'{field}' is beyond 2^53 and would arrive as another number;"
                " cast it to text in the select",
            )
    return "0" if rendered == "-0" else rendered


def as_json(field: str, value: Any) -> Any:
    """A value as a part of a JSON document, for orjson: numbers exact, times in UTC."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float, Decimal)):
        return orjson.Fragment(plain(field, value, exact=True).encode())
    if isinstance(value, (list, dict, tuple)):
        return orjson.Fragment(text(field, value).encode())
    return text(field, value)


def json_object(row: Mapping[str, Any]) -> bytes:
    """A row as a JSON object: numbers exact, times in UTC. Raises RowRefused."""
    fields = {field: as_json(field, value) for field, value in row.items()}
    return orjson.dumps(fields)


def boolean(field: str, value: Any) -> bool:
    """True or false, and nothing that merely looks like it."""
    if not isinstance(value, bool):
        raise unlike(field, value, "boolean", "true or false")
    return value


def moment(field: str, value: Any) -> datetime:
    """A point in time in UTC; naive times count as UTC, a date as its midnight."""
    if isinstance(value, datetime):
        return _utc(field, value)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=timezone.utc)
    raise unlike(field, value, "date", "a date or a time")


def seconds(field: str, value: Any, between: str = "T", end: str = "") -> str:
    """A point in time as text in UTC, to the second, with `end` appended."""
    moved = moment(field, value).replace(tzinfo=None)
    return moved.isoformat(between, "seconds") + end


def day(field: str, value: Any) -> date:
    """A date; of a point in time, the day it is in UTC."""
    if isinstance(value, datetime):
        return _utc(field, value).date()
    if isinstance(value, date):
        return value
    raise unlike(field, value, "date", "a date")


def texts(field: str, value: Any, most: int, longest: int) -> list[str]:
    """A list of texts, each of at most `longest` characters."""
    if not isinstance(value, (list, tuple)):
        raise unlike(field, value, "list", "a list")
    if len(value) > most:
        raise RowRefused(
            "too_long",
            f"'{field}' has {len(value)} entries, and at most {most} are taken",
        )
    if not all(isinstance(each, str) for each in value):
        raise RowRefused("list", f"'{field}' holds something other than texts")
    return [text(field, each, longest) for each in value]


def nested(field: str, value: Any) -> Any:
    """A list or mapping; some warehouses hand out columns of JSON as text."""
    if not isinstance(value, str):
        return value
    found = exact.parse_json(value)
    if found is exact.NOT_JSON:
        raise RowRefused("json", f"'{field}' is not JSON")
    return found


def unlike(field: str, value: Any, code: str, wanted: str) -> RowRefused:
    """A refusal of what is not as wanted, by the warehouse's reason if it has one."""
    if isinstance(value, exact.Unreadable):
        return RowRefused(value.code, f"'{field}' {value.problem}")
    return RowRefused(code, f"'{field}' is not {wanted}")


def _rendered(field: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return plain(field, value, exact=True)
    if isinstance(value, datetime):
        return _utc(field, value).isoformat().replace("+00:00", "Z")
    if isinstance(value, (list, dict, tuple)):
        return _json(field, value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise RowRefused("bytes", f"'{field}' holds bytes; encode them in the select")
    if isinstance(value, exact.Unreadable):
        raise unlike(field, value, "", "")
    if isinstance(value, timedelta):
        return exact.duration(0, 0, value // timedelta(microseconds=1))
    return str(value)


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
        return orjson.dumps(_inner(field, value), option=orjson.OPT_SORT_KEYS).decode()
    except (TypeError, ValueError, RecursionError):
        raise RowRefused("json", f"'{field}' cannot be written as JSON") from None


def _inner(field: str, value: Any) -> Any:
    """A part of a JSON document, by the rules for whole values."""
    if isinstance(value, dict):
        text(field, "".join(value))
        return {key: _inner(field, each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        if set(map(type, value)) == {str}:
            text(field, "".join(value))
            return value
        return [_inner(field, each) for each in value]
    return as_json(field, value)


def is_unicode(value: str) -> bool:
    """Whether a text can be encoded: no half of a pair stands alone."""
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
