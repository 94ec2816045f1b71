"""What is peculiar to Search Ads 360; else `cases/google.py` and `test_google.py`."""

from __future__ import annotations

import json

import pytest

from outhaul.destinations.google import SearchAds
from outhaul.errors import OutcomeUnknown, RowRefused, StopSync
from outhaul.kit.service import Activation
from outhaul.model import Change, Column, Kind, Row
from outhaul.registry.platforms import PLATFORMS
from outhaul.sandbox import Sandbox
from outhaul.sandbox.faults import Fault
from tests.destinations.binding import bound
from tests.destinations.cases.advertising import EVENT_COLUMNS, NOW, events
from tests.destinations.cases.google import search_ads
from tests.destinations.driver import deliver

VENDOR = "search_ads_360"
CLICKS = [
    Column(name, name, Kind.TEXT, "varchar") for name in ("gclid", "gbraid", "wbraid")
]
COLUMNS = [*EVENT_COLUMNS, *CLICKS]


@pytest.fixture
def seen():
    return []


@pytest.fixture
def sandbox(seen):
    note = lambda request, reply: seen.append((request, reply))  # noqa: E731
    with Sandbox(job_seconds=0.0, observer=note, api_key=None) as running:
        yield running


def conversions(sandbox, settings=None, **options):
    account = SearchAds(**{**search_ads(sandbox.url(VENDOR)), **(settings or {})})
    chosen = (
        PLATFORMS[VENDOR]
        .services["conversions"]
        .Options(**{"conversion_action_id": "55", **options})
    )
    return bound(account, "conversions", chosen, Activation("buys__ads", "buys", "ads"))


def clicked(*clicks):
    """An event for each, which has these clicks and nobody."""
    return [
        Row(n, Change.INSERTED, {"event_id": f"order-{n}", "event_time": NOW, **each})
        for n, each in enumerate(clicks, 1)
    ]


def held(sandbox):
    return sandbox.state()[VENDOR]["events"]["55"]


def test_what_google_says_of_a_conversion_is_told_by_row(sandbox):
    sandbox.vendors[VENDOR].load({"unknown": ["strange"]})
    rows = clicked(
        {"gclid": "a"}, {"gclid": "strange"}, {"gbraid": "b", "wbraid": "c"}, {}
    )
    rows[3] = rows[3]._replace(values={**rows[3].values, "email": "a@b.example"})
    found = deliver(conversions(sandbox), COLUMNS, rows)
    assert {seq: each.code for seq, each in found.items() if each.code} == {
        2: "event_not_found",
        3: "gbraid_wbraid_both_set",
    }
    kept = {each["orderId"]: each for each in held(sandbox)}
    assert kept.keys() == {"order-1", "order-4"}
    assert kept["order-1"]["gclid"] == "a"
    assert kept["order-1"].keys().isdisjoint({"userIdentifiers", "consent"})
    assert "gclid" not in kept["order-4"]


def test_a_conversion_that_google_has_already_counts_as_accepted(sandbox):
    for _ in range(2):
        found = deliver(conversions(sandbox), EVENT_COLUMNS, events())
        assert {each.status.value for each in found.values()} == {"accepted"}
    assert len(held(sandbox)) == 3


def test_what_is_wrong_with_the_action_stops_the_sync_and_refuses_no_row(sandbox):
    made = conversions(sandbox, conversion_action_id="56")
    with pytest.raises(StopSync, match="NO_CONVERSION_ACTION_FOUND"):
        deliver(made, EVENT_COLUMNS, events())


def play_failure(sandbox, index, *reasons):
    """Google answers that one row failed, with each of these reasons."""
    location = {"fieldPathElements": [{"fieldName": "conversions", "index": index}]}
    errors = [
        {"errorCode": {"conversionUploadError": each}, "location": location}
        for each in reasons
    ]
    body = {"partialFailureError": {"details": [{"errors": errors}]}}
    sandbox.add_faults(Fault("status", path="*Conversions", status=200, body=body))


def test_an_error_that_belongs_to_no_row_accepts_none(sandbox):
    play_failure(sandbox, 3, "EVENT_NOT_FOUND")
    with pytest.raises(OutcomeUnknown, match="belongs to no row"):
        deliver(conversions(sandbox), EVENT_COLUMNS, events())


def test_a_row_with_another_error_beside_the_known_id_is_refused(sandbox):
    play_failure(sandbox, 1, "UNPARSEABLE_GCLID", "ORDER_ID_ALREADY_IN_USE")
    found = deliver(conversions(sandbox), EVENT_COLUMNS, events())
    assert [each.code for each in found.values()] == ["", "unparseable_gclid", ""]


def test_a_dry_run_says_how_many_are_refused_and_keeps_none(sandbox):
    sandbox.vendors[VENDOR].load({"unknown": ["strange"]})
    rows = clicked({"gclid": "a"}, {"gclid": "strange"})
    with pytest.raises(StopSync, match="refuses 1 of the first 2 rows and kept none"):
        deliver(conversions(sandbox, validate_only=True), COLUMNS, rows)
    assert held(sandbox) == []


def test_who_has_neither_click_nor_identifier_is_refused(sandbox):
    made = conversions(sandbox)
    made.prepare(COLUMNS)
    (row,) = clicked({})
    with pytest.raises(RowRefused, match="no column says who it was"):
        made.encode(row)


@pytest.mark.parametrize("manager", ["99", ""])
def test_requests_name_the_manager_and_need_no_developer_token(sandbox, seen, manager):
    made = conversions(sandbox, {"manager_id": manager})
    deliver(made, EVENT_COLUMNS, events()[:1])
    headers = seen[-1][0].headers
    assert headers.get("login-customer-id", "") == manager
    assert "developer-token" not in headers
    assert json.loads(seen[-1][0].body)["partialFailure"] is True


def test_an_account_with_hyphens_is_told_of(sandbox):
    settings = {**search_ads(sandbox.url(VENDOR)), "customer_id": "123-456-7890"}
    (problem,) = SearchAds(**settings).validate()
    assert "digits alone, without hyphens" in problem
