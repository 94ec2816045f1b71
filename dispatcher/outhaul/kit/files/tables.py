"""Rows as lines of a file: separated values or JSON.

Separated values follow RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180): a value
stands in quotes where it holds a separator, a quote or a line break, and a quote
in it is doubled. A null is an empty cell without quotes, an empty text has them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

import orjson

from outhaul.errors import RowRefused
from outhaul.kit import columns, values
from outhaul.kit.columns import Values, as_json, for_json, records
from outhaul.kit.service import OneByOne

ENCODINGS = {
    "utf-8": ("utf-8", b""),
    "utf-8-bom": ("utf-8", b"\xef\xbb\xbf"),
    "utf-16": ("utf-16-le", b"\xff\xfe"),
    "iso-8859-1": ("iso-8859-1", b""),
    "windows-1252": ("windows-1252", b""),
}
"""What a user writes: the codec, and what a file begins with."""

# What a spreadsheet runs, where a cell or a line of one begins with it, and what may
# stand before it: spaces of all kinds, and marks of no width. `|` and `%` are run
# by programs that older spreadsheets hand them to.
_FORMULA = r"[=+\-@|%＝＋－＠｜％]"
_ENDS = r"\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
_UNSEEN = rf"(?:[^\S{_ENDS}]|[\xad\u180e\u200b-\u200f\u2060\ufeff])"
_FORMULAS = re.compile(
    rf"(?:\A|\x00|[{_ENDS}])(?={_UNSEEN}*{_FORMULA})|(?:\A|\x00)(?=[\t\r\n])"
)
_BREAKS = str.maketrans(dict.fromkeys("\r\n\t\x0b\x0c\x85\u2028\u2029", " "))
_BREAK = re.compile("[" + "".join(map(chr, _BREAKS)) + "]")
_ISO_DATE = "%Y-%m-%d"
# Stands in no text that is sent.
_BETWEEN = "\x00"
# Types of which a text needs no change but quotes.
_PLAIN = frozenset({int, float, Decimal, date})


@dataclass(frozen=True)
class Separated:
    """How separated values are written.

    formulas: what a text becomes that a spreadsheet would run: `machine` leaves it
    as it is, `spreadsheet` puts `'` before it, `reject` refuses the row. quote_all:
    quote every cell, nulls too. flatten: line breaks and tabs become a space.
    """

    separator: str = ","
    quote_all: bool = False
    line_end: str = "\r\n"
    encoding: str = "utf-8"
    formulas: str = "machine"
    null: str = ""
    flatten: bool = False
    date_format: str = _ISO_DATE
    timestamp_format: str = "%Y-%m-%dT%H:%M:%SZ"
    booleans: tuple[str, str] = ("false", "true")

    @property
    def start(self) -> bytes:
        """What a file begins with."""
        return ENCODINGS[self.encoding][1]

    def line(self, cells: Sequence[tuple[str, Any]]) -> bytes:
        """One line of fields with their values. Raises RowRefused."""
        text = self.separator.join([self._cell(*cell) for cell in cells])
        if "\x00" not in text:
            try:
                return (text + self.line_end).encode(self._codec)
            except UnicodeEncodeError:
                pass
        for field, value in cells:
            values.text(field, value)  # names the field, where it is the value's fault
        raise RowRefused(
            "encoding", f"a value has characters that {self.encoding} cannot hold"
        )

    def lines(self, columns: Sequence[tuple[str, Values]]) -> list[bytes]:
        """The lines of fields with the values of many rows. Raises OneByOne."""
        if _BETWEEN in self.separator + self.null:
            raise OneByOne
        cells = [self._cells(field, column) for field, column in columns]
        codec, end = self._codec, self.line_end
        try:
            return [
                (text + end).encode(codec)
                for text in map(self.separator.join, zip(*cells, strict=True))
            ]
        except UnicodeEncodeError:
            raise OneByOne from None

    def header(self, fields: Sequence[str]) -> bytes:
        """The first line, with the names of the fields."""
        return self.line([("a column's name", field) for field in fields])

    def _cell(self, field: str, value: Any) -> str:
        if value is None:
            return self._quoted(self.null) if self.quote_all else self.null
        kind = type(value)
        if kind is str:
            text = str(value).translate(_BREAKS) if self.flatten else str(value)
            if self.formulas != "machine":
                text = self._defused(field, text)
        else:
            text = str(value) if kind is int else self._text(field, value)
        if self.quote_all or text == self.null or self._special.search(text):
            return self._quoted(text)
        return text

    def _cells(self, field: str, column: Values) -> Sequence[str]:
        """The cells of a column, together where no value needs a look of its own."""
        shown = self._shown(column)
        if shown is None:
            try:
                return [self._cell(field, value) for value in column]
            except RowRefused:
                raise OneByOne from None
        present = [text for text in shown if text is not None]
        joined = _BETWEEN.join(present)
        if self.quote_all:
            if '"' in joined:
                return [self._quoted(self.null if t is None else t) for t in shown]
            return [f'"{self.null if text is None else text}"' for text in shown]
        if self.null in present or self._special_in_any.search(joined):
            search, null = self._special.search, self.null
            return [
                null
                if text is None
                else self._quoted(text)
                if text == null or search(text)
                else text
                for text in shown
            ]
        if len(present) == len(shown):
            return shown
        return [self.null if text is None else text for text in shown]

    def _shown(self, column: Values) -> Values | None:
        """Values as texts before they are quoted; None where some must be changed."""
        kinds = set(map(type, column)) - {type(None)}
        if kinds <= {bool}:
            return [None if each is None else self.booleans[each] for each in column]
        if kinds == {datetime}:
            form = columns.is_to_the_second(self.timestamp_format)
            return columns.seconds(column, form[1], form[2]) if form else None
        if kinds == {date} and self.date_format != _ISO_DATE:
            return None
        shown = columns.texts(column)
        if kinds == {str}:
            joined = "".join(filter(None, shown))
            if self.flatten and _BREAK.search(joined):
                return None
            if self.formulas == "machine":
                return shown
            cells = _BETWEEN.join(filter(None, shown))
            return None if _FORMULAS.search(cells) else shown
        return shown if kinds <= _PLAIN else None

    def _text(self, field: str, value: Any) -> str:
        if isinstance(value, bool):
            return self.booleans[value]
        if isinstance(value, datetime):
            return _formatted(values.moment(field, value), self.timestamp_format)
        if isinstance(value, date):
            return _formatted(value, self.date_format)
        text = values.text(field, value)
        return text.translate(_BREAKS) if self.flatten else text

    def _defused(self, field: str, text: str) -> str:
        """The text with an apostrophe before each line that a spreadsheet would run."""
        if not _FORMULAS.search(text):
            return text
        if self.formulas == "reject":
            raise RowRefused("formula", f"'{field}' looks like a formula")
        return _FORMULAS.sub(lambda match: match[0] + "'", text)

    @cached_property
    def _special(self) -> re.Pattern[str]:
        """What must be quoted: also outer spaces, and what looks like a byte order
        mark where it comes first."""
        return re.compile(f'[{re.escape(self.separator)}"\r\n]|^[ \ufeff]| $')

    @cached_property
    def _special_in_any(self) -> re.Pattern[str]:
        """The same in texts that are joined by `_BETWEEN`."""
        return re.compile(
            f'[{re.escape(self.separator)}"\r\n\ufeff]'
            f"|(?:^|{_BETWEEN}) | (?:{_BETWEEN}|\\Z)"
        )

    @property
    def _codec(self) -> str:
        return ENCODINGS[self.encoding][0]

    def _quoted(self, text: str) -> str:
        return '"' + text.replace('"', '""') + '"'


@dataclass(frozen=True)
class JsonLines:
    """One JSON object a line, in UTF-8 (https://jsonlines.org)."""

    start: bytes = b""

    def line(self, cells: Sequence[tuple[str, Any]]) -> bytes:
        """One object. Raises RowRefused."""
        return values.json_object(dict(cells)) + b"\n"

    def lines(self, columns: Sequence[tuple[str, Values]]) -> list[bytes]:
        """The objects of many rows. Raises OneByOne."""
        fields = [field for field, _ in columns]
        rendered = [for_json(column) for _, column in columns]
        return as_json(records(fields, rendered), orjson.OPT_APPEND_NEWLINE)

    def header(self, fields: Sequence[str]) -> bytes:
        """Nothing: every line names its fields."""
        return b""


def _formatted(moment: date, notation: str) -> str:
    if notation == _ISO_DATE:
        return moment.isoformat()[:10]
    # `%Y` leaves out leading zeros on some platforms.
    return moment.strftime(notation.replace("%Y", f"{moment.year:04d}"))
