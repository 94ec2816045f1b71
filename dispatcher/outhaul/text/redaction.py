"""What may be shown of text and values that are not ours.

A vendor's answer can repeat a credential or hold personal data of anybody.
`excerpt` is the only way that such text becomes part of a message, and
`mask_value` the only way that a row's value becomes part of a plan.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from outhaul.text.decoding import ESCAPES, INVISIBLE
from outhaul.text.secret_texts import MASK, Secrets

LONGEST_EXCERPT = 300
"""Characters: enough for what a vendor says, and a few lines of a terminal."""

# Text beyond this is cut before it is searched, so that an answer of many
# megabytes costs no time. It is far more than an excerpt needs.
_LONGEST_INPUT = 8_000

_EMAIL = re.compile(
    r"[^\s\"'<>(),;:=/?&|@][^\s\"<>(),;:=/?&|@]{0,255}"
    r"(?:@|%40)[^\s\"'<>(),;:=/?&|]{1,256}"
)
_PHONE = re.compile(r"\+?\d(?:[\s().-]{0,2}\d){6,}")


def excerpt(text: str | bytes | None, secrets: Iterable[str] = ()) -> str:
    """One line of at most 300 characters without secrets and personal data.

    E-mail addresses, runs of seven and more digits and the given secrets (and parts
    of them, however they are written: see `Secrets`) become `***`. Control
    characters, terminal escapes and line breaks become spaces.
    """
    if text is None:
        return ""
    if isinstance(text, bytes):
        text = text[:_LONGEST_INPUT].decode("utf-8", "replace")
    text = one_line(Secrets.of(secrets).hide(text[:_LONGEST_INPUT]))
    text = _PHONE.sub(MASK, _EMAIL.sub(MASK, text))
    if len(text) > LONGEST_EXCERPT:
        return text[: LONGEST_EXCERPT - 1] + "…"
    return text


def mask_value(value: Any) -> Any:
    """A value for the sample of a plan: its type stays recognisable, no more.

    `ann@example.com` becomes `a***@example.com`, `Ann` becomes `A***`, every
    number `***`; lists and dicts keep their shape, booleans and null stay.
    """
    if value is None or isinstance(value, bool) or value == "":
        return value
    if isinstance(value, str):
        return _mask_text(value)
    if isinstance(value, datetime):
        return "****-**-**T**:**:**"
    if isinstance(value, date):
        return "****-**-**"
    if isinstance(value, time):
        return "**:**:**"
    if isinstance(value, (float, Decimal)):
        return "***.**"
    if isinstance(value, dict):
        return {key: mask_value(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask_value(inner) for inner in value]
    return MASK


def _mask_text(value: str) -> str:
    value = value.strip()
    local, at, domain = value.rpartition("@")
    if at and local and value.isprintable() and " " not in value:
        return _first_letter(local) + MASK + at + domain
    return _first_letter(value) + MASK


def _first_letter(value: str) -> str:
    return value[:1] if value[:1].isalpha() else ""


def one_line(text: str) -> str:
    """The text without line breaks, control characters and terminal escapes."""
    shown = (
        character if unicodedata.category(character) not in INVISIBLE else ""
        for character in " ".join(ESCAPES.sub("", text).split())
    )
    return " ".join("".join(shown).split())
