"""The two ways to log in: OIDC with a token for an hour, WSSE with a digest each time.

https://dev.emarsys.com/docs/core-api-reference/authentication
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import NamedTuple, Protocol

from outhaul.errors import NotSent, OutcomeUnknown, StopSync
from outhaul.http.addresses import header_problem
from outhaul.http.answers import classify, json_of
from outhaul.http.client import HttpClient

# A token is not used in the last minute of its life.
_MARGIN_SECONDS = 60.0


class Signature(NamedTuple):
    """Headers of one request, and what of them no message may show."""

    headers: dict[str, str]
    secrets: tuple[str, ...]


class Signer(Protocol):
    """Makes the headers that a request is let in by."""

    hint: str
    """What to check where requests are not let in."""

    def sign(self) -> Signature:
        """The headers of one request."""

    def renew(self, refused: Signature) -> bool:
        """Whether a request that was not let in may be tried with another one."""


class Oidc:
    """A token, asked for once and kept until it ends. Safe in several threads."""

    hint = "check 'client_id' and 'client_secret' of this destination"

    def __init__(
        self,
        client: HttpClient,
        path: str,
        client_id: str,
        client_secret: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._path = path
        credentials = base64.b64encode(f"{client_id}:{client_secret}".encode())
        self._basic = f"Basic {credentials.decode()}"
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._refused = ""
        self._ends_at = 0.0

    def sign(self) -> Signature:
        """Raises NotSent where there is no token: the request itself never left."""
        failure = None
        with self._lock:
            try:
                if not self._token or self._clock() >= self._ends_at:
                    self._fetch()
            except OutcomeUnknown as error:
                failure = NotSent(str(error), after=error.after)
            token, refused = self._token, self._refused
        if failure is not None:
            raise failure
        return Signature({"Authorization": f"Bearer {token}"}, (token, refused))

    def renew(self, refused: Signature) -> bool:
        """Forget the token that was refused, unless another one took its place."""
        with self._lock:
            if self._token == refused.secrets[0]:
                self._token, self._refused = "", self._token
        return True

    def _fetch(self) -> None:
        asked_at = self._clock()
        response = self._client.request(
            "POST",
            self._path,
            body=b"grant_type=client_credentials",
            headers={
                "Authorization": self._basic,
                "Content-Type": "application/x-www-form-urlencoded",
            },
            secrets=(self._basic,),
        )
        if response.status in (400, 401, 403):
            raise StopSync(f"{response.describe()} ({self.hint})")
        classify(response)
        answer = json_of(response)
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or header_problem(token):
            raise StopSync(f"{response.request} was answered without a token")
        lasts = answer.get("expires_in")
        seconds = float(lasts) if isinstance(lasts, (int, float)) else 0.0
        self._token = token
        self._ends_at = asked_at + max(0.0, seconds - _MARGIN_SECONDS)


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

    def sign(self) -> Signature:
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
