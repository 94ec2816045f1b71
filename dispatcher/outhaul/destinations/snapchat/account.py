"""An ad account of Snapchat: its settings, and the calls that its services share.

https://developers.snap.com/api/marketing-api/Ads-API/authentication
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from outhaul.config.settings import setting
from outhaul.http.addresses import path_part, setting_problems
from outhaul.http.answers import Response
from outhaul.http.client import HttpClient
from outhaul.kit.account import real_clock
from outhaul.kit.api import (
    Api,
    TokenAccount,
    address,
    certificates,
    deadline,
    in_query,
)
from outhaul.kit.interface import Interface
from outhaul.kit.login import Token, refresh_token

_TOKENS = "/login/oauth2/access_token"
_PAGE = "100"


class SnapchatApi(Api):
    """One ad account's calls."""

    hints = {
        401: "check 'client_id', 'client_secret' and 'refresh_token'",
        403: "who gave 'refresh_token' lacks the right to this ad account",
        404: "check 'ad_account_id'",
    }

    def segments(self, account_id: str) -> Iterator[Mapping[str, Any]]:
        """The audiences of an ad account, each with `id` and `name`."""
        for each in self.pages(
            f"/v1/adaccounts/{path_part(account_id)}/segments",
            {"limit": _PAGE},
            entries="segments",
            following=lambda answer: in_query(
                (answer.get("paging") or {}).get("next_link"), "cursor"
            ),
            parameter="cursor",
        ):
            yield each["segment"]


class EventsApi(Api):
    """The calls that send events, whose token is a part of the address."""

    hints = {401: "check 'conversion_token'", 404: "check 'pixel_id'"}

    def __init__(self, client: HttpClient, token: str) -> None:
        super().__init__(client)
        self._token = token

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        shown: str | None = None,
    ) -> Response:
        params = {**(params or {}), "access_token": self._token}
        return super().request(
            method, path, body, params=params, headers=headers, shown=shown
        )


@dataclass(frozen=True)
class Snapchat(TokenAccount):
    """An ad account of Snapchat: audiences, and conversions."""

    type = "snapchat"
    title = "Snapchat Ads"
    interfaces = (Interface("v1"),)

    ad_account_id: str = setting(
        "The ad account of audiences.", default="", identifies=True
    )
    client_id: str = setting("The id of your OAuth app.", default="")
    client_secret: str = setting("Its secret.", default="", secret=True)
    refresh_token: str = setting(
        "The refresh token that a person with the right to the ad account was given.",
        default="",
        secret=True,
    )
    pixel_id: str = setting("The pixel of conversions.", default="", identifies=True)
    conversion_token: str = setting(
        "The token of the Conversions API, from the Ads Manager.",
        default="",
        secret=True,
    )
    base_url: str = address("https://adsapi.snapchat.com")
    login_url: str = setting(
        "The address of the log-in.", default="https://accounts.snapchat.com"
    )
    events_url: str = setting(
        "The address of the Conversions API.", default="https://tr.snapchat.com"
    )
    requests_per_second: float = setting(
        "Requests a second; Snapchat takes 20 of an app.",
        default=5.0,
        minimum=0.01,
        maximum=1_000,
    )
    request_seconds: float = deadline()
    ca_file: str = certificates()
    clock: Callable[[], float] = real_clock()

    def validate(self) -> list[str]:
        return setting_problems(self, ["base_url", "login_url", "events_url"])

    @property
    def log_in_requests(self) -> int:
        return int(bool(self.refresh_token))

    @cached_property
    def api(self) -> SnapchatApi:
        """The ad account's calls."""
        asks = refresh_token(
            _TOKENS, self.client_id, self.client_secret, self.refresh_token
        )
        login = Token(self.client(self.login_url), asks, SnapchatApi.hints[401])
        return SnapchatApi(self.client(self.base_url), login)

    @cached_property
    def events_api(self) -> EventsApi:
        """The calls that send events."""
        return EventsApi(self.client(self.events_url), self.conversion_token)
