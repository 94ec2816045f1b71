"""Tokens of OAuth 2.0, as stand-ins give them out for client credentials.

https://www.rfc-editor.org/rfc/rfc6749#section-4.4
"""

from __future__ import annotations

import base64
import hmac
import time
from urllib.parse import parse_qs

from outhaul.sandbox.messages import Reply, Request

TOKEN_SECONDS = 3_600


class Tokens:
    """secret: that of clients, or any."""

    def __init__(self, secret: str | None) -> None:
        self._secret = secret
        self._tokens: set[str] = set()
        self.issued = 0

    def give(self, request: Request) -> Reply:
        """A token for credentials in a basic header or in the form."""
        form = parse_qs(request.body.decode("latin-1"))
        secret = _secret_of(request, form)
        if not secret or not hmac.compare_digest(secret, self._secret or secret):
            return Reply(401, {"error": "invalid_client"})
        if request.method != "POST" or form.get("grant_type") != ["client_credentials"]:
            return Reply(400, {"error": "unsupported_grant_type"})
        self.issued += 1
        token = f"token-{self.issued}-{time.monotonic_ns():x}"
        self._tokens.add(token)
        kind = {"token_type": "Bearer", "expires_in": TOKEN_SECONDS}
        return Reply(200, {"access_token": token, **kind})

    def end(self) -> None:
        """Those that were given out are no longer accepted."""
        self._tokens.clear()

    def lets_in(self, request: Request) -> bool:
        """Whether a request carries one of them."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return scheme == "Bearer" and token in self._tokens


def _secret_of(request: Request, form: dict[str, list[str]]) -> str:
    scheme, _, packed = request.headers.get("authorization", "").partition(" ")
    if scheme != "Basic":
        return form.get("client_secret", [""])[0] if "client_id" in form else ""
    try:
        return base64.b64decode(packed).decode().partition(":")[2]
    except ValueError:
        return ""
