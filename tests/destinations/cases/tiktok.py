"""TikTok Ads: its services in the contract suite."""

from __future__ import annotations

from typing import Any

from outhaul.sandbox import Sandbox
from tests.destinations.cases.advertising import (
    BAD_EVENTS,
    BAD_IDENTIFIERS,
    BAD_PHONES,
    EVENT_COLUMNS,
    MEMBER_ID,
    PHONE,
    address,
    events,
    happened,
    rich_members,
    sha256,
)
from tests.destinations.cases.case import EMAIL, SECRET, Case, by_number


def _tiktok(url: str) -> dict[str, Any]:
    return {
        "access_token": SECRET,
        "advertiser_id": "12",
        "pixel_code": "C77",
        "offline_event_set_id": "88",
        "base_url": url,
    }


def _audiences(sandbox: Sandbox) -> None:
    others = {str(n): {"name": f"other {n}", "members": []} for n in range(3)}
    vip = {"name": "vip", "members": _hashes(4)}
    sandbox.vendors["tiktok"].load({"audiences": {**others, "600": vip}})


def _hashes(number: int) -> list[str]:
    phone = [sha256(f"+44844412465{number}")] if number != 3 else []
    return [address(number), *phone]


def _members(sandbox: Sandbox) -> Any:
    audiences = sandbox.state()["tiktok"]["audiences"].values()
    return [each["members"] for each in audiences if each["name"] == "vip"]


def _conversions(service: str, source: str) -> Case:
    return Case(
        vendor="tiktok",
        service=service,
        account=_tiktok,
        options={"event_name": "CompletePayment"},
        columns=EVENT_COLUMNS,
        rows=events(),
        refused=BAD_EVENTS,
        write=("POST", "*/event/track/"),
        content=lambda sandbox: sandbox.state()["tiktok"]["events"],
        ends={
            source: by_number(
                3,
                lambda n: {
                    "event_id": f"order-{n}",
                    "event": "CompletePayment",
                    "event_time": happened(n),
                    "user": {"email": [address(n)]}
                    | ({} if n == 2 else {"phone": [sha256("+448444124653")]}),
                    "properties": {"value": 12.5, "currency": "EUR"},
                },
            )
        },
    )


CASES = [
    Case(
        vendor="tiktok",
        service="audience",
        account=_tiktok,
        columns=[MEMBER_ID, EMAIL, PHONE],
        rows=rich_members(),
        refused=[{"email": None, "phone": None}, *BAD_IDENTIFIERS, *BAD_PHONES],
        write=("POST", "*/segment/mapping/"),
        content=_members,
        ends=[[each for n in range(1, 4) for each in _hashes(n)]],
        seed=_audiences,
    ),
    _conversions("web_conversions", "web C77"),
    _conversions("offline_conversions", "offline 88"),
]
