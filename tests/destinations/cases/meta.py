"""Meta Ads: its services in the contract suite."""

from __future__ import annotations

from typing import Any

from outhaul.sandbox import Sandbox
from tests.destinations.cases.advertising import (
    BAD_EVENTS,
    BAD_IDENTIFIERS,
    BAD_PHONES,
    EVENT_COLUMNS,
    LAST_NAME,
    MEMBER_ID,
    PHONE,
    address,
    events,
    rich_members,
    sha256,
    told,
)
from tests.destinations.cases.case import EMAIL, SECRET, Case, by_number


def _meta(url: str) -> dict[str, Any]:
    return {
        "access_token": SECRET,
        "ad_account_id": "12",
        "dataset_id": "77",
        "base_url": url,
    }


def _audiences(sandbox: Sandbox) -> None:
    others = {str(n): {"name": f"other {n}", "members": []} for n in range(3)}
    members = [_member(4)]
    audiences = {**others, "600": {"name": "vip", "members": members}}
    sandbox.vendors["meta"].load({"audiences": audiences})


def _member(number: int) -> dict[str, str]:
    if number == 3:
        return {"EMAIL": address(3)}
    phone = sha256(f"44844412465{number}")
    return {"EMAIL": address(number), "PHONE": phone, "LN": sha256("obrien")}


def _members(sandbox: Sandbox) -> Any:
    (found,) = [
        each["members"]
        for each in sandbox.state()["meta"]["audiences"].values()
        if each["name"] == "vip"
    ] or [[]]
    return found


CASES = [
    Case(
        vendor="meta",
        service="audience",
        account=_meta,
        columns=[MEMBER_ID, EMAIL, PHONE, LAST_NAME],
        rows=rich_members(),
        refused=[
            {"email": None, "phone": None, "last_name": None},
            *BAD_IDENTIFIERS,
            *BAD_PHONES,
        ],
        write=("POST", "*/users"),
        content=_members,
        ends=by_number(3, _member),
        seed=_audiences,
    ),
    Case(
        vendor="meta",
        service="conversions",
        account=_meta,
        options={"action_source": "system_generated", "event_name": "Purchase"},
        columns=EVENT_COLUMNS,
        rows=events(),
        refused=BAD_EVENTS,
        write=("POST", "*/events"),
        content=lambda sandbox: sandbox.state()["meta"]["datasets"]["77"],
        ends=told("Purchase", "system_generated"),
    ),
]
