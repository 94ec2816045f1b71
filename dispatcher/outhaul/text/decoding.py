"""One text in all the readings that it may have, each with its way back.

A vendor repeats what it was sent as it likes: escaped for JSON, HTML or a URL, in
base64, several of these in turn, wrapped and cut. Who looks for something in such a
text looks at every reading, and finds where it stands in the text as it came.
"""

from __future__ import annotations

import base64
import functools
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)")
"""Sequences that a terminal would obey."""

INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Control, format (also those that turn the direction of text round), surrogate,
and the two separators that count as line breaks."""

# A text that is escaped more often is not escaped by accident.
_MOST_LEVELS = 4
# Each one multiplies the readings of a text.
_MOST_PACKINGS = 2

_ESCAPED = re.compile(
    r"\\[uU][dD][89abAB][0-9a-fA-F]{2}\\[uU][dD][c-fC-F][0-9a-fA-F]{2}"
    r"|\\u[0-9a-fA-F]{4}"
    r"|\\x[0-9a-fA-F]{2}"
    r"""|\\[/"'\\bfnrt]"""
    r"|(?:%[0-9a-fA-F]{2})+"
    r"|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
)
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_PACKED = re.compile(r"[A-Za-z0-9+/_-]{8,}(?:\r?\n[ \t]*[A-Za-z0-9+/_-]+)*")
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{12,}")
_FOR_URLS = str.maketrans("-_", "+/")


class Reading(NamedTuple):
    """A text, and from where to where each character stands in the text as it came."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    @classmethod
    def of(cls, text: str) -> Reading:
        """The text as it came."""
        return cls(text, range(len(text)), range(1, len(text) + 1))

    def part(self, positions: Sequence[int]) -> Reading:
        """These characters alone."""
        return Reading(
            "".join([self.text[i] for i in positions]),
            [self.starts[i] for i in positions],
            [self.ends[i] for i in positions],
        )

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters start … end-1 stand in the text as it came."""
        return self.starts[start], self.ends[end - 1]


def readings(text: str) -> Iterator[Reading]:
    """The text, and what it says unescaped once, twice and three times."""
    yield from _levels(Reading.of(text))


def all_readings(text: str) -> Iterator[Reading]:
    """As `readings`, with what is packed in base64 or hexadecimal digits."""
    yield from _all_readings(Reading.of(text), _MOST_PACKINGS)


def compact(reading: Reading) -> Reading:
    """Without what a wrapped or coloured text has more, and without case."""
    text = reading.text
    gone: set[int] = set()
    for match in ESCAPES.finditer(text) if "\x1b" in text else ():
        gone.update(range(*match.span()))
    kept = [i for i, c in enumerate(text) if _folded(c) and i not in gone]
    part = reading.part(kept)
    return part._replace(text="".join(map(_folded, part.text)))


def replaced(text: str, spans: Iterable[tuple[int, int]], by: str) -> str:
    """The text with each span replaced; those with nothing to see between are one."""
    parts: list[str] = []
    end = 0
    for start, stop in sorted(spans):
        between = text[end:start]
        if start > end and (not parts or any(map(_folded, between))):
            parts += [between, by]
        elif not parts:
            parts.append(by)
        end = max(end, stop)
    return "".join(parts) + text[end:]


def _levels(reading: Reading) -> Iterator[Reading]:
    yield reading
    for _ in range(_MOST_LEVELS - 1):
        following = _unescaped(reading)
        if following is None:
            return
        yield following
        reading = following


def _all_readings(reading: Reading, packings: int) -> Iterator[Reading]:
    for level in _levels(reading):
        yield level
        if packings:
            for inside in _unpacked(level):
                yield from _all_readings(inside, packings - 1)


def _unescaped(reading: Reading) -> Reading | None:
    """One level of escapes less; None where there are none."""
    text, end = reading.text, 0
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _ESCAPED.finditer(text):
        start, stop = match.span()
        shown = _meaning(match[0])
        if shown is None:
            continue
        parts += [text[end:start], shown]
        starts += reading.starts[end:start]
        ends += reading.ends[end:start]
        # Of several bytes in percent signs any may be the one that is looked for.
        width = 3 if match[0][0] == "%" and len(shown) * 3 == stop - start else 0
        for i in range(len(shown)):
            first = start + i * width
            starts.append(reading.starts[first])
            ends.append(reading.ends[first + 2 if width else stop - 1])
        end = stop
    if not parts:
        return None
    parts.append(text[end:])
    starts += reading.starts[end:]
    ends += reading.ends[end:]
    return Reading("".join(parts), starts, ends)


def _meaning(escaped: str) -> str | None:
    if escaped[0] == "%":
        data = bytes.fromhex(escaped.replace("%", ""))
        try:
            return data.decode()
        except UnicodeDecodeError:
            return data.decode("latin-1")
    if escaped[0] == "&":
        shown = html.unescape(escaped)
        return None if shown == escaped else shown
    if len(escaped) == 2:
        return _LETTERS.get(escaped[1], escaped[1])
    units = [int(unit, 16) for unit in re.findall(r"[uUx]([0-9a-fA-F]+)", escaped)]
    if len(units) == 2:
        return chr(0x10000 + ((units[0] - 0xD800) << 10) + (units[1] - 0xDC00))
    return chr(units[0])


def _unpacked(reading: Reading) -> Iterator[Reading]:
    """What runs of base64 and of hexadecimal digits hold, wherever they begin.

    A run may be cut at both ends, so each way to divide it is tried.
    """
    for match in _PACKED.finditer(reading.text):
        if _is_word(match[0]):
            continue
        kept = [i for i in range(*match.span()) if not reading.text[i].isspace()]
        run = reading.part(kept)
        letters = run.text.translate(_FOR_URLS)
        for first in range(4):
            yield _divided(run, letters, first)
    for match in _HEXADECIMAL.finditer(reading.text):
        for first in range(match.start(), match.start() + 2):
            count = (match.end() - first) // 2
            data = bytes.fromhex(reading.text[first : first + 2 * count])
            yield Reading(
                data.decode("latin-1"),
                reading.starts[first : first + 2 * count : 2],
                reading.ends[first + 1 : first + 2 * count : 2],
            )


def _divided(run: Reading, letters: str, first: int) -> Reading:
    """Base64 from a letter on: three bytes of four letters, as many as there are."""
    rest = letters[first:]
    usable = len(rest) - (len(rest) % 4 == 1)
    data = base64.b64decode(rest[:usable] + "=" * (-usable % 4))
    places = [first + byte // 3 * 4 + byte % 3 for byte in range(len(data))]
    return Reading(
        data.decode("latin-1"),
        [run.starts[place] for place in places],
        [run.ends[place + 1] for place in places],
    )


def _is_word(run: str) -> bool:
    """Base64 of anything has digits, or capitals in the middle."""
    return run.isalpha() and (run.islower() or run.isupper() or run.istitle())


@functools.lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    """The character in lower case; nothing for one that does not show."""
    if character.isspace() or unicodedata.category(character) in INVISIBLE:
        return ""
    lower = character.lower()
    return lower if len(lower) == 1 else character
