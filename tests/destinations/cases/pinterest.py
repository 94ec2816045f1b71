"""Pinterest Ads: its services in the contract suite."""

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


def _pinterest(url: str) -> dict[str, Any]:
    return {
        "ad_account_id": "12",
        "access_token": SECRET,
        "conversion_token": SECRET,
        "base_url": url,
    }


def _lists(sandbox: Sandbox) -> None:
    others = {str(n): {"name": f"other {n}", "members": []} for n in range(3)}
    lists = {**others, "600": {"name": "vip", "members": [address(4)]}}
    held = {"lists": lists, "audiences": {"900": "600"}}
    sandbox.vendors["pinterest"].load(held)


def _members(sandbox: Sandbox) -> Any:
    lists = sandbox.state()["pinterest"]["lists"].values()
    return [each["members"] for each in lists if each["name"] == "vip"]


_AUDIENCE: dict[str, Any] = {
    "vendor": "pinterest",
    "service": "audience",
    "account": _pinterest,
    "columns": [EMAIL],
    "rows": members(),
    "refused": [{"email": None}, *BAD_IDENTIFIERS],
    "write": ("PATCH", "*/customer_lists/*"),
    "content": _members,
    "ends": [by_number(3, address)],
    "seed": _lists,
}

CASES = [
    Case(**_AUDIENCE),
    Case(
        **_AUDIENCE
        | {
            "variant": "new",
            "seed": lambda sandbox: None,
            "write": ("*", "*/customer_lists*"),
        }
    ),
    Case(
        vendor="pinterest",
        service="conversions",
        account=_pinterest,
        options={"action_source": "web", "event_name": "checkout"},
        columns=EVENT_COLUMNS,
        rows=events(),
        refused=[each for each in BAD_EVENTS if "value" not in each]
        + [{"value": float("nan")}],
        write=("POST", "*/events"),
        content=lambda sandbox: sandbox.state()["pinterest"]["events"],
        ends=told("checkout", "web", "12.5"),
    ),
]
