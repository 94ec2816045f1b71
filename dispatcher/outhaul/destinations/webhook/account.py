"""An endpoint: its address, what it is let in by, and how bodies are signed."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from outhaul.config.settings import setting
from outhaul.http.addresses import (
    base_url_problem,
    headers_problems,
    is_private_url,
)
from outhaul.http.client import HttpClient
from outhaul.kit.account import Account
from outhaul.kit.api import Api
from outhaul.kit.login import Token, client_credentials


@dataclass(frozen=True)
class Webhook(Account):
    """An HTTP endpoint that takes JSON."""

    type = "webhook"
    title = "Webhook"

    url: str = setting(
        "The endpoint, by https only; a diff may append a path.", identifies=True
    )
    headers: dict[str, str] = setting("Headers that are not secret.", default={})
    secret_headers: dict[str, str] = setting(
        "Headers with credentials, such as `Authorization`.", default={}, secret=True
    )
    token_url: str = setting(
        "Where OAuth 2.0 gives a token for `client_id` and `client_secret`; requests"
        " carry it as `Authorization: Bearer`. Default: no such log-in.",
        default="",
    )
    client_id: str = setting(
        "The client that asks for a token.", default="", identifies=True
    )
    client_secret: str = setting("Its secret.", default="", secret=True)
    client_in: str = setting(
        "Where the request for a token has the client and its secret: in a basic"
        " `header`, or in the form that is its `body`.",
        default="header",
        choices=("header", "body"),
    )
    token_parameters: dict[str, str] = setting(
        "What else stands in that form, such as `scope` or `audience`.", default={}
    )
    signing_key: str = setting(
        "Sign each body with HMAC-SHA256 under this key.", default="", secret=True
    )
    signature_header: str = setting(
        "The header for the signature, `sha256=` and hexadecimal digits.",
        default="X-Outhaul-Signature",
    )
    idempotency_header: str = setting(
        "The header for the name of a request.", default="Idempotency-Key"
    )
    allow_private: bool = setting(
        "Send to addresses of private networks and of this machine too.", default=False
    )
    bytes_per_request: int = setting(
        "Bytes in one request, at most.", default=1_000_000, minimum=1_000
    )
    requests_per_second: float = setting(
        "Requests a second.", default=10.0, minimum=0.01, maximum=10_000
    )
    concurrency: int = setting("Requests at a time.", default=4, minimum=1, maximum=64)
    request_seconds: float = setting(
        "Seconds that a request may take in all.", default=60.0, minimum=1, maximum=600
    )

    def validate(self) -> list[str]:
        problems = self._address_problems("url", self.url)
        if self.token_url or self.client_id or self.client_secret:
            problems += self._log_in_problems()
        open_headers = {**self.headers, self.signature_header: "x"}
        open_headers[self.idempotency_header] = "x"
        return [
            *problems,
            *headers_problems("headers", open_headers),
            *headers_problems("secret_headers", self.secret_headers, are_secret=True),
        ]

    @cached_property
    def api(self) -> Api:
        """Requests to the endpoint, by a token where one has to be asked for."""
        client = self._client(self.url, {**self.headers, **self.secret_headers})
        if not self.token_url:
            return Api(client)
        asks = client_credentials(
            "",
            self.client_id,
            self.client_secret,
            self.token_parameters,
            in_body=self.client_in == "body",
        )
        hint = "check 'client_id', 'client_secret' and 'token_parameters'"
        return Api(client, Token(self._client(self.token_url, {}), asks, hint))

    @property
    def log_in_requests(self) -> int:
        return int(bool(self.token_url))

    @property
    def longest_call(self) -> float:
        """Seconds of a call whose token was refused: another one, and once more."""
        return self.request_seconds * (3 if self.token_url else 1)

    def signature(self, body: bytes) -> dict[str, str]:
        """The header that proves who sent a body, where there is a key for it."""
        if not self.signing_key:
            return {}
        key = self.signing_key.encode()
        return {
            self.signature_header: "sha256=" + hmac.digest(key, body, "sha256").hex()
        }

    def _client(self, url: str, headers: Mapping[str, str]) -> HttpClient:
        """Unless allowed, its requests go to no address of a private network."""
        return HttpClient(
            url,
            headers,
            secrets=self.secrets,
            deadline_seconds=self.request_seconds,
            public_only=not self.allow_private,
        )

    def _address_problems(self, name: str, url: str) -> list[str]:
        if problem := base_url_problem(url):
            return [f"'{name}' {problem}"]
        if is_private_url(url) and not self.allow_private:
            return [
                f"'{name}' is on this machine or in a private network: set"
                " allow_private: true"
            ]
        return []

    def _log_in_problems(self) -> list[str]:
        problems = [
            f"'{name}' is missing, without which no token can be asked for"
            for name in ("token_url", "client_id", "client_secret")
            if not getattr(self, name)
        ]
        if self.token_url:
            problems += self._address_problems("token_url", self.token_url)
        problems += [
            f"'token_parameters': '{name}' has a setting of its own, or is fixed"
            for name in self.token_parameters
            if name in ("grant_type", "client_id", "client_secret")
        ]
        if "authorization" in map(str.lower, self.secret_headers):
            problems.append(
                "'secret_headers' has 'Authorization', which is that of the token:"
                " remove the one or the other"
            )
        return problems
