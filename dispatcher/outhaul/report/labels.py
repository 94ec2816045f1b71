"""Texts that are not ours, as labels: without what a page must not hold, and cut."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable

_TURNING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def clean(text: str) -> str:
    """The text without characters that XML forbids or that turn the page round."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}"
        if unicodedata.category(character) in ("Cc", "Cs")
        or character in _TURNING
        or ord(character) & 0xFFFE == 0xFFFE
        else character
        for character in text
    )


def cut(text: str, columns: int) -> str:
    """The text in at most so many columns; names often differ at their ends."""
    text = clean(text)
    if columns_of(text) <= columns:
        return text
    behind = (columns - 1) // 3
    start = _fitting(text, columns - 1 - behind)
    return f"{start}…{_fitting(text[::-1], behind)[::-1]}"


def columns_of(text: str) -> int:
    """How wide a text is: 2 for the wide letters of East Asia, 1 for others."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def width_of(labels: Iterable[str], columns: int) -> float:
    """About how many pixels labels need, in whatever font the browser has."""
    longest = max(map(columns_of, labels), default=0)
    return 7.5 * min(longest, columns)


def _fitting(text: str, columns: int) -> str:
    total = itertools.accumulate(map(columns_of, text))
    return text[: sum(1 for each in total if each <= columns)]
