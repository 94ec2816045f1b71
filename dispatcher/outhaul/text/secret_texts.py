"""The secrets of an account, and where a text gives one of them away.

What counts is any stretch of a secret that is long enough to be worth something:
so a secret is also found where it is cut, wrapped, or one line of many, in whatever
way it is escaped or packed (`decoding`).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from outhaul.text.decoding import Reading, all_readings, compact, readings, replaced

MASK = "***"

# Shorter secrets are masked by their field alone: replacing one or two
# characters everywhere would garble the text and give the secret away.
_SHORTEST_SECRET = 4
# Tokens of a log-in last for minutes, signatures for one request.
_MOST_PASSING = 32

_FRAME = re.compile(r"-----[^-\n]{1,64}-----")
_TELLING = re.compile(r"secret|token|password|private_key$|api_?key", re.IGNORECASE)


class Secrets:
    """Texts that must not be shown, and what else would give them away.

    It grows while an account is used: `add` keeps the last few tokens and
    signatures. It may be shared by threads.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts = tuple(dict.fromkeys(text for text in texts if text))
        self._passing: deque[str] = deque(maxlen=_MOST_PASSING)
        self._stretches: dict[int, set[str]] | None = None
        self._lock = threading.Lock()

    @classmethod
    def of(cls, texts: Iterable[str]) -> Secrets:
        """These texts, where they are no `Secrets` already."""
        return texts if isinstance(texts, Secrets) else cls(texts)

    def __iter__(self) -> Iterator[str]:
        return iter((*self._texts, *self._passing))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(list(self))})"

    def add(self, texts: Iterable[str]) -> None:
        """From now on these are secret as well."""
        with self._lock:
            for text in texts:
                if text and text not in self._texts and text not in self._passing:
                    self._passing.append(text)
                    self._stretches = None

    def hide(self, text: str) -> str:
        """The text with `***` for each stretch of a secret."""
        spans = list(self._spans(text))
        return replaced(text, spans, MASK) if spans else text

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        stretches = self._known()
        if not stretches:
            return
        for reading in all_readings(text):
            plain = compact(reading)
            for size, known in stretches.items():
                yield from _found(plain, size, known)

    def _known(self) -> dict[int, set[str]]:
        """Stretches by their length; a text that holds one gives a secret away."""
        with self._lock:
            if self._stretches is None:
                self._stretches = {}
                for secret in self:
                    for part, is_whole in _parts(secret):
                        _add_stretches(self._stretches, part, is_whole)
            return self._stretches


def _found(reading: Reading, size: int, known: set[str]) -> Iterator[tuple[int, int]]:
    text = reading.text
    for start in range(len(text) - size + 1):
        if text[start : start + size] in known:
            yield reading.span(start, start + size)


def _add_stretches(found: dict[int, set[str]], part: str, is_whole: bool) -> None:
    """All stretches of a part, however it is written; is_whole: itself alone."""
    for written in _writings(part):
        length = len(written)
        if length < _SHORTEST_SECRET:
            continue
        size = length if is_whole else _telling_length(length)
        known = found.setdefault(size, set())
        known.update(written[i : i + size] for i in range(length - size + 1))


def _telling_length(length: int) -> int:
    """How many characters in a row of a secret of this length give too much away."""
    if length < 8:
        return length
    return 6 if length < 16 else 8


def _writings(part: str) -> set[str]:
    """A part as texts may hold it when all that can be decoded of them is."""
    found = {reading.text for reading in readings(part)}
    found |= {"+".join(text.split(" ")) for text in found}
    # What is unpacked is read byte by byte.
    found |= {t.encode("utf-8", "surrogatepass").decode("latin-1") for t in found}
    return {compact(Reading.of(text)).text for text in found}


def _parts(secret: str) -> Iterator[tuple[str, bool]]:
    """A secret and what is secret in it; true: only the whole of it tells.

    `Bearer X` is known by X, `user:password` by the password, an address by its
    user, password and query, a private key by its lines, JSON by what is called a
    secret or key there.
    """
    words = secret.split()
    has_scheme = len(words) == 2 and words[0].isalpha()
    is_framed = bool(_FRAME.search(secret)) or secret.lstrip()[:1] == "{"
    is_address = "://" in secret
    yield secret, has_scheme or is_framed or is_address
    if has_scheme:
        yield words[1], False
        yield from _after_colon(words[1])
        yield from _after_colon(_unpacked(words[1]))
    if is_framed:
        yield from ((text, False) for text in _told_in_json(secret))
        yield from _lines(secret)
    elif is_address:
        yield from ((text, False) for text in _told_in_address(secret))
    else:
        yield from _after_colon(secret)
        for pair in re.split(r"[\s;,&]+", secret):
            yield from ((pair.partition("=")[2].rstrip("="), False),)


def _lines(secret: str) -> Iterator[tuple[str, bool]]:
    """The lines of a private key, together: also where its breaks are lost."""
    if _FRAME.search(secret):
        yield _FRAME.sub("", secret.replace("\\n", "\n")), False


def _after_colon(text: str) -> Iterator[tuple[str, bool]]:
    if ":" in text:
        yield text.partition(":")[2], False


def _unpacked(word: str) -> str:
    """What an `Authorization: Basic …` holds, or nothing."""
    try:
        return base64.b64decode(word, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def _told_in_address(secret: str) -> Iterator[str]:
    try:
        parts = urlsplit(secret)
    except ValueError:
        return
    for text in (parts.username, parts.password):
        yield unquote(text or "")
    for _, value in parse_qsl(parts.query):
        yield value
    yield parts.fragment
    yield from (unquote(each) for each in parts.path.split("/") if len(each) >= 8)


def _told_in_json(secret: str) -> Iterator[str]:
    try:
        waiting: list[Any] = [json.loads(secret)]
    except (ValueError, RecursionError):
        return
    while waiting:
        item = waiting.pop()
        if isinstance(item, Mapping):
            for name, value in item.items():
                if isinstance(value, str) and _TELLING.search(str(name)):
                    # An address where a token is to be had is not one.
                    yield "" if "://" in value else _FRAME.sub("", value)
                else:
                    waiting.append(value)
        elif isinstance(item, list):
            waiting += item


def secret_parts_of_address(text: str) -> Iterator[str]:
    """The password and the query of an address that is not a secret as a whole."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return
    if "://" in text:
        yield unquote(parts.password or "")
        yield from (value for _, value in parse_qsl(parts.query))
