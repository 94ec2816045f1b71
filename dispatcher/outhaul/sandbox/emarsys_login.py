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

from outhaul.sandbox.messages import Reply, Request

TOKEN_SECONDS = 3_600
_SKEW_SECONDS = 300.0
_WSSE = re.compile(
    r'UsernameToken Username="([^"]+)", PasswordDigest="([^"]+)", Nonce="([^"]+)",'
    r' Created="([^"]+)"'
)


class Login:
    """secret: the one that is accepted, or any. clock: seconds since 1970."""

    def __init__(
        self, secret: str | None, clock: Callable[[], float] = time.time
    ) -> None:
        self._secret = secret
        self._clock = clock
        self._nonces: set[str] = set()
        self._tokens: set[str] = set()
        self.issued = 0

    def token(self, request: Request) -> Reply:
        """A token for `grant_type=client_credentials`."""
        scheme, _, packed = request.headers.get("authorization", "").partition(" ")
        try:
            _, colon, secret = base64.b64decode(packed).decode().partition(":")
        except ValueError:
            colon, secret = "", ""
        if scheme != "Basic" or not colon or not self._is_right(secret):
            return Reply(401, {"error": "invalid_client"})
        if request.method != "POST" or b"client_credentials" not in request.body:
            return Reply(400, {"error": "unsupported_grant_type"})
        self.issued += 1
        token = f"token-{self.issued}-{time.monotonic_ns():x}"
        self._tokens.add(token)
        return Reply(
            200,
            {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": TOKEN_SECONDS,
            },
        )

    def end_tokens(self) -> None:
        """The tokens that were given out are no longer accepted."""
        self._tokens.clear()

    def lets_in(self, request: Request) -> bool:
        """Whether a request is logged in, by a token or by a digest."""
        if request.path.startswith(("/api/v3/", "/api/rds/v1/")):
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            return scheme == "Bearer" and token in self._tokens
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

    def _is_right(self, secret: str) -> bool:
        if self._secret is None:
            return bool(secret)
        return hmac.compare_digest(secret.encode(), self._secret.encode())
