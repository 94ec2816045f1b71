"""Batch `contacts` (MEP): one post a platform, typed keys, limits of names, texts."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone

import pytest

from outhaul.destinations.batch import BatchAccount
from outhaul.errors import (
    ConfigurationError,
    NotSent,
    OutcomeUnknown,
    OuthaulError,
    RequestRefused,
    RowRefused,
    StopSync,
    Throttled,
)
from outhaul.kit.rows import Items
from outhaul.kit.service import Encoded
from outhaul.model import Change, Kind, Outcome, Status
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

IOS, ANDROID = "*/CANARYIOS/*", "*/CANARYANDROID/*"


@pytest.fixture
def seen():
    return []


@pytest.fixture
def sandbox(seen):
    with Sandbox(observer=lambda request, reply: seen.append(request)) as running:
        for number in range(1, 6):
            running.batch.add_user(f"user-{number}", "CANARYIOS", "CANARYANDROID")
        yield running


@pytest.fixture
def contacts(sandbox):
    return service(account(sandbox.url("batch"), probe=False), "contacts")


def items_of(contacts, *numbers):
    contacts.prepare(COLUMNS)
    rows = [row(number, plan="gold") for number in numbers]
    return Items.of(Encoded(each, contacts.encode(each)) for each in rows)


def posts(seen):
    """The app and the ids of each request."""
    return [
        (each.path.split("/")[2], [user["id"] for user in json.loads(each.body)])
        for each in seen
    ]


# --- 1: one post for each platform


def test_the_same_payload_goes_once_to_each_app(contacts, sandbox, seen):
    outcomes = deliver(contacts, COLUMNS, [row(1, plan="gold"), row(2, plan="silver")])
    assert set(outcomes.values()) == {Outcome(Status.ACCEPTED)}
    assert [path for path, _ in posts(seen)] == ["CANARYIOS", "CANARYANDROID"]
    assert seen[0].body == seen[1].body
    apps = sandbox.state()["batch"]["apps"]
    assert apps["CANARYIOS"] == apps["CANARYANDROID"]
    assert apps["CANARYIOS"]["user-1"] == {"u.plan": "gold"}


def test_one_app_that_fails_stops_no_other_and_a_retry_goes_to_it_alone(
    contacts, sandbox, seen
):
    items = items_of(contacts, 1, 2)
    sandbox.add_faults(Fault("status", path=IOS, status=503))
    with pytest.raises(OutcomeUnknown):
        contacts.send(items)
    assert contacts.send(items) == [Outcome(Status.ACCEPTED)] * 2
    ids = ["user-1", "user-2"]
    assert posts(seen) == [("CANARYIOS", ids), ("CANARYANDROID", ids)] + [
        ("CANARYIOS", ids)
    ]
    assert contacts.send(items) == [Outcome(Status.ACCEPTED)] * 2
    assert len(seen) == 5


def test_a_key_that_is_refused_stops_after_the_other_apps_are_done(
    contacts, sandbox, seen
):
    items = items_of(contacts, 1)
    sandbox.add_faults(Fault("status", path=IOS, status=401))
    with pytest.raises(StopSync, match="ios_key") as caught:
        contacts.send(items)
    assert not caught.value.outcome_unknown
    apps = sandbox.state()["batch"]["apps"]
    assert apps["CANARYANDROID"]["user-1"] == {"u.plan": "gold"}
    assert apps["CANARYIOS"]["user-1"] == {}


@pytest.mark.parametrize(
    ("ios", "android", "error", "is_open"),
    [
        (401, 503, StopSync, True),
        (503, 429, OutcomeUnknown, False),
        (400, 503, OutcomeUnknown, False),
        (429, 400, RequestRefused, False),
        (429, 429, Throttled, False),
    ],
)
def test_the_most_pressing_answer_decides(
    contacts, sandbox, ios, android, error, is_open
):
    items = items_of(contacts, 1)
    sandbox.add_faults(
        Fault("status", path=IOS, status=ios),
        Fault("status", path=ANDROID, status=android),
    )
    with pytest.raises(OuthaulError) as caught:
        contacts.send(items)
    assert type(caught.value) is error
    assert getattr(caught.value, "outcome_unknown", False) is is_open


def test_halves_after_a_refusal_are_not_sent_to_the_app_that_took_them(
    contacts, sandbox, seen
):
    sandbox.add_faults(Fault("refuse", path=ANDROID, emails=["user-3"], times=None))
    rows = [row(number, plan="gold") for number in range(1, 5)]
    outcomes = deliver(contacts, COLUMNS, rows)
    rejected = {n: each for n, each in outcomes.items() if each != Outcome("accepted")}
    assert {n: each.status for n, each in rejected.items()} == {3: Status.REJECTED}
    assert [app for app, _ in posts(seen)].count("CANARYIOS") == 1
    held = sandbox.state()["batch"]["apps"]["CANARYANDROID"]
    assert [user for user, values in held.items() if values] == [
        "user-1",
        "user-2",
        "user-4",
    ]


def test_an_account_without_app_keys_is_refused_by_name(sandbox):
    lacking = account(sandbox.url("batch"), ios_key="", android_key="")
    with pytest.raises(ConfigurationError, match="'ios_key', 'android_key' or"):
        service(lacking, "contacts")
    service(account(sandbox.url("batch"), android_key=""), "contacts")


# --- 2: payload


def test_keys_say_the_type_and_nothing_is_overwritten(contacts):
    columns = [
        CUSTOM_ID,
        column("plan"),
        column("orders", Kind.INTEGER),
        column("vip", Kind.BOOLEAN),
        column("last_order", Kind.TIMESTAMP),
        column("born", Kind.DATE),
        column("tags", Kind.JSON),
        column("old"),
    ]
    late = timezone(timedelta(hours=2))
    assert encoded(
        contacts,
        columns,
        plan="gold",
        orders=3,
        vip=True,
        last_order=datetime(2026, 1, 31, 12, tzinfo=late),
        born=date(1990, 5, 1),
        tags='["a", "b"]',
        old=None,
    ) == {
        "id": "user-1",
        "update": {
            "overwrite": False,
            "values": {
                "u.plan": "gold",
                "u.orders": 3,
                "u.vip": True,
                "date(u.last_order)": "2026-01-31T10:00:00",
                "date(u.born)": "1990-05-01T00:00:00",
                "ut.tags": ["a", "b"],
                "u.old": None,
            },
        },
    }


def test_empty_texts_and_lists_delete_the_attribute(contacts):
    columns = [CUSTOM_ID, column("plan"), column("tags", Kind.JSON)]
    values = encoded(contacts, columns, plan="", tags=[])["update"]["values"]
    assert values == {"u.plan": None, "ut.tags": None}


def test_texts_of_more_than_64_characters_are_refused_or_cut(contacts, sandbox):
    assert encoded(contacts, COLUMNS, plan="x" * 64)
    with pytest.raises(RowRefused, match="65 characters, and at most 64"):
        encoded(contacts, COLUMNS, plan="x" * 65)
    cutting = service(account(sandbox.url("batch")), "contacts", truncate=True)
    values = encoded(cutting, COLUMNS, plan="x" * 65)["update"]["values"]
    assert values == {"u.plan": "x" * 64}
    with pytest.raises(RowRefused):
        encoded(contacts, [CUSTOM_ID, column("tags", Kind.JSON)], tags=["x" * 65])


@pytest.mark.parametrize(
    ("name", "suggested"),
    [
        ("Plan", "plan"),
        ("total spent €", "total_spent"),
        ("x" * 31, "x" * 30),
        ("été", "t"),
    ],
)
def test_names_that_batch_refuses_are_told_with_one_that_it_takes(
    contacts, name, suggested
):
    with pytest.raises(ConfigurationError, match=f"call it '{suggested}'"):
        contacts.check([CUSTOM_ID, column(name)])
    assert contacts.check([CUSTOM_ID, column(suggested)]) == []


def test_all_problems_of_the_columns_are_told_at_once(contacts):
    with pytest.raises(ConfigurationError) as caught:
        contacts.check([column("Plan"), column("url(site)"), column("site")])
    text = str(caught.value)
    assert "'Plan' cannot be the name" in text
    assert "'site' and 'url(site)' are the same attribute" in text
    assert "there is no column 'custom_id'" in text


def test_a_select_of_ids_alone_is_refused(contacts):
    with pytest.raises(ConfigurationError, match="no column besides 'custom_id'"):
        contacts.check([CUSTOM_ID])


def test_ids_keep_their_case_unless_the_app_lowers_it(contacts, sandbox):
    contacts.prepare(COLUMNS)
    given = row(1, custom_id="  Ann@Example.com ")
    assert json.loads(contacts.encode(given))["id"] == "Ann@Example.com"
    lowering = service(account(sandbox.url("batch")), "contacts", lowercase=True)
    assert json.loads(lowering.encode(given))["id"] == "ann@example.com"
    assert json.loads(lowering.encode(row(1, custom_id=42)))["id"] == "42"


@pytest.mark.parametrize("space", ["\t", "\n", "\u00a0"])
def test_an_id_with_outer_white_space_of_another_kind_is_refused(contacts, space):
    """The build tells it apart from the id without, so it must not become that."""
    contacts.prepare(COLUMNS)
    with pytest.raises(RowRefused) as caught:
        contacts.encode(row(1, custom_id=f"user-1{space}"))
    assert "user-1" not in str(caught.value)
    contacts.encode(row(1, custom_id=f"user{space}1"))


def test_insert_is_refused_with_the_reason(sandbox):
    with pytest.raises(ConfigurationError, match="only updates users that an app"):
        service(account(sandbox.url("batch")), "contacts", insert=True)
    service(account(sandbox.url("batch")), "contacts", insert=False)


# --- 3: batches and answers


def test_10001_users_are_two_requests_to_each_app(sandbox, seen):
    large = account(sandbox.url("batch"), users_per_request=10_000, probe=False)
    rows = [row(number, plan="gold") for number in range(10_001)]
    outcomes = deliver(service(large, "contacts"), COLUMNS, rows)
    assert len(outcomes) == 10_001
    assert sorted(len(ids) for _, ids in posts(seen)) == [1, 1, 10_000, 10_000]


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_is_taken_without_a_body(contacts, sandbox, status):
    items = items_of(contacts, 1)
    sandbox.add_faults(Fault("status", path=IOS, status=status))
    assert contacts.send(items) == [Outcome(Status.ACCEPTED)]


def test_a_body_that_is_no_json_is_no_success(contacts, sandbox):
    items = items_of(contacts, 1)
    sandbox.add_faults(Fault("status", path=IOS, status=202, body=b"ok then"))
    with pytest.raises(OutcomeUnknown):
        contacts.send(items)


# --- 4: accepted, and no more


def test_ids_that_no_app_knows_are_accepted_and_create_nobody(contacts, sandbox):
    outcomes = deliver(contacts, COLUMNS, [row(1, plan="gold"), row(99, plan="gold")])
    assert set(outcomes.values()) == {Outcome(Status.ACCEPTED)}
    assert "user-99" not in sandbox.state()["batch"]["apps"]["CANARYIOS"]


def test_removed_rows_are_not_consumed(contacts):
    assert contacts.consumes == {Change.INSERTED, Change.UPDATED}


# --- the probe, and 10: secrets


def test_the_probe_changes_nothing_and_finds_a_wrong_key(sandbox, seen):
    probing = service(account(sandbox.url("batch")), "contacts")
    before = sandbox.state()["batch"]
    assert probing.check(COLUMNS) == []
    assert [each.body for each in seen] == [b"[]", b"[]"]
    assert sandbox.state()["batch"] == before
    sandbox.add_faults(Fault("status", path=ANDROID, status=404))
    with pytest.raises(StopSync, match="android_key"):
        probing.check(COLUMNS)


def test_without_the_probe_nothing_is_asked(contacts, seen):
    contacts.check(COLUMNS)
    assert seen == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 413, 429, 500, 302])
def test_J01_keys_in_address_and_header_are_never_shown(contacts, sandbox, status):
    items = items_of(contacts, 1)
    echo = b"key CANARYIOS and canary-rest-key in https://api/1.0/CANARYIOS/data"
    sandbox.add_faults(Fault("status", path=IOS, status=status, body=echo))
    with pytest.raises(OuthaulError) as caught:
        contacts.send(items)
    shown = f"{caught.value}{caught.value!r}{caught.value.__context__!r}".lower()
    assert "canary" not in shown


def test_J01_a_host_that_is_away_is_told_without_the_key():
    gone = account("http://127.0.0.1:9", probe=False)
    contacts = service(gone, "contacts")
    with pytest.raises(NotSent) as caught:
        contacts.send(items_of(contacts, 1))
    assert "canary" not in f"{caught.value}{caught.value!r}".lower()
    assert "canary" not in f"{gone}{gone!r}".lower()


def test_settings_that_cannot_work_are_told_together():
    wrong = BatchAccount(
        rest_api_key="a\nb",
        ios_key="../x",
        base_url="http://api.batch.com",
        api_version="latest",
    )
    problems = wrong.validate()
    assert [each.split("'")[1] for each in problems] == [
        "base_url",
        "rest_api_key",
        "ios_key",
        "api_version",
    ]
    assert not any("../x" in each for each in problems)
