"""What a file is called: the same name for the same rows, whenever it is sent.

A name tells the activation, the generation and the position of the file's first
row. After a lost answer or a crash the same rows get the same name, so that the
file replaces the one that may have arrived; no other file has this name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from string import Formatter

from outhaul.kit.service import Activation

_PLACEHOLDERS = {
    "activation": "the diff's name",
    "segment": "the segment's name",
    "date": "the day of the build in UTC, such as 20260131",
    "time": "the time of the build in UTC, such as 061500",
    "generation": "the number of the build",
    "chunk": "the position of the file's first row",
    "id": "activation, generation and chunk as one word of letters and digits",
}

_ALLOWED = re.compile(r"[A-Za-z0-9._+=,@-]+")
# File systems take 255; a temporary name and a suffix need the rest.
_LONGEST = 200


class FileNames:
    """Names after a pattern such as `{activation}_{generation}_{chunk}.csv`.

    words: further placeholders and what they stand for.
    """

    def __init__(
        self,
        pattern: str,
        activation: Activation,
        words: Mapping[str, str] | None = None,
    ) -> None:
        self._pattern = pattern
        self._activation = activation
        self._words = dict(words or {})

    def problem(self) -> str | None:
        """Why the pattern cannot be used, or None."""
        try:
            parts = [part[1:] for part in Formatter().parse(self._pattern)]
            used = {field for field, *_ in parts if field is not None}
            if any(spec or conversion for _, spec, conversion in parts):
                raise ValueError
            example = self.of(1) if used <= {*_PLACEHOLDERS, *self._words} else None
        except (ValueError, KeyError, IndexError, AttributeError):
            return (
                "is not a valid pattern: write placeholders such as {date}, and {{ for"
                " a brace"
            )
        if example is None:
            known = ", ".join(f"{{{name}}}" for name in (*_PLACEHOLDERS, *self._words))
            return f"has a placeholder that is not known; there are {known}"
        if "id" not in used and not {"activation", "generation", "chunk"} <= used:
            return (
                "must hold {id}, or {activation}, {generation} and {chunk}: else one"
                " file would replace another"
            )
        if not _ALLOWED.fullmatch(example) or example.startswith("."):
            return (
                "may lead to names of letters, digits and . _ + = , @ - alone, without"
                f" a folder and without a dot at the front, not to {example!r}"
            )
        return f"leads to names over {_LONGEST}" if len(example) > _LONGEST else None

    def of(self, first: int) -> str:
        """The name of the file whose first row has this position."""
        activation = self._activation
        return self._filled(
            generation=f"{activation.generation:06d}",
            chunk=f"{first:09d}",
            date=f"{activation.built_at:%Y%m%d}",
            time=f"{activation.built_at:%H%M%S}",
            id=f"{self._word()}{activation.generation:06d}{first:09d}",
        )

    def own(self) -> re.Pattern[str]:
        """Matches the names of all files of this activation, and no others."""
        digits = {"generation": r"\d{6,}", "chunk": r"\d{9,}", "id": r"\d{15,}"}
        marks = {name: f"\0{name}\0" for name in ("date", "time", *digits)}
        pattern = re.escape(self._filled(**marks))
        digits |= {"date": r"\d{8}", "time": r"\d{6}", "id": self._word() + r"\d{15,}"}
        for name, expression in digits.items():
            pattern = pattern.replace(re.escape(marks[name]), expression)
        return re.compile(pattern)

    def _filled(self, **values: str) -> str:
        activation = self._activation
        return self._pattern.format(
            activation=activation.name,
            segment=activation.segment,
            **values,
            **self._words,
        )

    def _word(self) -> str:
        named = f"{self._activation.destination}/{self._activation.name}"
        return hashlib.sha256(named.encode()).hexdigest()[:8]


def describe(words: Sequence[str] = ()) -> str:
    """The placeholders, for the help of a setting."""
    return ", ".join(f"`{{{name}}}`" for name in (*_PLACEHOLDERS, *words))
