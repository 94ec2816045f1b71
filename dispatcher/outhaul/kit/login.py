"""How requests are let in, where that takes more than a header that never changes."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol
from urllib.parse import urlencode

from outhaul.errors import NotSent, OutcomeUnknown, StopSync
from outhaul.http.addresses import header_problem
from outhaul.http.answers import classify, json_of
from outhaul.http.client import HttpClient

# A token is not used in the last minute of its life.
_MARGIN_SECONDS = 60.0


class Signature(NamedTuple):
    """Headers of one request, and what of them no message may show."""

    headers: dict[str, str]
    secrets: tuple[str, ...] = ()


class Login(Protocol):
    """Makes the headers that a request is let in by."""

    hint: str
    """What to check where requests are not let in."""

    def sign(self, method: str, url: str) -> Signature:
        """The headers of one request; url: all of it, with its query."""

    def renew(self, refused: Signature) -> bool:
        """Whether a request that was not let in may be tried with another one."""


class TokenRequest(NamedTuple):
    """A request that is answered with a token.

    field: where it stands in the answer. seconds: how long it lasts, where the answer
    does not tell by `expires_in`. secrets: what no message about it may show, beside
    the account's own.
    """

    path: str
    body: bytes
    headers: dict[str, str]
    field: str = "access_token"
    seconds: float = 0.0
    secrets: tuple[str, ...] = ()


class Token:
    """A token, asked for once and kept until it ends. Safe in several threads.

    request: what asks for it, or what makes that anew each time.
    """

    def __init__(
        self,
        client: HttpClient,
        request: TokenRequest | Callable[[], TokenRequest],
        hint: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.hint = hint
        self._client = client
        self._request = request
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._refused = ""
        self._ends_at = 0.0

    def sign(self, method: str = "", url: str = "") -> Signature:
        """The same for all requests.

        Raises NotSent where there is no token: the request itself never left.
        """
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
        asks = self._request() if callable(self._request) else self._request
        response = self._client.request(
            "POST",
            asks.path,
            body=asks.body,
            headers=asks.headers,
            secrets=asks.secrets,
        )
        if response.status in (400, 401, 403):
            raise StopSync(f"{response.describe()} ({self.hint})")
        classify(response, (200, 201))
        answer = json_of(response)
        token = answer.get(asks.field) if isinstance(answer, dict) else None
        if not isinstance(token, str) or header_problem(token):
            raise StopSync(f"{response.request} was answered without a token")
        lasts = answer.get("expires_in")
        seconds = float(lasts) if isinstance(lasts, (int, float)) else asks.seconds
        self._token = token
        self._ends_at = asked_at + max(0.0, seconds - _MARGIN_SECONDS)


def client_credentials(
    path: str,
    client_id: str,
    client_secret: str,
    parameters: Mapping[str, str] | None = None,
    *,
    in_body: bool = False,
) -> TokenRequest:
    """Asks for a token by OAuth 2.0's client credentials, in a basic header or not.

    parameters: others, such as the scope. in_body: whether the credentials stand
    among them.

    https://www.rfc-editor.org/rfc/rfc6749#section-4.4
    """
    form = {"grant_type": "client_credentials", **(parameters or {})}
    if in_body:
        return form_request(
            path, {**form, "client_id": client_id, "client_secret": client_secret}
        )
    pair = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
    return form_request(path, form, f"Basic {pair}")


def refresh_token(
    path: str, client_id: str, client_secret: str, token: str
) -> TokenRequest:
    """Asks for a token by one that a person was given once, and that lasts.

    A new refresh token in the answer is not kept, since nothing is written: where
    each of them may be used once alone, this log-in is not to be had.

    https://www.rfc-editor.org/rfc/rfc6749#section-6
    """
    form = {
        "grant_type": "refresh_token",
        "refresh_token": token,
        "client_id": client_id,
        "client_secret": client_secret,
    }
    return form_request(path, form)


def form_request(
    path: str, form: Mapping[str, str], authorization: str = ""
) -> TokenRequest:
    """A form that asks for a token; `authorization`: a header beside it."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    secrets = (authorization,) if authorization else ()
    if authorization:
        headers["Authorization"] = authorization
    return TokenRequest(path, urlencode(form).encode(), headers, secrets=secrets)
