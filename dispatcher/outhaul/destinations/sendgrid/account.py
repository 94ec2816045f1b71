"""A SendGrid account: its settings, its limits, and what its services share."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property

from outhaul.config.settings import setting
from outhaul.destinations.sendgrid.api import SendGridApi
from outhaul.destinations.sendgrid.recent import Recent
from outhaul.http.addresses import setting_problems
from outhaul.kit.api import ApiAccount, address, certificates, deadline
from outhaul.kit.interface import Interface
from outhaul.kit.jobs import first_look, longest_wait
from outhaul.kit.service import Limits

# The vendor takes 30,000 contacts or 6 MB in one request, 100 addresses in one
# search. For removals it tells no limit; 100 is what other clients use.
_MOST_BYTES = 5_500_000
_MOST_LOOKUPS = 100
_MOST_REMOVALS = 100
_MOST_ADDRESS_BYTES = 30_000
# Enough to reach the rates below with slow answers.
_WRITES_AT_ONCE = 2
_LOOKUPS_AT_ONCE = 4
# Ids of 36 characters with their commas and quotes, in an address of about 4 kB.
_MOST_REMOVAL_BYTES = 4_000


@dataclass(frozen=True)
class SendGrid(ApiAccount):
    """Marketing Campaigns of SendGrid: contacts and lists."""

    type = "sendgrid"
    title = "SendGrid"
    interfaces = (Interface("v3"),)

    api_key: str = setting(
        "An API key with full access to Marketing; nothing else is needed.",
        secret=True,
        identifies=True,
    )
    base_url: str = address("https://api.sendgrid.com")
    on_behalf_of: str = setting(
        "The subuser to act for; default: the account of the key.",
        default="",
        identifies=True,
    )
    rows_per_request: int = setting(
        "Contacts in one import, at most.", default=5_000, minimum=1, maximum=30_000
    )
    writes_per_second: float = setting(
        "Imports and removals a second.", default=2.0, minimum=0.01, maximum=1_000
    )
    lookups_per_second: float = setting(
        "Searches a second, of 100 addresses each.",
        default=4.0,
        minimum=0.01,
        maximum=1_000,
    )
    request_seconds: float = deadline()
    poll_seconds: float = first_look()
    poll_timeout_seconds: float = longest_wait()
    ca_file: str = certificates()
    recent: Recent = dataclasses.field(
        default_factory=Recent, init=False, repr=False, compare=False
    )

    def validate(self) -> list[str]:
        return setting_problems(self, ["base_url"], ["api_key", "on_behalf_of"])

    @cached_property
    def api(self) -> SendGridApi:
        """The account's calls."""
        headers = {"Authorization": f"Bearer {self.api_key}"}
        if self.on_behalf_of:
            headers["on-behalf-of"] = self.on_behalf_of
        return SendGridApi(self.client(self.base_url, headers))

    @cached_property
    def limits(self) -> Limits:
        """The limits of imports."""
        often = self.writes_per_second
        return Limits(self.rows_per_request, _MOST_BYTES, often, _WRITES_AT_ONCE)

    @cached_property
    def removal_limits(self) -> Limits:
        """The limits of requests that end memberships."""
        often = self.writes_per_second
        return Limits(_MOST_REMOVALS, _MOST_REMOVAL_BYTES, often, _WRITES_AT_ONCE)

    @cached_property
    def lookup_limits(self) -> Limits:
        """The limits of searches."""
        often = self.lookups_per_second
        return Limits(_MOST_LOOKUPS, _MOST_ADDRESS_BYTES, often, _LOOKUPS_AT_ONCE)
