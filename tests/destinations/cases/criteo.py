"""Criteo: its service in the contract suite."""

from __future__ import annotations

from typing import Any

from outhaul.sandbox import Sandbox
from tests.destinations.cases.advertising import BAD_IDENTIFIERS, address, members
from tests.destinations.cases.case import EMAIL, SECRET, Case, by_number


def _criteo(url: str) -> dict[str, Any]:
    return {
        "advertiser_id": "12",
        "client_id": "app",
        "client_secret": SECRET,
        "base_url": url,
    }


def _segments(sandbox: Sandbox) -> None:
    others = {str(n): {"name": f"other {n}", "members": []} for n in range(3)}
    vip = {"name": "vip", "members": [address(4)]}
    sandbox.vendors["criteo"].load({"segments": {**others, "600": vip}})


def _members(sandbox: Sandbox) -> Any:
    segments = sandbox.state()["criteo"]["segments"].values()
    return [sorted(each["members"]) for each in segments if each["name"] == "vip"]


_AUDIENCE: dict[str, Any] = {
    "vendor": "criteo",
    "service": "audience",
    "account": _criteo,
    "columns": [EMAIL],
    "rows": members(),
    "refused": [{"email": None}, *BAD_IDENTIFIERS],
    "write": ("PATCH", "*/contact-list"),
    "content": _members,
    "ends": [sorted(by_number(3, address))],
    "seed": _segments,
    "renews_token": True,
}

CASES = [
    Case(**_AUDIENCE),
    Case(**_AUDIENCE | {"variant": "new", "seed": lambda sandbox: None}),
]
