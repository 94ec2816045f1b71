"""X Ads: its service in the contract suite."""

from __future__ import annotations

from typing import Any

from outhaul.sandbox import Sandbox
from tests.destinations.cases.advertising import (
    BAD_IDENTIFIERS,
    BAD_PHONES,
    MEMBER_ID,
    PHONE,
    address,
    rich_members,
    sha256,
)
from tests.destinations.cases.case import EMAIL, SECRET, Case, by_number


def _x(url: str) -> dict[str, Any]:
    return {
        "account_id": "18ce54d4x5t",
        "consumer_key": "app",
        "consumer_secret": SECRET,
        "access_token": "12-ann",
        "access_token_secret": "canary",
        "base_url": url,
    }


def _member(number: int) -> dict[str, list[str]]:
    phone = {} if number == 3 else {"phone_number": [sha256(f"+44844412465{number}")]}
    return {"email": [address(number)], **phone}


def _audiences(sandbox: Sandbox) -> None:
    others = {str(n): {"name": f"other {n}", "members": []} for n in range(3)}
    vip = {"name": "vip", "members": [_member(4)]}
    sandbox.vendors["x"].load({"audiences": {**others, "600": vip}})


def _members(sandbox: Sandbox) -> Any:
    audiences = sandbox.state()["x"]["audiences"].values()
    return [each["members"] for each in audiences if each["name"] == "vip"]


CASES = [
    Case(
        vendor="x",
        service="audience",
        account=_x,
        columns=[MEMBER_ID, EMAIL, PHONE],
        rows=rich_members(),
        refused=[{"email": None, "phone": None}, *BAD_IDENTIFIERS, *BAD_PHONES],
        write=("POST", "*/users"),
        content=_members,
        ends=[by_number(3, _member)],
        seed=_audiences,
    )
]
