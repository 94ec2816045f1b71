"""An ad account of Pinterest: its settings, and the calls that its services share.

https://developers.pinterest.com/docs/api/v5
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from outhaul.config.settings import setting
from outhaul.http.addresses import path_part, setting_problems
from outhaul.kit.account import real_clock
from outhaul.kit.api import Api, ApiAccount, address, certificates, deadline
from outhaul.kit.interface import Interface

_PAGE = "250"


class PinterestApi(Api):
    """One ad account's calls."""

    hints = {
        401: "check the token",
        403: "the token lacks the right to this ad account",
        404: "check 'ad_account_id'",
    }

    def entries(self, path: str) -> Iterator[dict[str, Any]]:
        """The entries of all pages."""
        return self.pages(
            path,
            {"page_size": _PAGE},
            entries="items",
            following=lambda answer: str(answer.get("bookmark") or ""),
            parameter="bookmark",
        )


@dataclass(frozen=True)
class Pinterest(ApiAccount):
    """An ad account of Pinterest: audiences of customer lists, and conversions."""

    type = "pinterest"
    title = "Pinterest Ads"
    interfaces = (Interface("v5"),)

    ad_account_id: str = setting("The id of the ad account, digits.", identifies=True)
    access_token: str = setting(
        "An access token with the scopes `ads:read` and `ads:write`, for `audience`.",
        default="",
        secret=True,
    )
    conversion_token: str = setting(
        "A conversion token from the Ads Manager, for `conversions`.",
        default="",
        secret=True,
    )
    base_url: str = address("https://api.pinterest.com")
    requests_per_second: float = setting(
        "Requests a second; Pinterest takes 5,000 a minute with conversions.",
        default=5.0,
        minimum=0.01,
        maximum=80,
    )
    request_seconds: float = deadline()
    ca_file: str = certificates()
    clock: Callable[[], float] = real_clock()

    def validate(self) -> list[str]:
        tokens = ["access_token", "conversion_token"]
        return setting_problems(self, ["base_url"], tokens)

    @cached_property
    def api(self) -> PinterestApi:
        """The calls that keep lists."""
        return self._api(self.access_token)

    @cached_property
    def conversion_api(self) -> PinterestApi:
        """The calls that send events."""
        return self._api(self.conversion_token)

    @property
    def path(self) -> str:
        """That of the ad account."""
        return f"/v5/ad_accounts/{path_part(self.ad_account_id)}"

    def _api(self, token: str) -> PinterestApi:
        headers = {"Authorization": f"Bearer {token}"}
        return PinterestApi(self.client(self.base_url, headers))
