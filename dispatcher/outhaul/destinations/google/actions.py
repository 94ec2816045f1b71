"""What the services have in common that write to one conversion action.

https://developers.google.com/google-ads/api/docs/conversions/overview
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import orjson

from outhaul.destinations.google.account import OfCustomer
from outhaul.destinations.google.failures import outcomes_of
from outhaul.errors import StopSync
from outhaul.kit.events import EventTime
from outhaul.kit.records import Records
from outhaul.kit.rows import Collected
from outhaul.kit.service import Limits
from outhaul.model import ACCEPTED, Change, Column, Outcome

_MOST_ROWS = 2_000


class OfAction(Records):
    """A service whose option `conversion_action_id` says where its rows go."""

    others = ""
    _account: Any
    _options: Any

    def writes_to(self) -> str:
        return f"conversion action {self._options.conversion_action_id}"

    def limits(self, change: Change) -> Limits:
        limits: Limits = self._account.limits_of(_MOST_ROWS)
        return limits

    def check(self, columns: Sequence[Column]) -> list[str]:
        self._account.log_in()
        return super().check(columns)

    def prepare(self, columns: Sequence[Column]) -> None:
        super().prepare(columns)
        self._account.log_in()


class Uploads(OfAction):
    """A service whose rows are answered at once, in the forms of the Google Ads API."""

    call: ClassVar[str]
    """The version, and what follows the account, of the address that takes rows."""
    rows: ClassVar[str]
    """The key of the rows of a request."""

    _account: OfCustomer

    @property
    def action(self) -> str:
        """The name of the conversion action."""
        action = self._options.conversion_action_id
        return f"customers/{self._account.customer_id}/conversionActions/{action}"

    def time_within(self, hours: float) -> EventTime:
        """How times are written that are at most so many hours ago."""
        return EventTime(" ", "+00:00", hours=hours, clock=self._account.clock)

    def send(self, items: Collected) -> list[Outcome]:
        is_dry = self._options.validate_only
        about = {"partialFailure": True, **({"validateOnly": True} if is_dry else {})}
        rows = b'"%b":[' % self.rows.encode() + b",".join(items.bodies) + b"]"
        body = orjson.dumps(about)[:-1] + b"," + rows + b"}"
        version, _, call = self.call.partition(":")
        path = f"/{version}/customers/{self._account.customer_id}:{call}"
        api = self._account.ads_api
        outcomes = outcomes_of(api.request("POST", path, body), len(items), api.hints)
        if is_dry:
            count = len(items) - outcomes.count(ACCEPTED)
            raise StopSync(
                f"a dry run: Google refuses {count} of the first {len(items)} rows and"
                " kept none; remove 'validate_only' to send"
            )
        return outcomes
