"""An advertiser at Criteo: its settings, and the calls of its service.

https://developers.criteo.com/marketing-solutions/docs/authorization
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from outhaul.config.settings import setting
from outhaul.errors import RequestRefused
from outhaul.http.addresses import path_part, setting_problems
from outhaul.kit.api import Api, TokenAccount, address, certificates, deadline
from outhaul.kit.interface import Interface
from outhaul.kit.login import Token, client_credentials
from outhaul.kit.service import Limits

VERSION = "2026-07"
_SEGMENTS = f"/{VERSION}/marketing-solutions/audience-segments"
_PAGE, _MOST_PAGES = 100, 1_000
_MOST_ROWS, _MOST_BYTES = 50_000, 5_000_000


class CriteoApi(Api):
    """One advertiser's calls."""

    hints = {
        401: "check 'client_id' and 'client_secret'",
        403: "the app lacks the right to audiences of this advertiser",
    }

    def segments(self, wanted: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """The id and the name of each contact list that these filters leave."""
        filters = {"audienceSegmentTypes": ["ContactList"], **wanted}
        asked = {"data": {"type": "AudienceSegment", "attributes": filters}}
        for number in itertools.islice(itertools.count(), _MOST_PAGES):
            params = {"limit": str(_PAGE), "offset": str(number * _PAGE)}
            path = f"{_SEGMENTS}/search"
            found = self.call("POST", path, asked, params=params).get("data") or []
            for each in found:
                yield str(each["id"]), str(each["attributes"]["name"])
            if len(found) < _PAGE:
                return

    def create(self, advertiser: str, name: str) -> str:
        """Create a contact list; its id."""
        made = {"advertiserId": advertiser, "name": name, "contactList": {}}
        body = {"data": [{"type": "AudienceSegment", "attributes": made}]}
        answer = self.call("POST", f"{_SEGMENTS}/create", body)
        if not answer.get("data"):
            reasons = (str(each.get("detail")) for each in answer.get("errors") or ())
            raise RequestRefused(self.quote("; ".join(reasons)))
        return str(answer["data"][0]["id"])

    def amend(self, list_id: str, body: bytes) -> dict[str, Any]:
        """Add identifiers to a list or remove them: what is told of them."""
        path = f"{_SEGMENTS}/{path_part(list_id)}/contact-list"
        told: dict[str, Any] = self.call("PATCH", path, body)["data"]["attributes"]
        return told


@dataclass(frozen=True)
class Criteo(TokenAccount):
    """An advertiser at Criteo: contact lists."""

    type = "criteo"
    title = "Criteo"
    interfaces = (
        Interface(VERSION, date(2027, 7, 1), "update outhaul before Criteo ends it"),
    )

    advertiser_id: str = setting("The id of the advertiser.", identifies=True)
    client_id: str = setting("The id of an app that you made at Criteo.")
    client_secret: str = setting("Its secret.", secret=True)
    base_url: str = address("https://api.criteo.com")
    requests_per_second: float = setting(
        "Requests a second; Criteo takes 250 a minute of an app.",
        default=3.0,
        minimum=0.01,
        maximum=4,
    )
    request_seconds: float = deadline()
    ca_file: str = certificates()

    def validate(self) -> list[str]:
        return setting_problems(self, ["base_url"])

    @cached_property
    def api(self) -> CriteoApi:
        """The advertiser's calls."""
        asks = client_credentials(
            "/oauth2/token", self.client_id, self.client_secret, in_body=True
        )
        client = self.client(self.base_url)
        return CriteoApi(client, Token(client, asks, CriteoApi.hints[401]))

    @cached_property
    def limits(self) -> Limits:
        """The limits of requests that change a list."""
        return Limits(_MOST_ROWS, _MOST_BYTES, self.requests_per_second)
