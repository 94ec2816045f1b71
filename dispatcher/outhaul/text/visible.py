"""Characters that a terminal would obey or not show, written out.

Keys of rows, reasons and names come from whoever may write to the warehouse. What
they hold must not move the cursor, colour what follows or pass for a line of ours.
"""

from __future__ import annotations

import re
import unicodedata

from outhaul.text.decoding import INVISIBLE

_NAMES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "\\x1b"}
# They join letters of Persian and parts of emoji, and do nothing else.
_JOINERS = "\u200c\u200d"
_UNUSUAL = re.compile(r"[^ -~]")


def visible(text: str, keep: str = "") -> str:
    r"""The text with control and format characters written out; `keep`: but these.

    >>> visible("a\x1b[31mb\nc")
    'a\\x1b[31mb\\nc'
    """
    return _UNUSUAL.sub(lambda match: _shown(match[0], keep), text)


def visible_json(text: str) -> str:
    """JSON with what JSON itself does not escape: it says the same afterwards."""
    return _UNUSUAL.sub(
        lambda match: match[0] if match[0] == "\n" else _in_json(match[0]), text
    )


def _shown(character: str, keep: str) -> str:
    if character in keep or not _is_hidden(character):
        return character
    number = ord(character)
    if character in _NAMES:
        return _NAMES[character]
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _in_json(character: str) -> str:
    if not _is_hidden(character):
        return character
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def _is_hidden(character: str) -> bool:
    return character not in _JOINERS and unicodedata.category(character) in INVISIBLE
