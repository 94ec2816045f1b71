"""Who is let in at the stand-in of Emarsys: tokens (OIDC) and digests (WSSE).

https://dev.emarsys.com/docs/core-api-reference/authentication
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Callable
from datetime import datetime

from outhaul.sandbox.messages import Request
from outhaul.sandbox.tokens import Tokens

_SKEW_SECONDS = 300.0
_WSSE = re.compile(
    r'UsernameToken Username="([^"]+)", PasswordDigest="([^"]+)", Nonce="([^"]+)",'
    r' Created="([^"]+)"'
)


class Login(Tokens):
    """secret: the one that is accepted, or any. clock: seconds since 1970."""

    def __init__(
        self, secret: str | None, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(secret)
        self._clock = clock
        self._nonces: set[str] = set()

    def lets_in(self, request: Request) -> bool:
        """Whether a request is logged in, by a token or by a digest."""
        if request.path.startswith(("/api/v3/", "/api/rds/v1/")):
            return super().lets_in(request)
        return self._knows_digest(request.headers.get("x-wsse", ""))

    def _knows_digest(self, header: str) -> bool:
        """The digest is right and fresh, and its nonce was never used before."""
        found = _WSSE.fullmatch(header)
        if found is None or found[3] in self._nonces:
            return False
        _, digest, nonce, created = found.groups()
        self._nonces.add(nonce)
        try:
            age = (
                self._clock()
                - datetime.fromisoformat(created.replace("Z", "+00:00")).timestamp()
            )
        except ValueError:
            return False
        if abs(age) > _SKEW_SECONDS:
            return False
        if self._secret is None:
            return True
        text = (nonce + created + self._secret).encode()
        hexadecimal = hashlib.sha1(text, usedforsecurity=False).hexdigest()
        wanted = base64.b64encode(hexadecimal.encode())
        return hmac.compare_digest(wanted, digest.encode())
