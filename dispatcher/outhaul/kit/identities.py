"""Which account a destination is, in words that hold no secret.

The ledger keeps them, so that rows which one account was sent are not taken for
delivered where another takes its place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import fields
from typing import Any
from urllib.parse import urlsplit

# 48 bits: too many for two keys to share by chance, too few to tell a key by.
_DIGITS = 12


def identity_of(account: Any, names: Iterable[str]) -> str:
    """The named settings of an account that are not empty, such as
    `base_url https://api.example.com, api_key #1f0a…`.
    """
    secrets = {each.name: each.metadata.get("secret") for each in fields(account)}
    parts = [account.type]
    for name in names:
        value = getattr(account, name)
        if value not in ("", None):
            shown = _digest(value) if secrets[name] else _shown(str(value))
            parts.append(f"{name} {shown}")
    return ", ".join(parts)


def _shown(value: str) -> str:
    """An address in one spelling; of its path, which may be a secret, a digest."""
    if not value.startswith(("http://", "https://")):
        return value
    parts = urlsplit(value)
    path = parts.path.rstrip("/")
    host = f"{parts.scheme}://{parts.netloc.lower()}"
    return f"{host}/{_digest(path)}" if path else host


def _digest(value: Any) -> str:
    """Tells long random texts apart, such as keys that a vendor gave out.

    A password that a person chose could be guessed from it: none is ever passed here.
    """
    named = f"outhaul account {value}"
    return "#" + hashlib.sha256(named.encode()).hexdigest()[:_DIGITS]
