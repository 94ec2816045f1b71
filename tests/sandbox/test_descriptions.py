"""What services and stand-ins say to each other agrees with the vendors' descriptions.

All that the contract suite asks, but where faults are played, is recorded and checked,
both ways. Beside it stand requests and answers that are wrong: a check that cannot fail
would pass everything.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import orjson
import pytest

from outhaul.errors import StopSync
from outhaul.sandbox import Sandbox
from outhaul.sandbox.messages import Reply, Request
from tests.destinations.cases import CASES
from tests.destinations.contract import CHECKS, Setup, make_service
from tests.sandbox.openapi import SPECS, Description

Wrong = Sequence[tuple[str, str, Any]]
# The first two play faults, whose answers are not the stand-in's.
LEFT_OUT = {
    "check_that_answers_mean_what_they_mean",
    "check_that_a_web_page_is_never_an_acceptance",
    "check_that_a_wrong_key_stops_the_sync",
}


@dataclass(frozen=True)
class Vendor:
    """files: of its description, by the beginning of the paths that they describe.

    asked: how many calls with their statuses are recorded, at least. requests, replies:
    wrong ones. undescribed: statuses of which the description says nothing. alike:
    beginnings of paths that it lacks, each with one of the same form. overlapping:
    see `Description`.
    """

    files: Mapping[str, str]
    asked: int
    requests: Wrong
    replies: Wrong
    headers: Mapping[str, str]
    undescribed: Collection[int] = ()
    alike: Mapping[str, str] = field(default_factory=dict)
    overlapping: Collection[str] = ()


_OF_MICROSOFT = "/CampaignManagement/v13/Audiences"
_OF_CRITEO = "/2026-07/marketing-solutions/audience-segments"
_OF_SEARCH_ADS = "/v23/customers/1:uploadClickConversions"
GOOGLE = Vendor(
    files={"/v1/": "google/datamanager-v1.json"},
    asked=5,
    headers={"content-type": "application/json", "authorization": "Bearer x"},
    requests=[
        ("POST", "/v1/audienceMembers:ingest", {"audienceMembers": {}}),
        ("POST", "/v1/audienceMembers:remove", {"encoding": "hex"}),
        ("POST", "/v1/accountTypes/X/accounts/1/userLists", {"displayName": 1}),
        ("POST", "/v1/audienceMembers:nothing", {}),
    ],
    replies=[
        ("POST", "/v1/audienceMembers:ingest", (200, {"requestId": 1})),
        (
            "GET",
            "/v1/requestStatus:retrieve",
            (200, {"requestStatusPerDestination": 1}),
        ),
        ("GET", "/v1/accountTypes/X/accounts/1/userLists", (200, {"userLists": [1]})),
    ],
    undescribed={400, 401, 404},
)
VENDORS = {
    "braze": Vendor(
        files={"/": "braze/users.json"},
        asked=2,
        headers={"content-type": "application/json", "authorization": "Bearer x"},
        requests=[
            ("POST", "/users/track", {"attributes": {"external_id": "x"}}),
            ("POST", "/v2/subscription/status/set", {"subscription_groups": "x"}),
            ("POST", "/users/nothing", {}),
        ],
        replies=[("POST", "/users/track", (201, []))],
        alike={"/users/track/bulk": "/users/track"},
    ),
    "brevo": Vendor(
        files={"/": "brevo/contacts.json"},
        asked=12,
        headers={"content-type": "application/json", "api-key": "x"},
        requests=[
            ("POST", "/contacts/import", {"jsonBody": {}}),
            ("POST", "/contacts/lists", {"name": "vip"}),
            ("POST", "/contacts/lists/1/contacts/add", {"emails": []}),
            ("POST", "/contacts/attributes/normal/X", {"type": "number"}),
            ("PUT", "/contacts/x/nothing", {}),
        ],
        replies=[
            ("POST", "/contacts/import", (202, {})),
            ("GET", "/processes/1", (200, {"id": 1, "name": "x", "status": "done"})),
            ("GET", "/contacts/lists", (200, {"lists": [{"id": 1}]})),
            ("POST", "/contacts/lists/1/contacts/add", (201, {})),
            ("GET", "/contacts/x", (404, {"code": "unheard_of", "message": ""})),
        ],
        undescribed={401},
    ),
    "criteo": Vendor(
        files={"/2026-07/": "criteo/audiences_2026-07.json"},
        asked=3,
        headers={"content-type": "application/json", "authorization": "Bearer x"},
        requests=[
            ("POST", f"{_OF_CRITEO}/create", {"data": [{"attributes": {}}]}),
            ("PATCH", f"{_OF_CRITEO}/1/contact-list", {"data": {"type": "x"}}),
            ("PATCH", f"{_OF_CRITEO}/1/nothing", {}),
        ],
        replies=[
            ("PATCH", f"{_OF_CRITEO}/1/contact-list", (200, {"data": {}})),
            ("POST", f"{_OF_CRITEO}/search", (200, {"data": [{"id": 1}]})),
        ],
        undescribed={400, 401, 404},
    ),
    "display_video": GOOGLE,
    "google_ads": replace(
        GOOGLE,
        files={**GOOGLE.files, "/v23/": "google/searchads360-v23-conversions.json"},
        asked=6,
        # That of Search Ads 360 has the same forms as that of Google Ads.
        alike={"/v25/customers": "/v23/customers"},
        requests=[
            *GOOGLE.requests,
            ("POST", "/v1/events:ingest", {"events": [{"eventSource": "SHOP"}]}),
            ("POST", "/v1/events:ingest", {"events": [{"conversionValue": "1"}]}),
            (
                "POST",
                "/v23/customers/1:uploadConversionAdjustments",
                {"conversionAdjustments": [{"adjustmentType": "REFUND"}]},
            ),
        ],
    ),
    "hubspot": Vendor(
        files={"/crm/v3/": "hubspot/crm-v3.json"},
        asked=8,
        headers={"content-type": "application/json", "authorization": "Bearer x"},
        requests=[
            ("POST", "/crm/v3/objects/contacts/batch/upsert", {"inputs": [{"id": 1}]}),
            ("POST", "/crm/v3/lists/", {"name": "vip"}),
            ("PUT", "/crm/v3/lists/7/memberships/add", {"ids": []}),
            ("POST", "/crm/v3/objects/contacts/batch/nothing", {}),
        ],
        replies=[
            ("POST", "/crm/v3/objects/contacts/batch/upsert", (200, {"results": []})),
            ("GET", "/crm/v3/lists/7", (200, {"list": {"listId": "7"}})),
            ("PUT", "/crm/v3/lists/7/memberships/add", (200, {})),
        ],
        undescribed={401, 404},
        # The description is that of version 3, whose calls are the same.
        alike={
            "/crm/objects/2026-09": "/crm/v3/objects",
            "/crm/lists/2026-09": "/crm/v3/lists",
        },
    ),
    "intercom": Vendor(
        files={"/": "intercom/contacts-2.16.json"},
        asked=11,
        headers={
            "content-type": "application/json",
            "authorization": "Bearer x",
            "intercom-version": "2.16",
        },
        requests=[
            ("POST", "/contacts/search", {"query": {"operator": "IN", "field": 1}}),
            ("POST", "/data_attributes", {"name": "x", "model": "contact"}),
            ("POST", "/tags", {"users": []}),
            ("GET", "/tags/x/y", None),
        ],
        replies=[
            ("GET", "/tags", (200, {"type": "tags"})),
            ("GET", "/data_attributes", (200, {"data": [{"model": "x"}]})),
            ("POST", "/contacts", (401, {"errors": []})),
        ],
        undescribed={409},
        overlapping={"/tags"},
    ),
    "iterable": Vendor(
        files={"/api/": "iterable/users-lists-events.json"},
        asked=8,
        headers={"content-type": "application/json", "api-key": "x"},
        requests=[
            ("POST", "/api/users/bulkUpdate", {"users": {}}),
            ("POST", "/api/lists", {}),
            ("POST", "/api/lists/subscribe", {"subscribers": []}),
            ("POST", "/api/lists/nothing", {}),
        ],
        replies=[
            ("POST", "/api/users/bulkUpdate", (200, {"successCount": 1})),
            ("GET", "/api/lists", (200, {"lists": [{"id": 1}]})),
            ("POST", "/api/lists", (200, {"listId": "one"})),
        ],
    ),
    "klaviyo": Vendor(
        files={
            "/api/profile": "klaviyo/profiles.json",
            "/api/lists": "klaviyo/lists.json",
        },
        asked=13,
        headers={
            "content-type": "application/vnd.api+json",
            "revision": "2026-07-15",
            "authorization": "Klaviyo-API-Key x",
        },
        requests=[
            ("POST", "/api/profile-bulk-import-jobs", {"data": {}}),
            ("POST", "/api/lists", {"data": {"type": "list", "attributes": {}}}),
            ("POST", "/api/lists/x/relationships/profiles", {"data": [{"id": "x"}]}),
            ("POST", "/api/profile-subscription-bulk-create-jobs", {"data": None}),
            ("GET", "/api/profiles-of-nobody", None),
        ],
        replies=[
            ("POST", "/api/profile-bulk-import-jobs", (202, {"data": {"id": "x"}})),
            ("GET", "/api/lists", (200, {"data": [{"id": "x"}]})),
            ("GET", "/api/profiles", (200, {})),
            ("GET", "/api/profile-bulk-import-jobs/x", (404, {"errors": [{}]})),
        ],
    ),
    "microsoft_ads": Vendor(
        files={"/CampaignManagement/v13/": "microsoft-ads/campaign-v13.json"},
        asked=3,
        headers={"content-type": "application/json", "authorization": "Bearer x"},
        requests=[
            ("POST", f"{_OF_MICROSOFT}/QueryByIds", {"Type": "Nothing"}),
            ("POST", f"{_OF_MICROSOFT}", {"Audiences": {}}),
            ("POST", f"{_OF_MICROSOFT}/Nothing", {}),
        ],
        replies=[
            ("POST", f"{_OF_MICROSOFT}", (200, {"AudienceIds": [1]})),
            ("POST", f"{_OF_MICROSOFT}/QueryByIds", (200, {"Audiences": {}})),
        ],
        undescribed={400, 401},
    ),
    "pinterest": Vendor(
        files={"/v5/": "pinterest/audiences-v5.json"},
        asked=9,
        headers={"content-type": "application/json", "authorization": "Bearer x"},
        requests=[
            ("POST", "/v5/ad_accounts/1/customer_lists", {"name": "vip"}),
            ("PATCH", "/v5/ad_accounts/1/customer_lists/2", {"operation_type": "NONE"}),
            ("POST", "/v5/ad_accounts/1/audiences", {"name": "vip"}),
            ("POST", "/v5/ad_accounts/1/events", {"data": [{"event_id": "x"}]}),
        ],
        replies=[
            ("POST", "/v5/ad_accounts/1/events", (200, {"events": []})),
            ("GET", "/v5/ad_accounts/1/customer_lists", (200, {})),
            ("POST", "/v5/ad_accounts/1/customer_lists", (200, {"status": "DONE"})),
        ],
    ),
    "search_ads_360": Vendor(
        files={"/v23/": "google/searchads360-v23-conversions.json"},
        asked=1,
        headers=GOOGLE.headers,
        requests=[
            ("POST", _OF_SEARCH_ADS, {"conversions": [{"conversionValue": "1"}]}),
            ("POST", _OF_SEARCH_ADS, {"conversions": [{"currency": "EUR"}]}),
            (
                "POST",
                _OF_SEARCH_ADS,
                {"conversions": [{"consent": {"adUserData": "CONSENT_GRANTED"}}]},
            ),
            ("POST", "/v23/customers/1:uploadNothing", {}),
        ],
        replies=[
            ("POST", _OF_SEARCH_ADS, (200, {"results": {}})),
            ("POST", _OF_SEARCH_ADS, (200, {"partialFailureError": []})),
            ("POST", _OF_SEARCH_ADS, (200, {"jobId": 1})),
        ],
        undescribed={400, 401},
    ),
}


def described(name: str) -> Any:
    """Skipped where the vendor's files are absent."""
    folder = SPECS / next(iter(VENDORS[name].files.values())).partition("/")[0]
    reason = f"the description of {name} is absent (set OUTHAUL_SPECS to the folder)"
    return pytest.param(
        name, marks=pytest.mark.skipif(not folder.is_dir(), reason=reason)
    )


