"""An ads account of X: its settings, and the calls of its service.

https://developer.x.com/en/docs/x-ads-api/getting-started
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from outhaul.config.settings import setting
from outhaul.http.addresses import path_part, setting_problems
from outhaul.kit.api import Api, ApiAccount, address, certificates, deadline
from outhaul.kit.interface import Interface
from outhaul.kit.oauth1 import KeyPair, OAuth1
from outhaul.kit.service import Bucket, Limits

VERSION = "12"
_MOST_ROWS, _MOST_BYTES = 2_500, 4_500_000  # of 5,000,000
_PAGE = "1000"


class XApi(Api):
    """One ads account's calls."""

    hints = {
        401: "check the keys of the app and the access token",
        403: "X lets apps on its list alone write audiences",
        404: "check 'account_id'",
    }

    def audiences(self, path: str) -> Iterator[Mapping[str, Any]]:
        """The custom audiences of the account, each with `id` and `name`."""
        return self.pages(
            path,
            {"count": _PAGE},
            entries="data",
            following=lambda answer: str(answer.get("next_cursor") or ""),
            parameter="cursor",
        )


@dataclass(frozen=True)
class XAds(ApiAccount):
    """An ads account of X: custom audiences."""

    type = "x"
    title = "X Ads"
    interfaces = (Interface(VERSION),)

    account_id: str = setting("The id of the ads account.", identifies=True)
    consumer_key: str = setting("The API key of your app, which X has approved.")
    consumer_secret: str = setting("Its secret.", secret=True)
    access_token: str = setting(
        "The access token of a person with the right to the account."
    )
    access_token_secret: str = setting("Its secret.", secret=True)
    base_url: str = address("https://ads-api.twitter.com")
    requests_per_second: float = setting(
        "Requests a second; X takes 1,500 a minute.",
        default=10.0,
        minimum=0.01,
        maximum=25,
    )
    request_seconds: float = deadline()
    ca_file: str = certificates()

    def validate(self) -> list[str]:
        return setting_problems(self, ["base_url"])

    @cached_property
    def api(self) -> XApi:
        """The account's calls, each of which is signed."""
        app = KeyPair(self.consumer_key, self.consumer_secret)
        person = KeyPair(self.access_token, self.access_token_secret)
        login = OAuth1(app, person, XApi.hints[401])
        return XApi(self.client(self.base_url), login)

    @property
    def path(self) -> str:
        """That of the account's custom audiences."""
        return f"/{VERSION}/accounts/{path_part(self.account_id)}/custom_audiences"

    @cached_property
    def limits(self) -> Limits:
        """The limits of requests that change an audience."""
        often = self.requests_per_second
        a_minute = Bucket("users", 1_500, 60.0)
        return Limits(_MOST_ROWS, _MOST_BYTES, often, 2, buckets=(a_minute,))
