"""A Klaviyo account: its settings, and the calls that its services share.

https://developers.klaviyo.com/en/docs/api_versioning_and_deprecation_policy
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import orjson

from outhaul.config.settings import setting
from outhaul.http.addresses import path_part, setting_problems
from outhaul.kit.api import (
    Api,
    ApiAccount,
    address,
    certificates,
    deadline,
    in_query,
)
from outhaul.kit.interface import Interface
from outhaul.kit.jobs import first_look, longest_wait
from outhaul.kit.service import Bucket, Limits

# Klaviyo keeps a revision for two years.
_REVISION = Interface(
    "2026-07-15", date(2028, 7, 15), "install a newer version of outhaul"
)
# Klaviyo would go on with a newer revision, whose answers may mean something else;
# so it answers 410.
_FAIL_LOUDLY = {"X-Klaviyo-Revision-Fall-Forward-Opt-Out": "1"}

_MOST_BYTES = 4_500_000  # of 5 MB, with what stands around the rows
_MOST_LOOKUPS = 100  # profiles in a page
_MINUTE = 60.0
# Klaviyo takes 10 imports, 10 changes of lists and 75 look-ups in a second.
_BURST = 4.0
# Addresses in the filter of an address of some 8 kB, where each "@" takes three.
_MOST_LOOKUP_BYTES = 4_000


class KlaviyoApi(Api):
    """One account's calls."""

    hints = {
        401: "check 'api_key'",
        403: "the key needs full access to profiles, lists and subscriptions",
        410: "Klaviyo has retired this revision of its API: update outhaul",
    }
    media_type = "application/vnd.api+json"

    def entries(self, path: str, params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """What a call lists, over all pages."""
        return self.pages(
            path,
            params,
            entries="data",
            following=lambda answer: in_query(
                (answer.get("links") or {}).get("next"), "page[cursor]"
            ),
            parameter="page[cursor]",
        )

    def find_list(self, name: str) -> str | None:
        """The id of the list with exactly this name."""
        for each in self.entries("/api/lists", {"filter": _any_of("name", [name])}):
            if each["attributes"]["name"] == name:
                return str(each["id"])
        return None

    def list_name(self, list_id: str) -> str | None:
        """What the list of this id is called; None where there is none."""
        found = self.find(f"/api/lists/{path_part(list_id)}")
        return None if found is None else str(found["data"]["attributes"]["name"])

    def create_list(self, name: str) -> str:
        """Create a list; its id."""
        body = {"data": {"type": "list", "attributes": {"name": name}}}
        answer = self.call("POST", "/api/lists", body, expected=(201,))
        return str(answer["data"]["id"])

    def profiles(self, path: str, addresses: Sequence[str]) -> dict[str, Any]:
        """The id of the profile of each address, or None, of those that a path has."""
        params = {
            "filter": _any_of("email", addresses),
            "fields[profile]": "email",
            "page[size]": str(_MOST_LOOKUPS),
        }
        found = {
            str(each["attributes"].get("email")).lower(): str(each["id"])
            for each in self.entries(path, params)
        }
        return {address: found.get(address) for address in addresses}


@dataclass(frozen=True)
class Klaviyo(ApiAccount):
    """An account of Klaviyo: profiles, lists and subscriptions."""

    type = "klaviyo"
    title = "Klaviyo"
    interfaces = (_REVISION,)

    api_key: str = setting(
        "A private key with full access to profiles, lists and subscriptions.",
        secret=True,
        identifies=True,
    )
    base_url: str = address("https://a.klaviyo.com")
    rows_per_request: int = setting(
        "Profiles in one import, at most.", default=5_000, minimum=1, maximum=10_000
    )
    writes_per_second: float = setting(
        "Imports, and changes of lists, a second, over a minute; Klaviyo takes 150 a"
        " minute, of which they may come four times as fast.",
        default=2.5,
        minimum=0.01,
        maximum=1_000,
    )
    lookups_per_second: float = setting(
        "Look-ups of 100 addresses, and changes of subscriptions, a second, over a"
        " minute; Klaviyo takes 750 a minute.",
        default=12.0,
        minimum=0.01,
        maximum=1_000,
    )
    request_seconds: float = deadline()
    poll_seconds: float = first_look()
    poll_timeout_seconds: float = longest_wait()
    ca_file: str = certificates()

    def validate(self) -> list[str]:
        return setting_problems(self, ["base_url"], ["api_key"])

    @cached_property
    def api(self) -> KlaviyoApi:
        """The account's calls."""
        headers = {
            "Authorization": f"Klaviyo-API-Key {self.api_key}",
            "Accept": KlaviyoApi.media_type,
            "revision": _REVISION.version,
            **_FAIL_LOUDLY,
        }
        return KlaviyoApi(self.client(self.base_url, headers))

    @cached_property
    def limits(self) -> Limits:
        """The limits of imports."""
        rows, often = self.rows_per_request, self.writes_per_second
        return _in_bursts(Limits(rows, _MOST_BYTES, often, 2), "writes")

    @cached_property
    def lookup_limits(self) -> Limits:
        """The limits of look-ups."""
        often = self.lookups_per_second
        limits = Limits(_MOST_LOOKUPS, _MOST_LOOKUP_BYTES, often, 4)
        return _in_bursts(limits, "look-ups")


def _in_bursts(limits: Limits, name: str) -> Limits:
    """As many a minute as before, and faster until these are used up."""
    steady = Bucket.of_rate(name, limits.per_second, _MINUTE)
    return replace(limits, per_second=_BURST * limits.per_second, buckets=(steady,))


def _any_of(field: str, values: Sequence[str]) -> str:
    return f"any({field},{orjson.dumps(values).decode()})"
