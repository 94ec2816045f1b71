"""An advertiser at TikTok: its settings, and the calls that its services share.

Answers have the status 200 whatever happened; their code tells:
https://business-api.tiktok.com/portal/docs?id=1737172488964097
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from outhaul.config.settings import setting
from outhaul.errors import (
    DestinationError,
    OutcomeUnknown,
    RequestRefused,
    StopSync,
    Throttled,
)
from outhaul.http.addresses import setting_problems
from outhaul.http.answers import Response
from outhaul.kit.account import real_clock
from outhaul.kit.api import Api, ApiAccount, address, certificates, deadline
from outhaul.kit.interface import Interface

VERSION = "v1.3"
_TAKEN, _TOO_OFTEN, _NOT_PERMITTED = 0, 40100, 40001
_OF_TOKENS = range(40101, 40200)
_OF_TIKTOK = 50000
_PAGE = "100"


class TikTokApi(Api):
    """One advertiser's calls; a call gives the `data` of its answer."""

    hints = {401: "check 'access_token'"}
    root = f"/open_api/{VERSION}"

    def read(
        self, response: Response, expected: Collection[int] = (200,)
    ) -> dict[str, Any]:
        answer = super().read(response, expected)
        if answer.get("code") != _TAKEN:
            raise _error_of(response, answer.get("code"))
        data: dict[str, Any] = answer.get("data") or {}
        return data

    def audiences(self, params: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        """Audiences, each with `audience_id` and `name`."""

        def following(data: dict[str, Any]) -> str:
            pages = data.get("page_info") or {}
            is_last = pages.get("page", 1) >= pages.get("total_page", 1)
            return "" if is_last else str(pages["page"] + 1)

        return self.pages(
            "/dmp/custom_audience/list/",
            {"page_size": _PAGE, **params},
            entries="list",
            following=following,
            parameter="page",
        )


@dataclass(frozen=True)
class TikTok(ApiAccount):
    """An advertiser at TikTok: audiences, and conversions."""

    type = "tiktok"
    title = "TikTok Ads"
    interfaces = (Interface(VERSION),)

    access_token: str = setting(
        "An access token of an app with the rights to audiences and events.",
        secret=True,
    )
    advertiser_id: str = setting(
        "The advertiser of audiences.", default="", identifies=True
    )
    pixel_code: str = setting(
        "The pixel of `web_conversions`.", default="", identifies=True
    )
    offline_event_set_id: str = setting(
        "The event set of `offline_conversions`.", default="", identifies=True
    )
    base_url: str = address("https://business-api.tiktok.com")
    requests_per_second: float = setting(
        "Requests a second; TikTok takes 10 of most apps.",
        default=5.0,
        minimum=0.01,
        maximum=1_000,
    )
    request_seconds: float = deadline()
    ca_file: str = certificates()
    clock: Callable[[], float] = real_clock()

    def validate(self) -> list[str]:
        return setting_problems(self, ["base_url"], ["access_token"])

    @cached_property
    def api(self) -> TikTokApi:
        """The advertiser's calls."""
        return TikTokApi(
            self.client(self.base_url, {"Access-Token": self.access_token})
        )


def _error_of(response: Response, code: Any) -> DestinationError:
    text = response.describe()
    error: DestinationError
    if not isinstance(code, int) or code >= _OF_TIKTOK:
        error = OutcomeUnknown(text)
    elif code == _TOO_OFTEN:
        error = Throttled(text)
    elif code == _NOT_PERMITTED or code in _OF_TOKENS:
        error = StopSync(f"{text} (check 'access_token', and what its app may do)")
    else:
        error = RequestRefused(text)
    error.code = f"tiktok_{code}"
    return error
