"""Accounts that the Data Manager API reaches: their settings, the log-in, the calls.

https://developers.google.com/data-manager/api/reference/rest
"""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.errors import ConfigurationError, Refusal, RequestRefused, StopSync
from outhaul.http.addresses import path_part, setting_problems
from outhaul.http.answers import Response, classify
from outhaul.kit.api import Api, ApiAccount, address, certificates, deadline, object_of
from outhaul.kit.interface import Interface
from outhaul.kit.jobs import first_look, longest_wait
from outhaul.kit.login import Token, refresh_token
from outhaul.kit.service import Bucket, Limits
from outhaul.kit.service_account import ServiceAccount

_SCOPE = "https://www.googleapis.com/auth/datamanager"
_MOST_BYTES = 8_000_000  # ours: no number is told
_MINUTE, _DAY = 60.0, 86_400.0
_A_DAY = Bucket("requests a day", 100_000, _DAY)
_REQUESTS_OF_A_CALL = 3  # one that is refused, a token, and one more
_PAGE = "1000"
# Reasons that are about the request and not about its rows.
_STOPS = re.compile("TERMS|DESTINATION|USER_LIST|CONVERSION_ACTION|ALLOWLIST|ACCOUNT")
_ROW = re.compile(r"(?:audience_members|audienceMembers|events)\b[^\[]*\[(\d+)\]")


class DataManagerApi(Api):
    """One account's calls."""

    hints = {
        401: "check the log-in of this destination",
        403: "whoever logs in needs access to the account, and the Data Manager API has"
        " to be enabled in the Cloud project",
    }

    def log_in(self) -> None:
        """Ask for a token, unless there is one. Raises StopSync, NotSent."""
        if self._login is not None:
            self._login.sign("GET", self._client.base_url)

    def user_lists(self, parent: str) -> Iterator[Mapping[str, Any]]:
        """The audiences of an account, each with `id` and `displayName`."""
        return self.pages(
            f"{parent}/userLists",
            {"pageSize": _PAGE},
            entries="userLists",
            following=lambda answer: str(answer.get("nextPageToken") or ""),
            parameter="pageToken",
        )

    def ingest(self, call: str, body: bytes) -> str:
        """Send rows: the id of the request, empty of one that was only validated."""
        response = self.request("POST", f"/v1/{call}", body)
        if response.status == 400:
            raise _refusal(response)
        classify(response, hints=self.hints)
        return str(object_of(response).get("requestId") or "")

    def status(self, request_id: str) -> Mapping[str, Any]:
        """What became of a request at its one destination; empty: not known yet."""
        path = f"/v1/requestStatus:retrieve?requestId={path_part(request_id)}"
        answer = self.find(path) or {}
        found = answer.get("requestStatusPerDestination") or [{}]
        return found[0] if isinstance(found[0], dict) else {}


@dataclass(frozen=True, kw_only=True)
class GoogleAccount(ApiAccount):
    """What all of these accounts have in common."""

    interfaces = (Interface("v1"),)
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
        return DataManagerApi(
            self.client(self.base_url, self._headers()), self._login()
        )

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

    def _login(self) -> Token:
        if self.refresh_token:
            asks = refresh_token(
                "", self.client_id, self.client_secret, self.refresh_token
            )
            hint = "check 'client_id', 'client_secret' and 'refresh_token'"
            return Token(self.client(self.token_url), asks, hint)
        key = ServiceAccount.read(self._key_text())
        hint = "check the key of the service account, and the clock of this machine"
        return Token(
            self.client(key.token_url), lambda: key.ask(_SCOPE, self.subject), hint
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

    type = "google_ads"
    title = "Google Ads"
    account_type = login_type = "GOOGLE_ADS"

    customer_id: str = setting(
        "The account of Google Ads, ten digits without hyphens.", identifies=True
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


def _refusal(response: Response) -> RequestRefused | StopSync:
    """What a request is refused for: by row where a field of one is named."""
    error = object_of(response).get("error")
    details = error.get("details") if isinstance(error, dict) else None
    named: dict[int, Refusal] = {}
    for detail in details if isinstance(details, list) else ():
        if _STOPS.search(str(detail.get("reason"))):
            return StopSync(response.describe())
        for each in detail.get("fieldViolations") or ():
            found = _ROW.match(str(each.get("field")))
            if found is None:
                return StopSync(response.describe())
            reason = str(each.get("reason") or "http_400").lower()
            text = response.quote(str(each.get("description") or ""))
            named[int(found[1])] = Refusal(reason, text)
    return RequestRefused(response.describe(), code="http_400", rows=named)
