"""What a warehouse holds as Python values without a loss, or as `Unreadable`.

Drivers change some values in silence: months of an interval become 30 days, numbers
in JSON become floats, infinite times become the year 9999. Connections read such values
as text, by these functions. What Python cannot hold becomes `Unreadable`: of all rows,
only the one that has it is refused.
"""

from __future__ import annotations

import json
import re
import struct
from dataclasses import dataclass
from datetime import date, datetime, time, timezone
from decimal import Decimal
from typing import Any

_USUAL_LENGTHS = (len("2026-01-31 06:15:00"), len("2026-01-31 06:15:00.500000"))
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6})0*)?"
    r"(?:(Z)|([+-]\d\d)(:\d\d)?)?"
)
_DURATION = re.compile(
    r"P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)W)?(?:(-?\d+)D)?"
    r"(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?)(\d+)(?:\.(\d{1,6})0*)?S)?)?"
)
_CANONICAL = re.compile(
    r"([+-]?)(\d+)-(\d+) ([+-]?\d+) ([+-]?)(\d+):(\d+):(\d+)(?:\.(\d{1,6})0*)?"
)
_SPELLED_OUT = re.compile(
    r"(?:(-?\d+) years?)? ?(?:(-?\d+) mon(?:th)?s?)? ?(?:(-?\d+) days?)?"
    r" ?(?:([+-]?)(\d+):(\d\d):(\d\d)(?:\.(\d{1,6})0*)?)?"
)


@dataclass(frozen=True)
class Unreadable:
    """A value that cannot be sent as it is; code, problem: why, without the value."""

    code: str
    problem: str


FAR_DATE = Unreadable(
    "date",
    "is infinite or beyond the years 1 to 9999; send a null or another date instead",
)
FINE_TIME = Unreadable(
    "date", "has fractions finer than microseconds; round it in the select"
)
NOT_JSON = Unreadable("json", "is no JSON that can be sent, or nested too deeply")
FAR_INTERVAL = Unreadable("interval", "is not a finite interval of whole microseconds")


def parse_json(text: str) -> Any:
    """A JSON document, with exact numbers; Unreadable where Python cannot hold it."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refused)
    except (ValueError, ArithmeticError, RecursionError):
        return NOT_JSON


def _refused(constant: str) -> Any:
    raise ValueError(constant)


def single(value: float) -> float:
    """A number of single precision, as the one that is written with fewest digits."""
    value = _as_single(value)
    for digits in range(6, 9):
        shown = float(f"{value:.{digits}g}")
        if _as_single(shown) == value:
            return shown
    return value


def _as_single(value: float) -> float:
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return float("inf")


def day(text: str) -> date | Unreadable:
    """A date as warehouses write it: `2026-01-31`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return FAR_DATE


def clock(text: str) -> time | str | Unreadable:
    """A time of day: `06:15:00.5`; the end of a day, `24:00:00`, stays a text."""
    found = re.fullmatch(r"(\d\d:\d\d:\d\d)(?:\.(\d{1,6})0*)?([+-].+)?", text)
    if found is None:
        return FINE_TIME
    whole, fraction, zone = found.groups()
    if zone and len(zone) == len("+00"):
        zone += ":00"
    shown = f"{whole}.{(fraction or '').ljust(6, '0')}{zone or ''}"
    try:
        return time.fromisoformat(shown)
    except ValueError:
        return text


def moment(text: str) -> datetime | Unreadable:
    """A day and a time, `2026-01-31 06:15:00.5`; with a zone, that moment in UTC."""
    zone = "+00:00" if text.endswith("+00") else ""
    usual = text[: -len("+00")] if zone else text
    if len(usual) in _USUAL_LENGTHS:
        try:
            return datetime.fromisoformat(usual + zone)
        except ValueError:
            pass
    return _unusual_moment(text)