NAMES = [described(name) for name in VENDORS]


@cache
def description_of(name: str) -> Description:
    return Description(VENDORS[name].files, VENDORS[name].overlapping)


@cache
def exchanges(name: str) -> list[tuple[Request, Reply]]:
    """What the contract suite asks of a vendor, and what a wrong key is answered."""
    seen: dict[Any, tuple[Request, Reply]] = {}

    def note(request: Request, reply: Reply) -> None:
        query = tuple(request.query.items())
        key = (request.method, request.path, query, request.body, reply.status)
        seen[key] = (request, reply)

    checks = [check for check in CHECKS if check.__name__ not in LEFT_OUT]
    for case in (case for case in CASES if case.vendor == name):
        for check in checks:
            with Sandbox(job_seconds=0.0, observer=note) as sandbox:
                case.seed(sandbox)
                check(Setup(case, sandbox, make_service(case, case.url(sandbox))))
        with Sandbox(api_key="another", observer=note) as sandbox:
            with pytest.raises(StopSync):
                make_service(case, case.url(sandbox)).check(case.columns)
    return list(seen.values())


@pytest.mark.parametrize("name", NAMES)
def test_what_we_ask_and_what_the_stand_in_answers_is_as_described(name):
    vendor, description = VENDORS[name], description_of(name)
    asked = set()
    for request, reply in exchanges(name):
        for ours, theirs in vendor.alike.items():
            if request.path.startswith(ours):
                path = theirs + request.path.removeprefix(ours)
                request = replace(request, path=path)
        if not description.knows(request):
            continue
        if reply.status < 400:
            description.check_request(request)
        if reply.status not in vendor.undescribed:
            description.check_reply(request, reply)
        asked.add((request.method, request.path, reply.status))
    assert len(asked) >= vendor.asked


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_as_described_is_noticed(name):
    from openapi_core.exceptions import OpenAPIError

    vendor, description = VENDORS[name], description_of(name)

    def asked(method: str, path: str, body: Any) -> Request:
        content = b"" if body is None else orjson.dumps(body)
        return Request(method, path, {}, vendor.headers, content, "")

    for method, path, body in vendor.requests:
        with pytest.raises(OpenAPIError):
            description.check_request(asked(method, path, body))
    kind = {"Content-Type": vendor.headers["content-type"]}
    for method, path, (status, body) in vendor.replies:
        with pytest.raises(OpenAPIError):
            description.check_reply(asked(method, path, {}), Reply(status, body, kind))
