"""The accounts: what the Data Manager API reaches, and Search Ads 360.

https://developers.google.com/data-manager/api/reference/rest
https://developers.google.com/search-ads/reporting/api/reference/rest/auth
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.google.api import DataManagerApi
from outhaul.destinations.google.login import LoggedIn
from outhaul.http.addresses import path_part, setting_problems
from outhaul.kit.api import address
from outhaul.kit.interface import Interface
from outhaul.kit.jobs import first_look, longest_wait
from outhaul.kit.service import Bucket, Limits

_SCOPE = "https://www.googleapis.com/auth/datamanager"
_SCOPE_OF_ADS = "https://www.googleapis.com/auth/adwords"
_SCOPE_OF_SEARCH_ADS = "https://www.googleapis.com/auth/doubleclicksearch"
_MOST_BYTES = 8_000_000  # ours: no number is told
_MINUTE, _DAY = 60.0, 86_400.0
_A_DAY = Bucket("requests a day", 100_000, _DAY)


@dataclass(frozen=True, kw_only=True)
class GoogleAccount(LoggedIn):
    """What the accounts that the Data Manager API reaches have in common."""

    interfaces: ClassVar[tuple[Interface, ...]] = (Interface("Data Manager v1"),)
    account_type: ClassVar[str]
    login_type: ClassVar[str]
    """What Google calls the account that is written to, and the one it is through."""

    customer_match_terms: bool = setting(
        "That the terms of Customer Match are accepted in the account, which audiences"
        " need: each request says so.",
        default=False,
    )
    base_url: str = address("https://datamanager.googleapis.com")
    requests_per_second: float = setting(
        "Requests a second, over a minute; Google takes 300 a minute and 100,000 a day"
        " of a Cloud project.",
        default=4.5,
        minimum=0.01,
        maximum=1_000,
    )
    await_result: bool = setting(
        "Wait until Google tells what became of each row, which can take half an hour;"
        " otherwise rows are accepted once their request is.",
        default=True,
    )
    poll_seconds: float = first_look()
    poll_timeout_seconds: float = longest_wait()

    @cached_property
    def api(self) -> DataManagerApi:
        """The account's calls."""
        return DataManagerApi(self.client(self.base_url, self._headers()), self.login)

    @property
    def scope(self) -> str:
        return _SCOPE

    @property
    def parent(self) -> str:
        """Where the audiences of the account are."""
        kind, id = self.account_type, path_part(self.account_id)
        return f"/v1/accountTypes/{kind}/accounts/{id}"

    def destination(self, target_id: str) -> dict[str, Any]:
        """Where rows go: an audience or a conversion action of the account."""
        through = self.login_id or self.account_id
        kind = self.login_type if self.login_id else self.account_type
        return {
            "operatingAccount": {
                "accountType": self.account_type,
                "accountId": self.account_id,
            },
            "loginAccount": {"accountType": kind, "accountId": through},
            "productDestinationId": target_id,
        }

    def limits_of(self, rows: int) -> Limits:
        """The limits of requests with so many rows, which share those of a project."""
        return _limits(rows, self.requests_per_second, _A_DAY)

    def _headers(self) -> dict[str, str]:
        if not self.login_id:
            return {}
        through = f"accountTypes/{self.login_type}/accounts/{self.login_id}"
        return {"login-account": through}


@dataclass(frozen=True, kw_only=True)
class OfCustomer(LoggedIn):
    """An account that the Google Ads API, or one of the same forms, knows by its id."""

    customer_id: str = setting(
        "The account, ten digits without hyphens.", identifies=True
    )
    manager_id: str = setting(
        "The manager account that it is reached through, if any.", default=""
    )

    @property
    def account_id(self) -> str:
        return self.customer_id

    @property
    def login_id(self) -> str:
        return self.manager_id

    @property
    @abstractmethod
    def ads_api(self) -> DataManagerApi:
        """The calls that name the account by its id."""

    def _calls(self, url: str, headers: dict[str, str]) -> DataManagerApi:
        if self.manager_id:
            headers["login-customer-id"] = self.manager_id
        return DataManagerApi(self.client(url, headers), self.login)


@dataclass(frozen=True, kw_only=True)
class GoogleAds(OfCustomer, GoogleAccount):
    """An account of Google Ads: audiences by Customer Match, and conversions."""

    interfaces = (Interface("Data Manager v1"), Interface("Google Ads v25"))
    type = "google_ads"
    title = "Google Ads"
    account_type = login_type = "GOOGLE_ADS"

    developer_token: str = setting(
        "A developer token of the Google Ads API, for `adjustments` and `retractions`.",
        default="",
        secret=True,
    )
    ads_url: str = setting(
        "The address of the Google Ads API.", default="https://googleads.googleapis.com"
    )

    @property
    def scope(self) -> str:
        return f"{_SCOPE} {_SCOPE_OF_ADS}" if self.developer_token else _SCOPE

    def validate(self) -> list[str]:
        of_ads = setting_problems(self, ["ads_url"], ["developer_token"])
        return [*super().validate(), *of_ads]

    @cached_property
    def ads_api(self) -> DataManagerApi:
        return self._calls(self.ads_url, {"developer-token": self.developer_token})


@dataclass(frozen=True, kw_only=True)
class SearchAds(OfCustomer):
    """An account of Search Ads 360: conversions of clicks."""

    interfaces = (Interface("Search Ads 360 v23"),)
    type = "search_ads_360"
    title = "Search Ads 360"

    base_url: str = address("https://searchads360.googleapis.com")
    requests_per_second: float = setting(
        "Requests a second, over a minute; Google publishes no number for these.",
        default=4.5,
        minimum=0.01,
        maximum=1_000,
    )

    @property
    def scope(self) -> str:
        return _SCOPE_OF_SEARCH_ADS

    @cached_property
    def ads_api(self) -> DataManagerApi:
        return self._calls(self.base_url, {})

    def limits_of(self, rows: int) -> Limits:
        """The limits of requests with so many rows."""
        return _limits(rows, self.requests_per_second)


@dataclass(frozen=True, kw_only=True)
class DisplayVideo(GoogleAccount):
    """An advertiser of Display & Video 360: audiences by Customer Match."""

    type = "display_video"
    title = "Display & Video 360"
    account_type = "DISPLAY_VIDEO_ADVERTISER"
    login_type = "DISPLAY_VIDEO_PARTNER"

    advertiser_id: str = setting("The advertiser, in digits.", identifies=True)
    partner_id: str = setting(
        "The partner that it is reached through, if any.", default=""
    )

    @property
    def account_id(self) -> str:
        return self.advertiser_id

    @property
    def login_id(self) -> str:
        return self.partner_id


def _limits(rows: int, often: float, *more: Bucket) -> Limits:
    a_minute = Bucket.of_rate("requests", often, _MINUTE)
    return Limits(rows, _MOST_BYTES, often, 4, buckets=(a_minute, *more))
