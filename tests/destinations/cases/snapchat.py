"""Snapchat Ads: its services in the contract suite."""

from __future__ import annotations

from typing import Any

from outhaul.sandbox import Sandbox
from tests.destinations.cases.advertising import (
    BAD_EVENTS,
    BAD_IDENTIFIERS,
    EVENT_COLUMNS,
    address,
    events,
    members,
    told,
)
from tests.destinations.cases.case import EMAIL, SECRET, Case, by_number


def _events_of(url: str) -> dict[str, Any]:
    return {"pixel_id": "77", "conversion_token": SECRET, "events_url": url}


def _all_of(url: str) -> dict[str, Any]:
    return {
        **_events_of(url),
        "ad_account_id": "12",
        "client_id": "app",
        "client_secret": SECRET,
        "refresh_token": "canary",
        "base_url": url,
        "login_url": url,
    }


def _segments(sandbox: Sandbox) -> None:
    others = {str(n): {"name": f"other {n}", "members": []} for n in range(3)}
    vip = {"name": "vip", "members": [address(4)]}
    sandbox.vendors["snapchat"].load({"segments": {**others, "600": vip}})


def _members(sandbox: Sandbox) -> Any:
    segments = sandbox.state()["snapchat"]["segments"].values()
    return [sorted(each["members"]) for each in segments if each["name"] == "vip"]


CASES = [
    Case(
        vendor="snapchat",
        service="conversions",
        account=_events_of,
        options={"action_source": "WEB", "event_name": "PURCHASE"},
        columns=EVENT_COLUMNS,
        rows=events(),
        refused=BAD_EVENTS,
        write=("POST", "*/events"),
        content=lambda sandbox: sandbox.state()["snapchat"]["events"],
        ends=told("PURCHASE", "WEB"),
    ),
    Case(
        vendor="snapchat",
        service="audience",
        account=_all_of,
        columns=[EMAIL],
        rows=members(),
        refused=[{"email": None}, *BAD_IDENTIFIERS],
        write=("POST", "*/users"),
        content=_members,
        ends=[sorted(by_number(3, address))],
        seed=_segments,
        renews_token=True,
    ),
]
