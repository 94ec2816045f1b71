"""Microsoft Ads: its service in the contract suite."""

from __future__ import annotations

from typing import Any

from outhaul.sandbox import Sandbox
from tests.destinations.cases.advertising import BAD_IDENTIFIERS, address, members
from tests.destinations.cases.case import EMAIL, SECRET, Case, by_number


def _microsoft(url: str) -> dict[str, Any]:
    return {
        "customer_id": "11",
        "account_id": "12",
        "developer_token": "canary-token",
        "client_id": "app",
        "client_secret": SECRET,
        "refresh_token": "canary",
        "base_url": url,
        "login_url": url,
    }


def _lists(sandbox: Sandbox) -> None:
    vip = {"name": "vip", "members": [address(4)]}
    lists = {"1": {"name": "other", "members": []}, "600": vip}
    sandbox.vendors["microsoft_ads"].load({"lists": lists})


def _members(sandbox: Sandbox) -> Any:
    lists = sandbox.state()["microsoft_ads"]["lists"].values()
    return [sorted(each["members"]) for each in lists if each["name"] == "vip"]


_AUDIENCE: dict[str, Any] = {
    "vendor": "microsoft_ads",
    "service": "audience",
    "account": _microsoft,
    "columns": [EMAIL],
    "rows": members(),
    "refused": [{"email": None}, *BAD_IDENTIFIERS],
    "write": ("POST", "*/CustomerListUserData/Apply"),
    "content": _members,
    "ends": [sorted(by_number(3, address))],
    "seed": _lists,
    "renews_token": True,
}

CASES = [
    Case(**_AUDIENCE),
    Case(
        **_AUDIENCE
        | {
            "variant": "new",
            "options": {"accept_terms": True},
            "seed": lambda sandbox: None,
        }
    ),
]
