"""What is peculiar to Google Ads and Display & Video 360; else `cases/google.py`."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from outhaul.destinations.google import GoogleAds
from outhaul.destinations.google.requests import outcomes
from outhaul.errors import ConfigurationError, RequestRefused, RowRefused, StopSync
from outhaul.kit.rows import Items
from outhaul.kit.service import Activation, Encoded
from outhaul.model import Change, Column, Kind, Row
from outhaul.registry.platforms import PLATFORMS
from outhaul.sandbox import Sandbox
from outhaul.sandbox.faults import Fault
from tests.destinations.binding import bound
from tests.destinations.cases.advertising import EVENT_COLUMNS, NOW, events
from tests.destinations.cases.case import EMAIL
from tests.destinations.cases.google import google_ads
from tests.destinations.driver import deliver

ADDRESS = [
    Column(name, name, Kind.TEXT, "varchar")
    for name in ("first_name", "last_name", "country", "postal_code")
]
SPOKEN_FOR = {"first_name": "Ann", "last_name": "Lee", "country": "US"}


@pytest.fixture
def seen():
    return []


@pytest.fixture
def sandbox(seen):
    note = lambda request, reply: seen.append((request, reply))  # noqa: E731
    with Sandbox(job_seconds=0.0, observer=note, api_key=None) as running:
        yield running


def account(sandbox, **settings):
    return GoogleAds(**{**google_ads(sandbox.url("google_ads")), **settings})


def service(made, name="audience", **options):
    chosen = PLATFORMS["google_ads"].services[name].Options(**options)
    return bound(made, name, chosen, Activation("vip__ads", "vip", "ads"))


def members(audience, count):
    audience.prepare([EMAIL])
    rows = [
        Row(n, Change.INSERTED, {"email": f"person{n}@example.com"})
        for n in range(1, count + 1)
    ]
    return Items.of(Encoded(row, audience.encode(row)) for row in rows)


def statuses(found):
    return [each.status.value for each in found]


# --- what Google tells of a request


def told(status, *counts, records=3):
    errors = [
        {"reason": f"PROCESSING_ERROR_REASON_{reason}", "recordCount": str(count)}
        | ({} if indices is None else {"recordIndices": indices})
        for reason, count, indices in counts
    ]
    ingested = {"userDataIngestionStatus": {"recordCount": str(records)}}
    return {
        "requestStatus": status,
        "audienceMembersIngestionStatus": ingested,
        "errorInfo": {"errorCounts": errors},
    }


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (told("SUCCESS"), ["accepted"] * 3),
        (
            told("PARTIAL_SUCCESS", ("NO_CONSENT", 1, [1])),
            ["accepted", "rejected", "accepted"],
        ),
        (
            told("PARTIAL_SUCCESS", ("INTERNAL_ERROR", 1, [0]), ("NO_CONSENT", 1, [2])),
            ["unknown", "accepted", "rejected"],
        ),
        (told("FAILED", ("NO_CONSENT", 3, [0, 1, 2])), ["rejected"] * 3),
        (told("PARTIAL_SUCCESS", ("NO_CONSENT", 2, [1])), ["some_failed"] * 3),
        (told("PARTIAL_SUCCESS", ("NO_CONSENT", 1, None)), ["some_failed"] * 3),
        (told("PARTIAL_SUCCESS", ("NO_CONSENT", 1, [3])), ["some_failed"] * 3),
        (told("FAILED"), ["some_failed"] * 3),
        (
            told("PARTIAL_SUCCESS", ("NO_CONSENT", 1, [1]), records=9),
            ["some_failed"] * 3,
        ),
    ],
)
def test_an_error_that_names_no_row_of_ours_accepts_none(status, expected):
    assert statuses(outcomes(status, 3)) == expected


def test_a_row_alone_needs_no_index_but_to_be_the_whole_request():
    failed = told("FAILED", ("NO_CONSENT", 1, None), records=1)
    assert [each.code for each in outcomes(failed, 1)] == ["no_consent"]
    of_three = told("PARTIAL_SUCCESS", ("NO_CONSENT", 1, [2]))
    assert statuses(outcomes(of_three, 1)) == ["some_failed"]


def test_a_field_that_is_wrong_refuses_its_row_alone(sandbox):
    audience = service(account(sandbox))
    items = members(audience, 3)
    bad = items[1].body.replace(b'"emailAddress":"', b'"emailAddress":"0')
    spoilt = Items.of([items[0], Encoded(items[1].row, bad), items[2]])
    with pytest.raises(RequestRefused) as caught:
        audience.send(spoilt)
    assert list(caught.value.rows) == [1]


def test_what_is_wrong_with_the_request_refuses_no_row(sandbox):
    audience = service(account(sandbox))
    items = members(audience, 1)
    info = {"reason": "TERMS_AND_CONDITIONS_NOT_SIGNED"}
    unsigned = {"error": {"code": 400, "details": [info]}}
    sandbox.add_faults(Fault("status", path="*:ingest", status=400, body=unsigned))
    with pytest.raises(StopSync, match="TERMS_AND_CONDITIONS"):
        audience.send(items)
    sandbox.vendors["google_ads"].reset()
    with pytest.raises(StopSync, match="no such audience"):
        audience.send(items)


def test_a_request_that_google_does_not_know_yet_is_asked_for_again(sandbox):
    sandbox.add_faults(Fault("lost", path="*:ingest"))
    audience = service(account(sandbox))
    items = members(audience, 1)
    assert audience.poll(audience.send(items), items) is None
    assert statuses(audience.poll(audience.send(items), items)) == ["accepted"]


def test_who_leaves_is_asked_for_no_consent(sandbox):
    audience = service(account(sandbox))
    consent = Column("ad_user_data", "ad_user_data", Kind.TEXT, "varchar")
    audience.prepare([EMAIL, consent])
    values = {"email": "a@b.example", "ad_user_data": "perhaps"}
    assert b"consent" not in audience.encode(Row(1, Change.REMOVED, values))
    with pytest.raises(RowRefused, match="neither granted nor denied"):
        audience.encode(Row(1, Change.INSERTED, values))


# --- members, consent, dry runs


def test_an_address_counts_with_all_of_its_parts(sandbox):
    audience = service(account(sandbox))
    audience.prepare([EMAIL, *ADDRESS])

    def written(**values):
        body = json.loads(audience.encode(Row(1, Change.INSERTED, values)))
        return [list(each) for each in body["userData"]["userIdentifiers"]]

    assert written(**SPOKEN_FOR, postal_code="10001") == [["address"]]
    assert written(**SPOKEN_FOR, email="a@b.example") == [["emailAddress"]]
    with pytest.raises(RowRefused, match="nor all of first_name, last_name"):
        written(**SPOKEN_FOR)


def test_consent_that_nobody_tells_is_noted(sandbox):
    notes = service(account(sandbox), ad_user_data="granted").check([EMAIL])
    assert [each.split("'")[1] for each in notes if "nothing tells" in each] == [
        "ad_personalization"
    ]


def test_a_dry_run_keeps_nothing_and_acknowledges_nothing(sandbox):
    made = account(sandbox)
    with pytest.raises(StopSync, match="audience 'vip' is missing"):
        service(made, validate_only=True).prepare([EMAIL])
    items = members(service(made), 2)
    dry = service(made, validate_only=True)
    dry.prepare([EMAIL])
    with pytest.raises(StopSync, match="finds the first request valid"):
        dry.send(items)
    (held,) = sandbox.state()["google_ads"]["userLists"].values()
    assert held["members"] == []


def test_terms_that_nobody_accepted_are_not_said_to_be(sandbox):
    with pytest.raises(ConfigurationError, match="customer_match_terms: true"):
        service(account(sandbox, customer_match_terms=False))


def test_without_waiting_a_row_is_accepted_with_its_request(sandbox, seen):
    audience = service(account(sandbox, await_result=False))
    assert statuses(audience.send(members(audience, 2))) == ["accepted"] * 2
    assert not [each for each, _ in seen if "requestStatus" in each.path]


# --- conversions


def test_what_google_tells_later_of_a_conversion_is_told_by_row(sandbox):
    sandbox.add_faults(Fault("errored", path="*/events:ingest", emails=["order-2"]))
    conversions = service(account(sandbox), "conversions", conversion_action_id="55")
    found = deliver(conversions, EVENT_COLUMNS, events())
    assert statuses(found.values()) == ["accepted", "rejected", "accepted"]


def test_a_click_needs_nobody_and_an_enhancement_somebody(sandbox):
    click = Column("gclid", "gclid", Kind.TEXT, "varchar")
    row = Row(1, Change.INSERTED, {"event_id": "1", "event_time": NOW, "gclid": "x"})
    conversions = service(account(sandbox), "conversions", conversion_action_id="55")
    conversions.prepare([*EVENT_COLUMNS, click])
    assert "userData" not in json.loads(conversions.encode(row))
    enhanced = service(
        account(sandbox), "enhanced_conversions", conversion_action_id="55"
    )
    with pytest.raises(ConfigurationError, match="'gclid' is no field of the service"):
        enhanced.check([*EVENT_COLUMNS, click])


# --- adjustments


def adjustments(sandbox, **options):
    url = sandbox.url("google_ads")
    made = account(sandbox, developer_token="x", ads_url=url)
    return service(made, "adjustments", conversion_action_id="55", **options)


OF_VALUES = [each for each in EVENT_COLUMNS if each.field not in ("email", "phone")]


def test_an_adjustment_that_is_refused_is_told_by_row(sandbox):
    sandbox.vendors["google_ads"].load({"unknown": ["order-2"]})
    found = deliver(adjustments(sandbox), OF_VALUES, events())
    assert statuses(found.values()) == ["accepted", "rejected", "accepted"]
    assert found[2].code == "conversion_not_found"


@pytest.mark.parametrize("status", [200, 400])
def test_what_is_no_fault_of_an_adjustment_refuses_none(sandbox, status):
    code = {"notAllowlistedError": "CUSTOMER_NOT_ALLOWLISTED_FOR_THIS_FEATURE"}
    failure = {"details": [{"errors": [{"errorCode": code, "message": "no"}]}]}
    name = "partialFailureError" if status == 200 else "error"
    fault = {"status": status, "body": {name: failure}}
    sandbox.add_faults(Fault("status", path="*Adjustments", **fault))
    with pytest.raises(StopSync, match="CUSTOMER_NOT_ALLOWLISTED"):
        deliver(adjustments(sandbox), OF_VALUES, events())


def test_an_adjustment_names_its_conversion_by_the_click_where_it_has_no_id(sandbox):
    made = adjustments(sandbox)
    clicked = [
        Column("gclid", "gclid", Kind.TEXT, "varchar"),
        Column("conversion_time", "conversion_time", Kind.TIMESTAMP, "timestamp"),
    ]
    made.prepare([*OF_VALUES, *clicked])
    row = events()[0]
    values = {**row.values, "event_id": None, "gclid": "x", "conversion_time": NOW}
    told = json.loads(made.encode(row._replace(values=values)))
    assert told["gclidDateTimePair"]["gclid"] == "x" and "orderId" not in told
    with pytest.raises(ConfigurationError, match="no column says which conversion"):
        made.check([each for each in OF_VALUES if each.field != "event_id"])


# --- the log-in


def key_of(sandbox, **changed):
    private = rsa.generate_private_key(65_537, 2_048)
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = private.private_bytes(serialization.Encoding.PEM, form, plain).decode()
    content = {
        "client_email": "sync@shop.example",
        "token_uri": sandbox.url("google_ads") + "/token",
        "private_key_id": "1",
        "private_key": pem,
    }
    return json.dumps({**content, **changed})


@pytest.mark.parametrize("is_file", [False, True])
def test_a_service_account_logs_in_by_its_key(sandbox, seen, tmp_path, is_file):
    key = key_of(sandbox)
    (tmp_path / "key.json").write_text(key)
    given = {"service_account_file": str(tmp_path / "key.json")}
    given = given if is_file else {"service_account_key": key}
    made = account(sandbox, refresh_token="", client_id="", client_secret="", **given)
    assert made.validate() == []
    service(made).prepare([EMAIL])
    assert b"jwt-bearer" in seen[0][0].body
    assert json.loads(key)["private_key"][100:150] not in repr(made)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"refresh_token": ""}, "give one of"),
        ({"service_account_key": "{}"}, "give one of"),
        ({"client_secret": ""}, "needs 'client_id' and 'client_secret'"),
        ({"customer_id": "123-456-7890"}, "digits alone, without hyphens"),
        ({"refresh_token": "", "service_account_key": "canary"}, "is no key of a"),
        ({"refresh_token": "", "service_account_file": "/none"}, "names no file"),
    ],
)
def test_a_log_in_that_cannot_work_is_told_by_the_settings(sandbox, settings, problem):
    (found,) = account(sandbox, **settings).validate()
    assert problem in found and "canary" not in found