def _unusual_moment(text: str) -> datetime | Unreadable:
    found = _MOMENT.fullmatch(text)
    if found is None:
        is_fine = bool(re.fullmatch(r"\d{4}-\d\d-\d\d[ T][\d:]+\.\d{7,}.*", text))
        return FINE_TIME if is_fine else FAR_DATE
    days, clock, fraction, utc, hours, minutes = found.groups()
    zone = "+00:00" if utc else f"{hours}{minutes or ':00'}" if hours else ""
    shown = f"{days}T{clock}.{(fraction or '').ljust(6, '0')}{zone}"
    try:
        read = datetime.fromisoformat(shown)
        return read.astimezone(timezone.utc) if zone else read
    except (ValueError, OverflowError):
        return FAR_DATE


def duration(months: int, days: int, microseconds: int) -> str:
    """An interval as an ISO 8601 duration: `P1Y2M3DT4H5M6.7S`.

    Months, days and the time of a day stay apart, since none is so many of another. A
    sign stands before the whole, or before each number where they differ.
    """
    years, months = _parted(months, 12)
    minutes, microseconds = _parted(microseconds, 60_000_000)
    hours, minutes = _parted(minutes, 60)
    parts = [years, months, days, hours, minutes, microseconds]
    sign = "-" if max(parts) <= 0 and min(parts) < 0 else ""
    if sign:
        parts = [-part for part in parts]
    years, months, days, hours, minutes, microseconds = parts
    seconds = format(Decimal(microseconds) / 1_000_000, "f") if microseconds else 0
    date_part = _units(((years, "Y"), (months, "M"), (days, "D")))
    time_part = _units(((hours, "H"), (minutes, "M"), (seconds, "S")))
    if not date_part and not time_part:
        return "PT0S"
    return f"{sign}P{date_part}" + (f"T{time_part}" if time_part else "")


def _parted(number: int, size: int) -> tuple[int, int]:
    """Whole units and the rest, both with the number's sign."""
    whole, rest = divmod(abs(number), size)
    return (whole, rest) if number >= 0 else (-whole, -rest)


def _units(parts: tuple[tuple[Any, str], ...]) -> str:
    return "".join(f"{number}{unit}" for number, unit in parts if number)


def iso_interval(text: str) -> str | Unreadable:
    """An interval as PostgreSQL's style `iso_8601` has it: `P1Y2M3DT-4H-5M-6.7S`."""
    found = _DURATION.fullmatch(text)
    if found is None:
        return FAR_INTERVAL
    years, months, weeks, days, hours, minutes = map(_whole, found.groups()[:6])
    seconds = _micros(*found.groups()[6:])
    return duration(
        years * 12 + months,
        weeks * 7 + days,
        (hours * 60 + minutes) * 60_000_000 + seconds,
    )


def spelled_interval(text: str) -> str | Unreadable:
    """An interval as DuckDB writes it: `1 year 2 months 3 days -04:05:06.7`."""
    found = _SPELLED_OUT.fullmatch(text)
    if found is None:
        return FAR_INTERVAL
    years, months, days = map(_whole, found.groups()[:3])
    return duration(years * 12 + months, days, _clock(*found.groups()[3:]))


def canonical_interval(text: str) -> str | Unreadable:
    """An interval as BigQuery writes it: `1-2 3 -4:5:6.000007`."""
    found = _CANONICAL.fullmatch(text)
    if found is None:
        return FAR_INTERVAL
    sign, years, months, days, *clock = found.groups()
    whole = _whole(years) * 12 + _whole(months)
    return duration(-whole if sign == "-" else whole, _whole(days), _clock(*clock))


def _clock(
    sign: str | None,
    hours: str | None,
    minutes: str | None,
    seconds: str | None,
    fraction: str | None,
) -> int:
    whole = (_whole(hours) * 60 + _whole(minutes)) * 60 + _whole(seconds)
    return _micros(sign, whole, fraction)


def _whole(text: str | None) -> int:
    return int(text or 0)


def _micros(sign: str | None, seconds: str | int | None, fraction: str | None) -> int:
    found = int(seconds or 0) * 1_000_000 + _whole((fraction or "").ljust(6, "0"))
    return -found if sign == "-" else found
