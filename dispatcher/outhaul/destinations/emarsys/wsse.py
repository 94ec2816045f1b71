"""WSSE, the older way to log in: a digest of the secret, made anew for each request.

https://dev.emarsys.com/docs/core-api-reference/authentication
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timezone

from outhaul.kit.login import Signature


class Wsse:
    """A digest of the secret, made anew for each request; ends on 2026-12-31."""

    hint = (
        "check 'client_id' and 'client_secret' of this destination, and the clock of"
        " this machine: WSSE takes no request that is more than 5 minutes off"
    )

    def __init__(
        self,
        user: str,
        secret: str,
        clock: Callable[[], float] = time.time,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._user = user
        self._secret = secret
        self._clock = clock
        self._nonce = nonce

    def sign(self, method: str = "", url: str = "") -> Signature:
        now = datetime.fromtimestamp(self._clock(), timezone.utc)
        created = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        nonce = self._nonce()
        digest = wsse_digest(nonce, created, self._secret)
        token = (
            f'UsernameToken Username="{self._user}", PasswordDigest="{digest}",'
            f' Nonce="{nonce}", Created="{created}"'
        )
        return Signature({"X-WSSE": token}, (digest, nonce))

    def renew(self, refused: Signature) -> bool:
        return False


def wsse_digest(nonce: str, created: str, secret: str) -> str:
    """base64 of the hexadecimal text of the SHA-1, not of its bytes."""
    text = (nonce + created + secret).encode()
    digest = hashlib.sha1(text, usedforsecurity=False).hexdigest()
    return base64.b64encode(digest.encode()).decode()
