"""What may be shown of text and values that are not ours.

A vendor's answer can repeat a credential or hold personal data of anybody.
`excerpt` is the only way that such text becomes part of a message, and
`mask_value` the only way that a row's value becomes part of a plan.
"""

from __future__ import annotations

import base64
import html
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "***"
LONGEST_EXCERPT = 300

# Text beyond this is cut before it is searched, so that an answer of many
# megabytes costs no time. It is far more than an excerpt needs.
_LONGEST_INPUT = 20_000

# Shorter secrets are masked by their field alone: replacing one or two
# characters everywhere would garble the text and give the secret away.
_SHORTEST_SECRET = 4

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)")
_EMAIL = re.compile(
    r"[^\s\"'<>(),;:=/?&|@][^\s\"<>(),;:=/?&|@]{0,255}"
    r"(?:@|%40)[^\s\"'<>(),;:=/?&|]{1,256}"
)
_PHONE = re.compile(r"\+?\d(?:[\s().-]{0,2}\d){6,}")


def excerpt(text: str | bytes | None, secrets: Iterable[str] = ()) -> str:
    """One line of at most 300 characters without secrets and personal data.

    E-mail addresses, runs of seven and more digits and the given secrets (also
    URL-encoded, in base64 and escaped for JSON or HTML) become `***`. Control
    characters, terminal escapes and line breaks become spaces.
    """
    if text is None:
        return ""
    if isinstance(text, bytes):
        text = text[:_LONGEST_INPUT].decode("utf-8", "replace")
    pattern = _secret_pattern(secrets)
    # Twice: a secret may hold escapes itself, and others may be strewn into one.
    text = pattern.sub(MASK, text[:_LONGEST_INPUT]) if pattern else text
    text = _one_line(text[:_LONGEST_INPUT])
    text = pattern.sub(MASK, text) if pattern else text
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


def _one_line(text: str) -> str:
    shown = (
        character if unicodedata.category(character) not in _INVISIBLE else ""
        for character in " ".join(_ESCAPES.sub("", text).split())
    )
    return " ".join("".join(shown).split())


# Control, format (also those that turn the direction of text round), surrogate,
# and the two separators that count as line breaks.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def _secret_pattern(secrets: Iterable[str]) -> re.Pattern[str] | None:
    forms = {
        form
        for secret in secrets
        if secret and len(secret) >= _SHORTEST_SECRET
        for form in _forms(secret)
    }
    if not forms:
        return None
    longest_first = sorted(forms, key=len, reverse=True)
    # White space between any two characters: long texts come wrapped.
    patterns = (r"\s*".join(map(re.escape, form)) for form in longest_first)
    return re.compile("|".join(patterns), re.IGNORECASE)


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield _one_line(secret) or secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield html.escape(secret)
    data = secret.encode("utf-8", "surrogatepass")
    yield quote(data, safe="")
    yield quote(data)
    yield quote_plus(data)
    yield from _base64_forms(data)


def _base64_forms(data: bytes) -> Iterator[str]:
    """The part of a base64 text that is the same whatever stands around `data`."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + data)
        start = (0, 2, 3)[before]
        end = len(encoded) - (0, 3, 2)[(before + len(data)) % 3]
        stable = encoded[start:end].decode()
        if len(stable) >= _SHORTEST_SECRET:
            yield stable
            yield stable.replace("+", "-").replace("/", "_")
