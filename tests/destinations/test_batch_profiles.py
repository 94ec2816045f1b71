"""Batch `profiles` (CEP): attributes, errors by index, no update-only."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest

from outhaul.errors import (
    ConfigurationError,
    OutcomeUnknown,
    OuthaulError,
    RowRefused,
    StopSync,
    Throttled,
)
from outhaul.kit.rows import Items
from outhaul.kit.service import Bucket, Encoded
from outhaul.model import Change, Kind, Status
from outhaul.sandbox import Sandbox
from outhaul.sandbox.faults import Fault
from tests.destinations.batch_rows import (
    COLUMNS,
    CUSTOM_ID,
    account,
    column,
    encoded,
    row,
    service,
)
from tests.destinations.driver import deliver

PARTIAL = "SUCCESS_WITH_PARTIAL_ERRORS"


@pytest.fixture
def seen():
    return []


@pytest.fixture
def sandbox(seen):
    with Sandbox(observer=lambda request, reply: seen.append(request)) as running:
        yield running


@pytest.fixture
def profiles(sandbox):
    return service(account(sandbox.url("batch"), probe=False), "profiles")


def items_of(profiles, *numbers):
    profiles.prepare(COLUMNS)
    rows = [row(number, plan="gold") for number in numbers]
    return Items.of(Encoded(each, profiles.encode(each)) for each in rows)


def answer(sandbox, errors, code=PARTIAL):
    body = {"code": code, "errors": errors}
    sandbox.add_faults(Fault("status", status=202, body=body))


# --- requests


def test_native_and_custom_attributes_have_their_own_forms(profiles):
    columns = [
        CUSTOM_ID,
        column("$email_address"),
        column("$email_marketing"),
        column("$phone_number"),
        column("$language"),
        column("$region"),
        column("$timezone"),
        column("plan"),
        column("vip", Kind.BOOLEAN),
        column("last_order", Kind.TIMESTAMP),
        column("born", Kind.DATE),
        column("url(site)"),
        column("tags", Kind.JSON),
        column("colours", Kind.JSON),
        column("old"),
    ]
    assert encoded(
        profiles,
        columns,
        **{
            "$email_address": " Ann@Example.com",
            "$email_marketing": "subscribed",
            "$phone_number": "+33612345678",
            "$language": "fr",
            "$region": "FR",
            "$timezone": "Europe/Paris",
            "url(site)": "https://x.fr",
        },
        plan="gold",
        vip=False,
        last_order=datetime(2026, 1, 31, 10),
        born=date(1990, 5, 1),
        tags={"$add": ["a"], "$remove": []},
        colours=["red"],
        old=None,
    ) == {
        "identifiers": {"custom_id": "user-1"},
        "attributes": {
            "$email_address": "ann@example.com",
            "$email_marketing": "subscribed",
            "$phone_number": "+33612345678",
            "$language": "fr",
            "$region": "FR",
            "$timezone": "Europe/Paris",
            "plan": "gold",
            "vip": False,
            "date(last_order)": "2026-01-31T10:00:00Z",
            "date(born)": "1990-05-01T00:00:00Z",
            "url(site)": "https://x.fr",
            "tags": {"$add": ["a"]},
            "colours": ["red"],
            "old": None,
        },
    }


def test_texts_are_never_taken_for_dates_or_addresses(profiles):
    attributes = encoded(
        profiles, [*COLUMNS, column("note")], plan="2026-01-31", note="https://x.fr"
    )["attributes"]
    assert attributes == {"plan": "2026-01-31", "note": "https://x.fr"}


@pytest.mark.parametrize(
    ("field", "bad", "good"),
    [
        ("$email_address", "nobody", "ann@example.com"),
        ("$email_marketing", "yes", "unsubscribed"),
        ("$phone_number", "0612345678", "+33612345678"),
        ("$sms_marketing", "no", "subscribed"),
        ("$language", "French", "fr"),
        ("$region", "fr", "FR"),
        ("$timezone", "Paris time", "Europe/Paris"),
    ],
)
def test_native_attributes_are_checked_before_they_are_sent(profiles, field, bad, good):
    columns = [CUSTOM_ID, column(field)]
    assert encoded(profiles, columns, **{field: good})["attributes"] == {field: good}
    assert encoded(profiles, columns, **{field: None})["attributes"] == {field: None}
    with pytest.raises(RowRefused):
        encoded(profiles, columns, **{field: bad})


def test_a_native_attribute_that_does_not_exist_is_refused(profiles):
    with pytest.raises(ConfigurationError, match=r"those are: \$email_address"):
        profiles.check([CUSTOM_ID, column("$mail")])


def test_texts_have_1_to_300_characters(profiles, sandbox):
    assert encoded(profiles, COLUMNS, plan="x" * 300)
    assert encoded(profiles, COLUMNS, plan="")["attributes"] == {"plan": None}
    with pytest.raises(RowRefused, match="301 characters"):
        encoded(profiles, COLUMNS, plan="x" * 301)
    cutting = service(account(sandbox.url("batch")), "profiles", truncate=True)
    assert encoded(cutting, COLUMNS, plan="x" * 301)["attributes"] == {
        "plan": "x" * 300
    }


def test_lists_have_up_to_25_texts(profiles):
    columns = [CUSTOM_ID, column("tags", Kind.JSON)]
    assert encoded(profiles, columns, tags=["a"] * 25)
    for bad in (["a"] * 26, [1], [["a"]], {"$set": ["a"]}, "{"):
        with pytest.raises(RowRefused):
            encoded(profiles, columns, tags=bad)


def test_a_profile_takes_50_attributes(profiles):
    fields = [column(f"field_{number}") for number in range(51)]
    assert profiles.check([CUSTOM_ID, *fields[:50]]) == []
    with pytest.raises(ConfigurationError, match="51 attributes.*takes 1 to 50"):
        profiles.check([CUSTOM_ID, *fields])


def test_201_profiles_are_two_requests_at_300_profiles_a_second(profiles, seen):
    rows = [row(number, plan="gold") for number in range(201)]
    assert len(deliver(profiles, COLUMNS, rows)) == 201
    assert [len(json.loads(each.body)) for each in seen] == [200, 1]
    limits = profiles.limits(Change.INSERTED)
    assert limits.buckets == (Bucket("profiles", 600, 2.0, "rows"),)


def test_a_mass_update_takes_10000_profiles(sandbox, seen):
    mass = service(
        account(sandbox.url("batch"), probe=False), "profiles", mass_update=True
    )
    rows = [row(number, plan="gold") for number in range(201)]
    assert len(deliver(mass, COLUMNS, rows)) == 201
    assert [each.path for each in seen] == ["/2.11/profiles/mass-update"]
    assert mass.limits(Change.INSERTED).rows == 10_000


# --- no update-only


def test_update_only_is_refused_with_the_reason(sandbox):
    with pytest.raises(ConfigurationError, match="creates a profile for each id"):
        service(account(sandbox.url("batch")), "profiles", insert=False)
    service(account(sandbox.url("batch")), "profiles", insert=True)


def test_unknown_ids_are_created(profiles, sandbox):
    deliver(profiles, COLUMNS, [row(1, plan="gold")])
    assert sandbox.state()["batch"]["profiles"] == {"user-1": {"plan": "gold"}}


def test_the_project_key_is_asked_for(sandbox):
    lacking = account(sandbox.url("batch"), project_key="")
    for name in ("profiles", "events"):
        with pytest.raises(ConfigurationError, match="'project_key'"):
            service(lacking, name)


# --- answers


def test_errors_belong_to_rows_by_index(profiles, sandbox):
    items = items_of(profiles, 1, 2, 3)
    answer(
        sandbox,
        [
            {
                "category": "Attribute invalid",
                "bulk_index": 1,
                "attribute": "plan",
                "reason": "of ann@example.com",
            },
            {"category": "X", "bulk_index": 1, "attribute": "vip", "reason": "no"},
            {"category": "PROFILE", "bulk_index": 2, "reason": "not valid"},
        ],
    )
    accepted, partial, failed = profiles.send(items)
    assert accepted.status is Status.ACCEPTED
    assert (partial.status, partial.code) == (Status.REJECTED, "attribute_invalid")
    assert partial.message == (
        "'plan' was refused, not the rest: of ***; 'vip' was refused, not the rest: no"
    )
    assert (failed.status, failed.message) == (Status.REJECTED, "not valid")


@pytest.mark.parametrize(
    "errors",
    [
        pytest.param([{"bulk_index": 3, "reason": "no"}], id="D03-beyond-the-rows"),
        pytest.param([{"bulk_index": -1, "reason": "no"}], id="D03-negative"),
        pytest.param([{"reason": "no"}], id="D03-without-index"),
        pytest.param([{"bulk_index": "1"}], id="D03-index-as-text"),
        pytest.param([], id="D02-partial-without-errors"),
        pytest.param(None, id="D02-no-list"),
        pytest.param(["no"], id="D02-no-objects"),
    ],
)
def test_errors_that_belong_to_no_row_make_all_of_them_unknown(
    profiles, sandbox, errors
):
    items = items_of(profiles, 1, 2, 3)
    answer(sandbox, errors)
    with pytest.raises(OutcomeUnknown):
        profiles.send(items)


def test_C04_a_success_by_status_alone_is_none(profiles, sandbox):
    items = items_of(profiles, 1)
    answer(sandbox, [], code="MAYBE")
    with pytest.raises(OutcomeUnknown):
        profiles.send(items)
    sandbox.add_faults(Fault("status", status=202))
    with pytest.raises(OutcomeUnknown):
        profiles.send(items)
    answer(sandbox, [], code="SUCCESS")
    assert profiles.send(items)[0].status is Status.ACCEPTED


def test_a_refused_request_is_halved_until_the_bad_row_is_alone(profiles, sandbox):
    sandbox.add_faults(Fault("refuse", emails=["user-7"], times=None))
    rows = [row(number, plan="gold") for number in range(10)]
    outcomes = deliver(profiles, COLUMNS, rows)
    rejected = [n for n, each in outcomes.items() if each.status is Status.REJECTED]
    assert rejected == [7]
    assert len(sandbox.state()["batch"]["profiles"]) == 9


def test_429_500_and_401_mean_pause_repeat_and_stop(profiles, sandbox):
    items = items_of(profiles, 1)
    sandbox.add_faults(
        Fault("throttle", seconds=3),
        Fault("status", status=500, times=2),
        Fault("status", status=401),
    )
    with pytest.raises(Throttled) as throttled:
        profiles.send(items)
    assert 0 < throttled.value.after <= 4
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            profiles.send(items)
    with pytest.raises(StopSync, match="'rest_api_key' and 'project_key'"):
        profiles.send(items)
    assert profiles.send(items)[0].status is Status.ACCEPTED


@pytest.mark.parametrize("status", [202, 400, 401, 429, 500])
def test_J01_the_key_is_never_shown(profiles, sandbox, status):
    items = items_of(profiles, 1)
    body = {"code": PARTIAL, "errors": [{"bulk_index": 9, "reason": "canary-rest-key"}]}
    sandbox.add_faults(Fault("status", status=status, body=body))
    with pytest.raises(OuthaulError) as caught:
        profiles.send(items)
    assert "canary" not in f"{caught.value}{caught.value!r}{caught.value.__context__!r}"


def test_the_probe_creates_no_profile(sandbox):
    probing = service(account(sandbox.url("batch")), "profiles")
    assert probing.check(COLUMNS) == []
    assert sandbox.state()["batch"]["profiles"] == {}
    sandbox.add_faults(Fault("status", status=403))
    with pytest.raises(StopSync):
        probing.check(COLUMNS)
