"""Google's platforms: their services in the contract suite."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from outhaul.model import Column, Kind
from outhaul.sandbox import Sandbox
from tests.destinations.cases.advertising import (
    BAD_EVENTS,
    BAD_IDENTIFIERS,
    BAD_PHONES,
    EVENT_COLUMNS,
    MEMBER_ID,
    NOW,
    PHONE,
    address,
    events,
    members,
    rich_members,
    sha256,
)
from tests.destinations.cases.case import EMAIL, SECRET, Case, by_number

CONSENT = Column("ad_user_data", "ad_user_data", Kind.TEXT, "varchar")
CLICK = Column("gclid", "gclid", Kind.TEXT, "varchar")


def login(url: str) -> dict[str, Any]:
    return {
        "client_id": "app",
        "client_secret": SECRET,
        "refresh_token": "1//token",
        "token_url": f"{url}/token",
        "base_url": url,
        "customer_match_terms": True,
    }


def google_ads(url: str) -> dict[str, Any]:
    return {"customer_id": "1234567890", "manager_id": "99", **login(url)}


def _user(number: int) -> list[dict[str, Any]]:
    email = {"emailAddress": address(number)}
    phone = {"phoneNumber": sha256(f"+44844412465{number}")}
    return [email] if number == 3 else [email, phone]


def _member(number: int) -> dict[str, Any]:
    denied = {"adUserData": "CONSENT_DENIED"}
    return {"user": _user(number), "consent": denied if number == 2 else GRANTED}


GRANTED = {"adUserData": "CONSENT_GRANTED"}
ROWS = [
    row._replace(
        values={**row.values, "ad_user_data": "denied" if row.seq == 2 else None}
    )
    for row in rich_members()
]


def _seed(sandbox: Sandbox) -> None:
    lists = {str(n): {"displayName": f"other {n}", "members": []} for n in range(3)}
    lists["600"] = {"displayName": "vip", "members": [_member(4)]}
    sandbox.vendors["google_ads"].load({"userLists": lists})


def _members(sandbox: Sandbox, vendor: str = "google_ads") -> Any:
    lists = sandbox.state()[vendor]["userLists"].values()
    return next((e["members"] for e in lists if e["displayName"] == "vip"), [])


def _conversions(sandbox: Sandbox) -> Any:
    return sandbox.state()["google_ads"]["events"]["55"]


def _conversion(number: int, *, with_clicks: bool) -> dict[str, Any]:
    click = {"adIdentifiers": {"gclid": f"click-{number}"}} if with_clicks else {}
    phone = [{"phoneNumber": sha256("+448444124653")}]
    return {
        "transactionId": f"order-{number}",
        "eventTimestamp": f"{NOW - timedelta(hours=number):%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": "WEB",
        **click,
        "userData": {
            "userIdentifiers": [
                {"emailAddress": address(number)},
                *(phone if number != 2 else []),
            ]
        },
        "conversionValue": 12.5,
        "currency": "EUR",
    }


_AUDIENCE = Case(
    vendor="google_ads",
    service="audience",
    account=google_ads,
    options={"ad_user_data": "granted"},
    columns=[MEMBER_ID, EMAIL, PHONE, CONSENT],
    rows=ROWS,
    refused=[
        {"email": None, "phone": None},
        {"ad_user_data": "perhaps"},
        *BAD_IDENTIFIERS,
        *BAD_PHONES,
    ],
    write=("POST", "/v1/audienceMembers:*"),
    content=_members,
    ends=by_number(3, _member),
    seed=_seed,
    renews_token=True,
)
_CONVERSIONS = Case(
    vendor="google_ads",
    service="conversions",
    account=google_ads,
    options={"conversion_action_id": "55"},
    columns=[*EVENT_COLUMNS, CLICK],
    rows=[
        row._replace(values={**row.values, "gclid": f"click-{row.seq}"})
        for row in events()
    ],
    refused=[
        {**bad, "gclid": None} if "phone" in bad and len(bad) > 1 else bad
        for bad in BAD_EVENTS
    ],
    write=("POST", "/v1/events:ingest"),
    content=_conversions,
    ends=by_number(3, lambda n: _conversion(n, with_clicks=True)),
    renews_token=True,
)


def _adjusted(number: int, kind: str) -> dict[str, Any]:
    day = NOW - timedelta(hours=number)
    return {
        "adjustmentType": kind,
        "conversionAction": "customers/1234567890/conversionActions/55",
        "adjustmentDateTime": f"{day:%Y-%m-%d %H:%M:%S}+00:00",
        "orderId": f"order-{number}",
    }


_VALUE = {"restatementValue": {"adjustedValue": 12.5, "currencyCode": "EUR"}}
_ADJUSTMENTS = Case(
    vendor="google_ads",
    service="adjustments",
    account=lambda url: {**google_ads(url), "developer_token": "x", "ads_url": url},
    options={"conversion_action_id": "55"},
    columns=[each for each in EVENT_COLUMNS if each.field not in ("email", "phone")],
    rows=events(),
    refused=[
        {"event_id": None},
        {"event_time": None},
        {"event_time": NOW + timedelta(hours=1)},
        {"event_time": NOW - timedelta(days=60)},
        {"value": None},
        {"currency": "euro"},
    ],
    write=("POST", "*:uploadConversionAdjustments"),
    content=lambda sandbox: sandbox.state()["google_ads"]["adjustments"],
    ends=by_number(3, lambda n: {**_adjusted(n, "RESTATEMENT"), **_VALUE}),
    renews_token=True,
)


def _clicked(number: int) -> dict[str, Any]:
    phone = [{"hashedPhoneNumber": sha256("+448444124653")}]
    day = NOW - timedelta(hours=number)
    return {
        "orderId": f"order-{number}",
        "conversionDateTime": f"{day:%Y-%m-%d %H:%M:%S}+00:00",
        "conversionAction": "customers/1234567890/conversionActions/55",
        "gclid": f"click-{number}",
        "userIdentifiers": [
            {"hashedEmail": address(number)},
            *(phone if number != 2 else []),
        ],
        "conversionValue": 12.5,
        "currencyCode": "EUR",
        "consent": {"adUserData": "DENIED" if number == 2 else "GRANTED"},
    }


def search_ads(url: str) -> dict[str, Any]:
    settings = {"customer_id": "1234567890", "manager_id": "99", **login(url)}
    del settings["customer_match_terms"]
    return settings


CASES = [
    _AUDIENCE,
    replace(
        _AUDIENCE,
        vendor="display_video",
        account=lambda url: {"advertiser_id": "77", **login(url)},
        columns=[EMAIL],
        rows=members(),
        refused=[{"email": None}, *BAD_IDENTIFIERS],
        content=lambda sandbox: _members(sandbox, "display_video"),
        ends=by_number(
            3,
            lambda n: {"user": [{"emailAddress": address(n)}], "consent": GRANTED},
        ),
        seed=lambda sandbox: None,
    ),
    _CONVERSIONS,
    replace(
        _CONVERSIONS,
        service="enhanced_conversions",
        columns=EVENT_COLUMNS,
        rows=events(),
        refused=BAD_EVENTS,
        ends=by_number(3, lambda n: _conversion(n, with_clicks=False)),
    ),
    replace(
        _CONVERSIONS,
        vendor="search_ads_360",
        account=search_ads,
        options={"conversion_action_id": "55", "ad_user_data": "granted"},
        columns=[*EVENT_COLUMNS, CLICK, CONSENT],
        rows=[
            row._replace(
                values={
                    **row.values,
                    "ad_user_data": "denied" if row.seq == 2 else None,
                }
            )
            for row in _CONVERSIONS.rows
        ],
        refused=[*_CONVERSIONS.refused, {"ad_user_data": "perhaps"}],
        write=("POST", "*:uploadClickConversions"),
        content=lambda sandbox: sandbox.state()["search_ads_360"]["events"]["55"],
        ends=by_number(3, _clicked),
    ),
    _ADJUSTMENTS,
    replace(
        _ADJUSTMENTS,
        service="retractions",
        columns=EVENT_COLUMNS[:2],
        refused=[*_ADJUSTMENTS.refused[:4]],
        ends=by_number(3, lambda n: _adjusted(n, "RETRACTION")),
    ),
]
