"""Numbers and moments in words, as the page and its charts show them."""

from __future__ import annotations

from datetime import datetime

_STEPS = ((1e18, "e18"), (1e15, "e15"), (1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


def count(number: float | None) -> str:
    """`1,234,567`; a dash where nothing is known."""
    return "–" if number is None else f"{number:,.0f}"


def short(number: float) -> str:
    """Three digits that count: `950`, `1.25k`, `45M`.

    >>> short(999), short(1_249), short(999_960), short(45_000_000), short(2e16)
    ('999', '1.25k', '1M', '45M', '20e15')
    """
    for unit, word in _STEPS:
        # what would be rounded to 1000 of a unit is 1 of the next one
        if number >= max(unit * 0.9995, 1000):
            return f"{number / unit:.3g}{word}"
    return f"{number:.3g}"


def percent(share: float | None) -> str:
    """`12 %`; what is neither nothing nor all never looks like it.

    >>> percent(0.123), percent(0.0), percent(0.0004), percent(0.9999), percent(None)
    ('12 %', '0 %', '<0.1 %', '>99 %', '–')
    """
    if share is None:
        return "–"
    if 0 < share < 0.001:
        return "<0.1 %"
    if 0.99 < share < 1:
        return ">99 %"
    digits = 1 if 0 < share < 0.0995 else 0
    return f"{share * 100:.{digits}f} %"


def moment(time: datetime | None) -> str:
    """`2026-11-22 06:37`; the page says that all times are in UTC."""
    return "–" if time is None else f"{time:%Y-%m-%d %H:%M}"
