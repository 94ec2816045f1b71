"""Accounts that the Data Manager API reaches: their settings, and the log-in.

https://developers.google.com/data-manager/api/reference/rest
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.google.api import DataManagerApi
from outhaul.errors import ConfigurationError
from outhaul.http.addresses import path_part, setting_problems
from outhaul.kit.api import ApiAccount, address, certificates, deadline
from outhaul.kit.interface import Interface
from outhaul.kit.jobs import first_look, longest_wait
from outhaul.kit.login import Token, refresh_token
from outhaul.kit.service import Bucket, Limits
from outhaul.kit.service_account import ServiceAccount

_SCOPE = "https://www.googleapis.com/auth/datamanager"
_SCOPE_OF_ADS = "https://www.googleapis.com/auth/adwords"
_MOST_BYTES = 8_000_000  # ours: no number is told
_MINUTE, _DAY = 60.0, 86_400.0
_A_DAY = Bucket("requests a day", 100_000, _DAY)
_REQUESTS_OF_A_CALL = 3  # one that is refused, a token, and one more


@dataclass(frozen=True, kw_only=True)
class GoogleAccount(ApiAccount):
    """What all of these accounts have in common."""

    interfaces: ClassVar[tuple[Interface, ...]] = (Interface("Data Manager v1"),)
    account_type: ClassVar[str]
    login_type: ClassVar[str]
    """What Google calls the account that is written to, and the one it is through."""

    service_account_key: str = setting(
        "The key of a service account with access to the account: the JSON of its file."
        " Or `service_account_file`, or `refresh_token`.",
        default="",
        secret=True,
    )
    service_account_file: str = setting(
        "A file with the key of a service account.", default=""
    )
    subject: str = setting(
        "With a service account: the person on whose behalf it acts, where it may.",
        default="",
    )
    client_id: str = setting("With `refresh_token`: the OAuth client.", default="")
    client_secret: str = setting(
        "With `refresh_token`: the secret of the OAuth client.", default="", secret=True
    )
    refresh_token: str = setting(
        "A refresh token of a person with access to the account.",
        default="",
        secret=True,
    )
    token_url: str = setting(
        "With `refresh_token`: the address that gives tokens.",
        default="https://oauth2.googleapis.com/token",
    )
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
    request_seconds: float = deadline()
    poll_seconds: float = first_look()
    poll_timeout_seconds: float = longest_wait()
    ca_file: str = certificates()
    clock: Callable[[], float] = dataclasses.field(
        default=time.time, init=False, repr=False, compare=False
    )

    @property
    def account_id(self) -> str:
        """The digits of the account that is written to."""
        raise NotImplementedError

    @property
    def login_id(self) -> str:
        """Those of the account that it is reached through, if another one."""
        raise NotImplementedError

    def validate(self) -> list[str]:
        problems = setting_problems(self, ["base_url", "token_url"])
        ways = (self.service_account_key, self.service_account_file, self.refresh_token)
        if sum(map(bool, ways)) != 1:
            problems.append(
                "give one of 'service_account_key', 'service_account_file' and"
                " 'refresh_token'"
            )
        elif self.refresh_token and not (self.client_id and self.client_secret):
            problems.append("'refresh_token' needs 'client_id' and 'client_secret'")
        elif not self.refresh_token:
            problems += self._key_problems()
        if not self.account_id.isdecimal() or not (self.login_id or "1").isdecimal():
            problems.append("the id of an account has digits alone, without hyphens")
        return problems

    def secret_texts(self) -> Iterator[str]:
        """Also the key that a file holds."""
        yield from super().secret_texts()
        if self.service_account_file:
            with suppress(OSError, ValueError):
                yield self._key_text()

    @property
    def log_in_requests(self) -> int:
        return 1

    @property
    def longest_call(self) -> float:
        """Seconds of a call whose token was refused."""
        return self.request_seconds * _REQUESTS_OF_A_CALL

    @cached_property
    def api(self) -> DataManagerApi:
        """The account's calls."""
        return DataManagerApi(self.client(self.base_url, self._headers()), self.login)

    @property
    def scope(self) -> str:
        """What its tokens are for."""
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
        often = self.requests_per_second
        a_minute = Bucket.of_rate("requests", often, _MINUTE)
        return Limits(rows, _MOST_BYTES, often, 4, buckets=(a_minute, _A_DAY))

    def _headers(self) -> dict[str, str]:
        if not self.login_id:
            return {}
        through = f"accountTypes/{self.login_type}/accounts/{self.login_id}"
        return {"login-account": through}

    @cached_property
    def login(self) -> Token:
        """The token of all its calls."""
        if self.refresh_token:
            asks = refresh_token(
                "", self.client_id, self.client_secret, self.refresh_token
            )
            hint = "check 'client_id', 'client_secret' and 'refresh_token'"
            return Token(self.client(self.token_url), asks, hint)
        key = ServiceAccount.read(self._key_text())
        hint = "check the key of the service account, and the clock of this machine"
        return Token(
            self.client(key.token_url), lambda: key.ask(self.scope, self.subject), hint
        )

    def _key_text(self) -> str:
        if self.service_account_key:
            return self.service_account_key
        return Path(self.service_account_file).read_text(encoding="utf-8")

    def _key_problems(self) -> Iterator[str]:
        name = "service_account_key"
        if self.service_account_file:
            name = "service_account_file"
        try:
            ServiceAccount.read(self._key_text())
        except ConfigurationError as error:
            yield f"'{name}' {error}"
        except (OSError, ValueError):
            yield f"'{name}' names no file that can be read"


@dataclass(frozen=True, kw_only=True)
class GoogleAds(GoogleAccount):
    """An account of Google Ads: audiences by Customer Match, and conversions."""

    interfaces = (Interface("Data Manager v1"), Interface("Google Ads v25"))
    type = "google_ads"
    title = "Google Ads"
    account_type = login_type = "GOOGLE_ADS"

    customer_id: str = setting(
        "The account of Google Ads, ten digits without hyphens.", identifies=True
    )
    manager_id: str = setting(
        "The manager account that it is reached through, if any.", default=""
    )
    developer_token: str = setting(
        "A developer token of the Google Ads API, for `adjustments` and `retractions`.",
        default="",
        secret=True,
    )
    ads_url: str = setting(
        "The address of the Google Ads API.", default="https://googleads.googleapis.com"
    )

    @property
    def account_id(self) -> str:
        return self.customer_id

    @property
    def login_id(self) -> str:
        return self.manager_id

    @property
    def scope(self) -> str:
        return f"{_SCOPE} {_SCOPE_OF_ADS}" if self.developer_token else _SCOPE

    def validate(self) -> list[str]:
        of_ads = setting_problems(self, ["ads_url"], ["developer_token"])
        return [*super().validate(), *of_ads]

    @cached_property
    def ads_api(self) -> DataManagerApi:
        """The calls of the Google Ads API, which are let in likewise."""
        headers = {"developer-token": self.developer_token}
        if self.manager_id:
            headers["login-customer-id"] = self.manager_id
        return DataManagerApi(self.client(self.ads_url, headers), self.login)


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
