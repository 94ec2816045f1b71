"""Where a text repeats values of the rows that it is about.

A destination says "Jürgen Müller is not a name", and who reads logs and the ledger need
not know whom it means. Short values are found word by word, long ones by any few
words in a row; numbers of a few digits stay, since most are none of a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from outhaul.text.decoding import Reading, readings, replaced
from outhaul.text.secret_texts import MASK

_WORD = re.compile(r"[^\W_]+")
_CUT = re.compile(r"([^\W_]{3,})(?:…|\.\.\.)")
# Shorter ones stand in messages that are not about the row.
_SHORTEST_WORD = 3
_SHORTEST_NUMBER = 5
# A text of more words is prose, whose single words are nobody's.
_WORDS_OF_A_NAME = 5
_WORDS_IN_A_ROW = 3
_DATES = ("%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y%m%d")


class RowValues:
    """The values of some rows, to be masked in what is said of them."""

    def __init__(self, values: Iterable[Any]) -> None:
        self._words: set[str] = set()
        self._initials: set[str] = set()
        self._wholes: set[str] = set()
        self._runs: set[tuple[str, ...]] = set()
        for text in set(_texts(values)):
            self._add(text)

    def hide(self, text: str) -> str:
        """The text with `***` for each value."""
        spans: list[tuple[int, int]] = []
        for reading in readings(text):
            spans += self._spans(reading)
        return replaced(text, spans, MASK) if spans else text

    def _add(self, text: str) -> None:
        words = _WORD.findall(text)
        if text.isdecimal():
            if len(text) >= _SHORTEST_NUMBER:
                self._words.add(text)
            return
        if len(text) >= (_SHORTEST_WORD if text.isascii() else 2):
            self._wholes.add(text.casefold())
        if "@" in text:  # the domain is not a name, and may be the destination's own
            words = _WORD.findall(text.partition("@")[0])
        elif "://" in text:
            return
        folded = [word.casefold() for word in words]
        if len(words) > _WORDS_OF_A_NAME:
            for start in range(len(words) - _WORDS_IN_A_ROW + 1):
                self._runs.add(tuple(folded[start : start + _WORDS_IN_A_ROW]))
            return
        shortest = {True: _SHORTEST_NUMBER, False: _SHORTEST_WORD}
        self._words |= {w for w in folded if len(w) >= shortest[w.isdecimal()]}
        self._initials |= {w for w in words if len(w) == 2 and w[0].isupper()}

    def _spans(self, reading: Reading) -> Iterator[tuple[int, int]]:
        text = reading.text
        words = [(m.start(), m.end(), m[0]) for m in _WORD.finditer(text)]
        folded = [word.casefold() for _, _, word in words]
        for (start, end, word), each in zip(words, folded, strict=True):
            if each in self._words or word in self._initials:
                yield reading.span(start, end)
        if self._runs:
            for i in range(len(words) - _WORDS_IN_A_ROW + 1):
                if tuple(folded[i : i + _WORDS_IN_A_ROW]) in self._runs:
                    last = i + _WORDS_IN_A_ROW - 1
                    yield reading.span(words[i][0], words[last][1])
        yield from self._whole_spans(reading)
        for match in _CUT.finditer(text):
            cut = match[1].casefold()
            if any(word.startswith(cut) for word in self._words):
                yield reading.span(*match.span(1))

    def _whole_spans(self, reading: Reading) -> Iterator[tuple[int, int]]:
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in reading.text)
        for whole in self._wholes:
            at = lower.find(whole)
            while at >= 0:
                if _stands_alone(lower, at, at + len(whole)):
                    yield reading.span(at, at + len(whole))
                at = lower.find(whole, at + 1)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Not a part of a word; scripts without spaces have no words to be part of."""
    before = text[start - 1 : start] if start else ""
    return not (
        (before.isalnum() and before.isascii() and text[start].isascii())
        or (text[end : end + 1].isalnum() and text[end : end + 1].isascii())
        and text[end - 1].isascii()
    )


def _texts(values: Iterable[Any]) -> Iterator[str]:
    """Values as a text may show them; nested ones one by one."""
    for value in values:
        if value is None or isinstance(value, bool):
            continue
        if isinstance(value, Mapping):
            yield from _texts(value.values())
        elif isinstance(value, (list, tuple)):
            yield from _texts(value)
        elif isinstance(value, date):
            # Also of times, whose date alone can be a birthday.
            yield from (value.strftime(notation) for notation in _DATES)
        else:
            text = str(value).strip()
            if text:
                yield text
