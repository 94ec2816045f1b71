"""Reddit Ads: its service in the contract suite."""

from __future__ import annotations

from typing import Any

from outhaul.model import Column, Kind
from outhaul.sandbox import Sandbox
from tests.destinations.cases.advertising import (
    BAD_IDENTIFIERS,
    MEMBER_ID,
    address,
    members,
    sha256,
)
from tests.destinations.cases.case import EMAIL, SECRET, Case, by_number

_DEVICE = "AECE52E7-03EE-455A-B3C4-E57283966239"


def _reddit(url: str) -> dict[str, Any]:
    return {
        "ad_account_id": "t2_12",
        "client_id": "app",
        "client_secret": SECRET,
        "refresh_token": "canary",
        "base_url": url,
        "login_url": url,
    }


def _member(number: int) -> list[str]:
    return [address(number), "" if number == 2 else sha256(_DEVICE.lower())]


def _audiences(sandbox: Sandbox) -> None:
    others = {str(n): {"name": f"other {n}", "members": []} for n in range(3)}
    vip = {"name": "vip", "members": [_member(4)]}
    sandbox.vendors["reddit"].load({"audiences": {**others, "600": vip}})


def _members(sandbox: Sandbox) -> Any:
    audiences = sandbox.state()["reddit"]["audiences"].values()
    return [each["members"] for each in audiences if each["name"] == "vip"]


CASES = [
    Case(
        vendor="reddit",
        service="audience",
        account=_reddit,
        columns=[
            MEMBER_ID,
            EMAIL,
            Column("mobile_ad_id", "mobile_ad_id", Kind.TEXT, "varchar"),
        ],
        rows=[
            row._replace(
                values={
                    "member_id": f"m{row.seq}",
                    # Reddit's rule: no dots, and nothing behind a plus
                    "email": row.values["email"].replace("Person", "Per.son"),
                    "mobile_ad_id": None if row.seq == 2 else _DEVICE,
                }
            )
            for row in members()
        ],
        refused=[{"email": None, "mobile_ad_id": None}, *BAD_IDENTIFIERS],
        write=("PATCH", "*/users"),
        content=_members,
        ends=[by_number(3, _member)],
        seed=_audiences,
        renews_token=True,
    ),
]
