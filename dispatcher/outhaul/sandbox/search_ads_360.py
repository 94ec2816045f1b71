"""A stand-in of Search Ads 360: conversions, by the action that they are of.

Those of clicks that are `unknown` fail, and those whose id or time is not new enough.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from outhaul.sandbox.google import HASH, GoogleStandIn, partly
from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.stand_in import Refused, route

_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d")
_ACTION = re.compile(r"customers/\d+/conversionActions/(\d+)")
_CLICKS = {"gclid", "gbraid", "wbraid"}
_OLDEST = timedelta(days=90)
_Row = Mapping[str, Any]


class SearchAdsStandIn(GoogleStandIn):
    """Conversions by their action."""

    empty = {"events": {"55": []}, "unknown": []}

    @route("POST", "/v23/customers/{}:uploadClickConversions")
    def upload(self, request: Request, customer: str) -> Reply:
        body = request.json()
        rows = body["conversions"]
        if body["partialFailure"] is not True or not 1 <= len(rows) <= 2_000:
            raise Refused(400, "1 to 2,000 conversions, with partial failure")
        self.play_refusal(request, [str(each.get("orderId")) for each in rows])
        found = []
        for row in rows:
            problem = self._problem_with(row, rows)
            if not problem and not body.get("validateOnly"):
                self._held(row).append(row)
            found.append(problem)
        return partly(found, "conversions", "conversionUploadError")

    def _held(self, row: _Row) -> Any:
        """What it has of the action of a row; None where there is no such action."""
        named = _ACTION.fullmatch(row["conversionAction"])
        return self.held["events"].get(named[1]) if named else None

    def _problem_with(self, row: _Row, rows: Collection[_Row]) -> str:
        """What Google says of a conversion, or nothing."""
        held = self._held(row)
        if held is None:
            return "NO_CONVERSION_ACTION_FOUND"
        if not _TIME.fullmatch(row["conversionDateTime"]):
            raise Refused(400, "the time of a conversion has another form")
        id = row["orderId"]
        if sum(each["orderId"] == id for each in rows) > 1:
            return "DUPLICATE_ORDER_ID"
        if any(each["orderId"] == id for each in held):
            return "ORDER_ID_ALREADY_IN_USE"
        moment = datetime.fromisoformat(row["conversionDateTime"])
        if datetime.now(timezone.utc) - moment > _OLDEST:
            return "EXPIRED_EVENT"
        return self._problem_with_click(row)

    def _problem_with_click(self, row: _Row) -> str:
        users = row.get("userIdentifiers") or []
        values = [value for each in users for value in each.values()]
        if not all(map(HASH.fullmatch, values)):
            return "INVALID_USER_IDENTIFIER"
        if {"gbraid", "wbraid"} <= row.keys():
            return "GBRAID_WBRAID_BOTH_SET"
        clicks = {row[each] for each in _CLICKS & row.keys()}
        is_known = clicks.isdisjoint(self.held["unknown"])
        return "" if is_known and (clicks or users) else "EVENT_NOT_FOUND"
