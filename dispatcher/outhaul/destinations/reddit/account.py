"""An ad account of Reddit: its settings, and the calls of its service.

https://ads-api.reddit.com/docs/v3
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from outhaul.config.settings import setting
from outhaul.http.addresses import path_part, setting_problems
from outhaul.kit.api import (
    Api,
    TokenAccount,
    address,
    certificates,
    deadline,
    in_query,
)
from outhaul.kit.interface import Interface
from outhaul.kit.login import Token, form_request
from outhaul.kit.service import Limits

_TOKENS = "/api/v1/access_token"
_PAGE = "100"
_MOST_ROWS, _MOST_BYTES = 2_500, 900_000


class RedditApi(Api):
    """One ad account's calls."""

    hints = {
        401: "check 'client_id', 'client_secret' and 'refresh_token'",
        403: "Reddit lets approved apps alone write audiences",
        404: "check 'ad_account_id'",
    }

    def audiences(self, account_id: str) -> Iterator[Mapping[str, Any]]:
        """The custom audiences of an ad account, each with `id` and `name`."""
        return self.pages(
            f"/api/v3/ad_accounts/{path_part(account_id)}/custom_audiences",
            {"page.size": _PAGE},
            entries="data",
            following=lambda answer: in_query(
                (answer.get("pagination") or {}).get("next_url"), "page.token"
            ),
            parameter="page.token",
        )


@dataclass(frozen=True)
class Reddit(TokenAccount):
    """An ad account of Reddit: custom audiences."""

    type = "reddit"
    title = "Reddit Ads"
    interfaces = (Interface("v3"),)

    ad_account_id: str = setting("The id of the ad account.", identifies=True)
    client_id: str = setting("The id of your app, which Reddit has approved.")
    client_secret: str = setting("Its secret.", secret=True)
    refresh_token: str = setting(
        "The permanent refresh token that a person with the right to the ad account was"
        " given.",
        secret=True,
    )
    base_url: str = address("https://ads-api.reddit.com")
    login_url: str = setting(
        "The address of the log-in.", default="https://www.reddit.com"
    )
    requests_per_second: float = setting(
        "Requests a second; Reddit tells no number.",
        default=1.0,
        minimum=0.01,
        maximum=1_000,
    )
    request_seconds: float = deadline()
    ca_file: str = certificates()

    def validate(self) -> list[str]:
        return setting_problems(self, ["base_url", "login_url"])

    @cached_property
    def api(self) -> RedditApi:
        """The ad account's calls."""
        pair = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode())
        form = {"grant_type": "refresh_token", "refresh_token": self.refresh_token}
        asks = form_request(_TOKENS, form, f"Basic {pair.decode()}")
        login = Token(self.client(self.login_url), asks, RedditApi.hints[401])
        return RedditApi(self.client(self.base_url), login)

    @cached_property
    def limits(self) -> Limits:
        """The limits of requests that change an audience."""
        return Limits(_MOST_ROWS, _MOST_BYTES, self.requests_per_second)
