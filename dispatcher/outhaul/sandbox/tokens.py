"""Tokens of OAuth 2.0, as stand-ins give them out.

For client credentials, for a refresh token, and for what a service account signs:
https://www.rfc-editor.org/rfc/rfc6749#section-4.4, …#section-6 and
https://www.rfc-editor.org/rfc/rfc7523
"""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Collection
from urllib.parse import parse_qsl

import jwt

from outhaul.sandbox.messages import Reply, Request

ASSERTION = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_SECONDS = 3_600
_CLAIMS = ("iss", "scope", "aud", "iat", "exp")


class Tokens:
    """secret: that of clients, or any. public_key: of service accounts, or any."""

    def __init__(
        self,
        secret: str | None,
        grants: Collection[str] = ("client_credentials",),
        public_key: str = "",
    ) -> None:
        self._secret = secret
        self._grants = grants
        self._tokens: set[str] = set()
        self.public_key = public_key
        self.issued = 0

    def give(self, request: Request) -> Reply:
        """A token for credentials in a basic header or in the form, or an assertion."""
        form = dict(parse_qsl(request.body.decode("latin-1")))
        grant = form.get("grant_type", "")
        if request.method != "POST" or grant not in self._grants:
            return Reply(400, {"error": "unsupported_grant_type"})
        if grant == ASSERTION:
            if problem := self._problem_with(form.get("assertion", "")):
                told = {"error": "invalid_grant", "error_description": problem}
                return Reply(400, told)
        elif not self._is_secret(_secret_of(request, form)):
            return Reply(401, {"error": "invalid_client"})
        elif grant == "refresh_token" and not form.get("refresh_token"):
            return Reply(400, {"error": "invalid_grant"})
        self.issued += 1
        token = f"token-{self.issued}-{time.monotonic_ns():x}"
        self._tokens.add(token)
        kind = {"token_type": "Bearer", "expires_in": TOKEN_SECONDS}
        return Reply(200, {"access_token": token, **kind})

    def _is_secret(self, secret: str) -> bool:
        return bool(secret) and hmac.compare_digest(secret, self._secret or secret)

    def _problem_with(self, assertion: str) -> str:
        """What is wrong with what a service account signed, or nothing."""
        try:
            claims = jwt.decode(
                assertion,
                self.public_key,
                algorithms=["RS256"],
                options={"require": list(_CLAIMS), "verify_aud": False}
                | {"verify_signature": bool(self.public_key)},
            )
        except jwt.PyJWTError as error:
            return str(error)
        lasts = claims["exp"] - claims["iat"]
        return "" if 0 < lasts <= TOKEN_SECONDS else "the assertion lives too long"

    def end(self) -> None:
        """Those that were given out are no longer accepted."""
        self._tokens.clear()

    def lets_in(self, request: Request) -> bool:
        """Whether a request carries one of them."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return scheme == "Bearer" and token in self._tokens


def _secret_of(request: Request, form: dict[str, str]) -> str:
    scheme, _, packed = request.headers.get("authorization", "").partition(" ")
    if scheme != "Basic":
        return form.get("client_secret", "") if "client_id" in form else ""
    try:
        return base64.b64decode(packed).decode().partition(":")[2]
    except ValueError:
        return ""
