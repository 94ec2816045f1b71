"""An Emarsys account: its settings, its limits, and what its services share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlsplit

from outhaul.config.settings import setting
from outhaul.destinations.emarsys.api import EmarsysApi
from outhaul.destinations.emarsys.wsse import Wsse
from outhaul.http.addresses import setting_problems
from outhaul.kit.api import ApiAccount, address, certificates, deadline
from outhaul.kit.interface import Interface
from outhaul.kit.login import Login, Token, client_credentials
from outhaul.kit.service import Limits

# The vendor takes 8 MB; beside the rows, a request that creates names a list.
_MOST_BYTES = 7_000_000
_LIST_BYTES = 100
# A refused token costs another one and a second request.
_REQUESTS_OF_A_CALL = 3

# Where the paths of contacts and those of tables begin.
_PATHS = {
    "oidc": ("/api/v3", "/api/rds/v1"),
    "wsse": ("/api/v2", "/api/rds"),
}
_HINT = "check 'client_id' and 'client_secret' of this destination"


@dataclass(frozen=True)
class Emarsys(ApiAccount):
    """SAP Emarsys: contacts, contact lists and tables of relational data."""

    type = "emarsys"
    title = "Emarsys"
    interfaces = (
        Interface("v3"),
        Interface(
            "WSSE",
            date(2026, 12, 31),
            "create an API credential for OIDC, and set 'auth: oidc'",
        ),
    )

    client_id: str = setting(
        "The client id of an API credential; with `auth: wsse` the API user's name.",
        identifies=True,
    )
    client_secret: str = setting(
        "Its client secret; with `auth: wsse` the API user's secret.", secret=True
    )
    auth: str = setting(
        "How to log in: `oidc`, or `wsse`, which ends on 2026-12-31.",
        default="oidc",
        choices=("oidc", "wsse"),
    )
    base_url: str = address("https://api.emarsys.net")
    token_url: str = setting(
        "The address that gives out tokens, for `oidc`.",
        default="https://auth.emarsys.net/oauth2/token",
    )
    language: str = setting(
        "The language in which fields and choices are looked for by name.",
        default="en",
    )
    rows_per_request: int = setting(
        "Contacts or rows in one request, at most.",
        default=1_000,
        minimum=1,
        maximum=1_000,
    )
    requests_per_second: float = setting(
        "Requests a second.", default=10.0, minimum=0.01, maximum=1_000
    )
    request_seconds: float = deadline(200)
    ca_file: str = certificates()

    def validate(self) -> list[str]:
        problems = setting_problems(self, ["base_url", "token_url"], ["client_id"])
        if ":" in self.client_id or '"' in self.client_id:
            problems.append("'client_id' holds a colon or a quotation mark")
        if not self.language.isalpha():
            problems.append("'language' must be the code of a language, such as en")
        return problems

    @cached_property
    def api(self) -> EmarsysApi:
        """The account's calls, which log in with the first of them."""
        core, data = _PATHS[self.auth]
        client = self.client(self.base_url)
        return EmarsysApi(client, self._login(), core, data, self.language)

    @property
    def log_in_requests(self) -> int:
        return int(self.auth == "oidc")

    @property
    def limits(self) -> Limits:
        """One request at a time: two about one new contact would both create it."""
        return Limits(self.rows_per_request, _MOST_BYTES, self.requests_per_second)

    @property
    def creation_limits(self) -> Limits:
        """The same for contacts that are created and put on a list."""
        room = _MOST_BYTES - _LIST_BYTES
        return Limits(self.rows_per_request, room, self.requests_per_second)

    @property
    def longest_call(self) -> float:
        """Seconds of a call whose token was refused."""
        return self.request_seconds * _REQUESTS_OF_A_CALL

    @property
    def interface(self) -> Interface:
        return self.interfaces[self.auth == "wsse"]

    def _login(self) -> Login:
        if self.auth == "wsse":
            return Wsse(self.client_id, self.client_secret)
        parts = urlsplit(self.token_url)
        client = self.client(f"{parts.scheme}://{parts.netloc}")
        path = parts.path.rstrip("/")
        asks = client_credentials(path, self.client_id, self.client_secret)
        return Token(client, asks, _HINT)
