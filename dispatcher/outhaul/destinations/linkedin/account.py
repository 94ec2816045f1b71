"""An ad account of LinkedIn: its settings, and the calls that its services share.

https://learn.microsoft.com/en-us/linkedin/marketing/matched-audiences
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from outhaul.config.settings import setting
from outhaul.errors import OutcomeUnknown
from outhaul.http.addresses import setting_problems
from outhaul.http.answers import classify
from outhaul.kit.api import Api, ApiAccount, address, certificates, deadline
from outhaul.kit.interface import Interface
from outhaul.kit.service import Limits

VERSION = "202610"
SEGMENTS = "/rest/dmpSegments"
_MOST_ROWS, _MOST_BYTES = 5_000, 4_000_000
_PAGE, _MOST_PAGES = 100, 1_000
_IDS = ("x-restli-id", "x-linkedin-id")


class LinkedInApi(Api):
    """One ad account's calls."""

    hints = {
        401: "check 'access_token', which ends after 60 days",
        403: "the token lacks the right rw_dmp_segments, or that to the ad account",
        426: "LinkedIn has ended this version: set 'api_version' to a newer one",
    }

    def segments(self, account: str) -> Iterator[Mapping[str, Any]]:
        """The audiences of an ad account, each with `id`, `name` and `type`."""
        for number in range(_MOST_PAGES):
            params = {"q": "account", "account": account}
            page = {"start": str(number * _PAGE), "count": str(_PAGE)}
            found = self.call("GET", SEGMENTS, params={**params, **page})["elements"]
            yield from found
            if len(found) < _PAGE:
                return

    def create(self, body: bytes) -> str:
        """Create an audience: its id, which stands in a header of the answer."""
        response = self.request("POST", SEGMENTS, body)
        classify(response, (201,), self.hints)
        for name in _IDS:
            if id := response.headers.get(name):
                return str(id)
        raise OutcomeUnknown(f"{response.describe()}; it has no id")


@dataclass(frozen=True)
class LinkedIn(ApiAccount):
    """An ad account of LinkedIn: audiences of users and of companies."""

    type = "linkedin"
    title = "LinkedIn Ads"

    ad_account_id: str = setting("The id of the ad account, digits.", identifies=True)
    access_token: str = setting(
        "An access token with the right `rw_dmp_segments`; it ends after 60 days.",
        secret=True,
    )
    api_version: str = setting(
        "The version of the interface, as year and month; LinkedIn ends each after a"
        " year.",
        default=VERSION,
    )
    source_platform: str = setting(
        "What LinkedIn calls the source of your audiences, where it gave you a name.",
        default="",
    )
    base_url: str = address("https://api.linkedin.com")
    requests_per_second: float = setting(
        "Requests a second; LinkedIn counts by the day, and tells no number.",
        default=2.0,
        minimum=0.01,
        maximum=1_000,
    )
    request_seconds: float = deadline()
    ca_file: str = certificates()

    def validate(self) -> list[str]:
        return setting_problems(self, ["base_url"], ["access_token", "api_version"])

    @property
    def interface(self) -> Interface:
        return Interface(self.api_version)

    @cached_property
    def api(self) -> LinkedInApi:
        """The ad account's calls."""
        headers = {
            "Authorization": f"Bearer {self.access_token}",
            "LinkedIn-Version": self.api_version,
            "X-Restli-Protocol-Version": "2.0.0",
        }
        return LinkedInApi(self.client(self.base_url, headers))

    @property
    def urn(self) -> str:
        """LinkedIn's name of the ad account."""
        return f"urn:li:sponsoredAccount:{self.ad_account_id}"

    @cached_property
    def limits(self) -> Limits:
        """The limits of requests that change an audience."""
        return Limits(_MOST_ROWS, _MOST_BYTES, self.requests_per_second)
