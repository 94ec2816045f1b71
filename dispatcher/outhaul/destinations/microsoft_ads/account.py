"""An account of Microsoft Ads: its settings, and the calls of its service.

https://learn.microsoft.com/en-us/advertising/guides/get-started
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from outhaul.config.settings import setting
from outhaul.errors import DestinationError, StopSync, Throttled
from outhaul.http.addresses import setting_problems
from outhaul.http.answers import Response, wait_of
from outhaul.kit.api import (
    Api,
    TokenAccount,
    address,
    certificates,
    deadline,
    object_of,
)
from outhaul.kit.interface import Interface
from outhaul.kit.login import Token, form_request
from outhaul.kit.service import Limits

_TOKENS = "/common/oauth2/v2.0/token"
_SCOPE = "https://ads.microsoft.com/msads.manage offline_access"
_MOST_ROWS, _MOST_BYTES = 1_000, 1_000_000
_THROTTLED = frozenset({117, 207})
# Tokens that are refused, rights that lack, terms that nobody accepted.
_STOPS = frozenset({105, 106, 109, 8003})


class MicrosoftAdsApi(Api):
    """One account's calls."""

    hints = {
        401: "check 'client_id', 'client_secret' and 'refresh_token'",
        403: "check 'developer_token', 'customer_id' and 'account_id'",
    }
    root = "/CampaignManagement/v13"

    def read(
        self, response: Response, expected: Collection[int] = (200,)
    ) -> dict[str, Any]:
        """The object of an answer. Raises what the code of an error means."""
        if response.status != 200 and (error := _error_of(response)):
            raise error
        return super().read(response, expected)

    def lists(self, ids: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """The customer lists, or those of these ids, each with `Id` and `Name`."""
        asked = {"Type": "CustomerList", "AudienceIds": ids}
        found = self.call("POST", "/Audiences/QueryByIds", asked).get("Audiences")
        return [each for each in found or () if each]


@dataclass(frozen=True)
class MicrosoftAds(TokenAccount):
    """An account of Microsoft Ads: customer lists."""

    type = "microsoft_ads"
    title = "Microsoft Ads"
    interfaces = (Interface("v13"),)

    customer_id: str = setting("The id of the customer (manager account).")
    account_id: str = setting("The id of the account.", identifies=True)
    developer_token: str = setting("A developer token.", secret=True)
    client_id: str = setting("The id of your app, registered at Microsoft.")
    client_secret: str = setting("Its secret.", secret=True)
    refresh_token: str = setting(
        "The refresh token that a person with the right to the account was given.",
        secret=True,
    )
    base_url: str = address("https://campaign.api.bingads.microsoft.com")
    login_url: str = setting(
        "The address of the log-in.", default="https://login.microsoftonline.com"
    )
    requests_per_second: float = setting(
        "Requests a second; Microsoft tells no number.",
        default=2.0,
        minimum=0.01,
        maximum=1_000,
    )
    request_seconds: float = deadline()
    ca_file: str = certificates()

    def validate(self) -> list[str]:
        headers = ["customer_id", "account_id", "developer_token"]
        return setting_problems(self, ["base_url", "login_url"], headers)

    @cached_property
    def api(self) -> MicrosoftAdsApi:
        """The account's calls."""
        form = {
            "grant_type": "refresh_token",
            "refresh_token": self.refresh_token,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "scope": _SCOPE,
        }
        asks = form_request(_TOKENS, form)
        login = Token(self.client(self.login_url), asks, MicrosoftAdsApi.hints[401])
        headers = {
            "DeveloperToken": self.developer_token,
            "CustomerId": self.customer_id,
            "CustomerAccountId": self.account_id,
        }
        return MicrosoftAdsApi(self.client(self.base_url, headers), login)

    @cached_property
    def limits(self) -> Limits:
        """The limits of requests that change a list."""
        return Limits(_MOST_ROWS, _MOST_BYTES, self.requests_per_second)


def _error_of(response: Response) -> DestinationError | None:
    """What the codes of an answer mean, where its status does not tell."""
    try:
        answer = object_of(response)
    except DestinationError:
        return None
    told = [*(answer.get("Errors") or ()), *(answer.get("OperationErrors") or ())]
    codes = {each.get("Code") for each in told if isinstance(each, dict)}
    text = response.describe()
    if codes & _THROTTLED:
        return Throttled(text, after=wait_of(response))
    if codes & _STOPS:
        return StopSync(text)
    return None
