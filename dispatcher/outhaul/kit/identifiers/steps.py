"""The steps that bring spellings of one identifier to the same text, by their names.

Each changes only what its tables name, since warehouses differ in what is a letter or a
mark; the macros have the same tables.
"""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Callable, Mapping

# Latin, Greek and Cyrillic: letters of which each has one small letter.
UPPER = (
    string.ascii_uppercase
    + "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞŸĀĂĄĆĈĊČĎĐĒĔĖĘĚĜĞĠĢĤĦĨĪĬĮĴĶĹĻĽĿŁŃŅŇŊŌŎŐŒŔŖŘŚŜŞŠŢŤŦ"
    "ŨŪŬŮŰŲŴŶŹŻŽȘȚΆΈΉΊΌΎΏΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΪΫАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЀЁ"
    "ЂЃЄЅІЇЈЉЊЋЌЍЎЏҐ"
)
LOWER = UPPER.lower()
MARKS = " " + string.punctuation + string.digits + "\u00a0¡¿·´¨«»‐‑–—‘’‚“”„…ʼ"
"""What is neither a letter nor a part of one."""

_LOWER_CASE = str.maketrans(UPPER, LOWER)
_NO_MARKS = str.maketrans("", "", MARKS)
_NO_GAPS = str.maketrans("", "", " -")
_US_EXTENSION = re.compile(r"([0-9]{5})-[0-9]{4}")
_A_TO_Z = re.compile("[^a-z]")
_DIGITS = re.compile("[^0-9]")
_OF_GOOGLE = ("gmail.com", "googlemail.com")


def lower(text: str) -> str:
    """Small letters; others than those of the table stay as they are."""
    return text.translate(_LOWER_CASE)


def letters(text: str) -> str:
    """Without spaces, punctuation and digits."""
    return text.translate(_NO_MARKS)


def a_to_z(text: str) -> str:
    """Nothing but these letters."""
    return _A_TO_Z.sub("", text)


def digits(text: str) -> str:
    """Nothing but 0 to 9."""
    return _DIGITS.sub("", text)


def compact(text: str) -> str:
    """Without spaces and hyphens."""
    return text.translate(_NO_GAPS)


def five_digits(text: str) -> str:
    """Of a US postal code with its extension (ZIP+4), the code."""
    found = _US_EXTENSION.fullmatch(text)
    return found[1] if found else text


def initial(text: str) -> str:
    """The first letter."""
    return text[:1]


def bare(address: str) -> str:
    """An address without dots before the @, and without what follows a + there."""
    local, _, domain = address.partition("@")
    return f"{local.partition('+')[0].replace('.', '')}@{domain}"


def gmail(address: str) -> str:
    """`bare` for addresses of Google, to which these make no difference."""
    return bare(address) if address.rpartition("@")[2] in _OF_GOOGLE else address


def sha256(text: str) -> str:
    """64 hexadecimal digits, of the text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


STEPS: Mapping[str, Callable[[str], str]] = {
    step.__name__: step
    for step in (
        lower,
        letters,
        a_to_z,
        digits,
        compact,
        five_digits,
        initial,
        bare,
        gmail,
        sha256,
    )
}
