"""What is peculiar to the service `contacts` of SendGrid."""

from __future__ import annotations

import dataclasses
import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outhaul.destinations.sendgrid import SendGrid
from outhaul.destinations.sendgrid.api import Contact
from outhaul.errors import (
    ConfigurationError,
    NotSent,
    OutcomeUnknown,
    RequestRefused,
    RowRefused,
    Throttled,
)
from outhaul.kit.rows import Items, Rows
from outhaul.kit.service import Encoded
from outhaul.model import Change, Kind, Status
from outhaul.sandbox import Sandbox
from outhaul.sandbox.faults import Fault
from tests.destinations.driver import deliver, send
from tests.destinations.sendgrid_rows import (
    COLUMNS,
    EMAIL,
    FIRST_NAME,
    LAST_ORDER,
    SPENT,
    column,
    held,
    requests_of,
    row,
    rows,
    service,
    statuses,
)
from tests.http.raw_server import serving

PUT = "/v3/marketing/contacts"


def test_a_contact_is_encoded_with_ids_of_custom_fields_and_nothing_else(account):
    contacts = service(account, "contacts", insert=True)
    contacts.prepare([*COLUMNS, column("is_active", Kind.BOOLEAN)])
    values = {
        "email": " Ann@Example.COM ",
        "first_name": "Zoë",
        "lifetime_value": Decimal("12.50"),
        "last_order": date(2026, 1, 2),
        "is_active": True,
        "not_mapped": "x",
    }
    assert contacts.encode(row(1, **values)).decode() == (
        '{"email":"ann@example.com","first_name":"Zoë","custom_fields":'
        '{"w1":12.5,"e2_D":"01/02/2026","a3_T":"true"}}'
    )


def test_update_only_never_creates_and_reports_who_is_missing(account, sandbox):
    sandbox.sendgrid.add_contact(email="person1@example.com", last_name="Kept")
    contacts = service(account, "contacts")
    changed = [row(1, first_name="Ann"), row(2, first_name="Bo")]
    outcomes = deliver(contacts, [EMAIL, FIRST_NAME], changed)
    assert statuses(outcomes) == {1: "accepted", 2: "missing"}
    contact = held(sandbox)["person1@example.com"]
    assert (contact["first_name"], contact["last_name"]) == ("Ann", "Kept")
    assert len(held(sandbox)) == 1


def test_insert_creates_without_a_look_up(account, sandbox):
    contacts = service(account, "contacts", insert=True)
    outcomes = deliver(contacts, COLUMNS, rows(1, 2))
    assert statuses(outcomes) == {1: "accepted", 2: "accepted"}
    assert not requests_of(sandbox, "POST", "/search/emails")


def test_insert_with_lookup_first_looks_up_and_creates(account, sandbox):
    contacts = service(account, "contacts", insert=True, lookup_first=True)
    sandbox.sendgrid.add_contact(email="person1@example.com", external_id="x1")
    outcomes = deliver(contacts, COLUMNS, rows(1, 2))
    assert statuses(outcomes) == {1: "accepted", 2: "accepted"}
    assert len(requests_of(sandbox, "PUT", "/contacts")) == 1


def test_removed_rows_are_not_consumed(account):
    assert Change.REMOVED not in service(account, "contacts").consumes


def test_identifiers_of_the_contact_are_copied_into_an_update(account, sandbox):
    ids = {"external_id": "x1", "phone_number_id": "+447700900001"}
    sandbox.sendgrid.add_contact(email="person1@example.com", **ids)
    contacts = service(account, "contacts")
    changed = [row(1, first_name="Ann")]
    assert statuses(deliver(contacts, [EMAIL, FIRST_NAME], changed)) == {1: "accepted"}
    assert held(sandbox)["person1@example.com"]["external_id"] == "x1"


def test_a_row_that_lacks_an_identifier_is_looked_up_and_sent_once_more(
    account, sandbox
):
    sandbox.sendgrid.add_contact(email="person1@example.com", external_id="x1")
    contacts = service(account, "contacts", insert=True)
    changed = [row(1, first_name="Ann"), row(2, first_name="Bo")]
    outcomes = deliver(contacts, [EMAIL, FIRST_NAME], changed)
    assert statuses(outcomes) == {1: "accepted", 2: "accepted"}
    assert held(sandbox)["person1@example.com"]["first_name"] == "Ann"
    assert [each["rows"] for each in requests_of(sandbox, "PUT", "/contacts")] == [2, 1]


def test_an_alternate_address_leads_to_the_contact_that_has_it(account, sandbox):
    sandbox.sendgrid.add_contact(
        email="main@example.com", alternate_emails=["person1@example.com"]
    )
    contacts = service(account, "contacts")
    changed = [row(1, first_name="Ann")]
    assert statuses(deliver(contacts, [EMAIL, FIRST_NAME], changed)) == {1: "accepted"}
    contact = held(sandbox)["main@example.com"]
    assert contact["first_name"] == "Ann"
    assert contact["alternate_emails"] == ["person1@example.com"]
    assert len(held(sandbox)) == 1


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(present=st.sets(st.integers(1, 12)), sent=st.sets(st.integers(1, 12)))
def test_update_only_leaves_the_set_of_contacts_as_it_is(sandbox, present, sent):
    sandbox.reset()
    account = SendGrid(api_key="SG.x", base_url=sandbox.url("sendgrid"))
    for number in present:
        sandbox.sendgrid.add_contact(email=f"person{number}@example.com")
    before = set(held(sandbox))
    outcomes = deliver(service(account, "contacts"), [EMAIL], rows(*sent))
    assert set(held(sandbox)) == before
    accepted = {n for n, each in outcomes.items() if each.status is Status.ACCEPTED}
    assert accepted == present & sent


@pytest.mark.parametrize(
    ("mode", "encoded"),
    [
        ("empty", {"email": "person1@example.com", "first_name": ""}),
        ("omit", {"email": "person1@example.com"}),
    ],
)
def test_a_null_clears_a_text_and_never_arrives_as_null(account, mode, encoded):
    contacts = service(account, "contacts", insert=True, null_mode=mode)
    contacts.prepare([*COLUMNS, column("external_id")])
    empty = {"first_name": None, "lifetime_value": None, "external_id": None}
    assert json.loads(contacts.encode(row(1, **empty))) == encoded


def test_a_null_can_be_made_an_error(account):
    contacts = service(account, "contacts", insert=True, null_mode="error")
    contacts.prepare([EMAIL, FIRST_NAME])
    with pytest.raises(RowRefused, match="'first_name' is null"):
        contacts.encode(row(1, first_name=None))
    contacts.encode(row(1, first_name="Ann"))


TEXT, NUMBER, DATE = Kind.TEXT, Kind.NUMBER, Kind.DATE
OFFSET = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("kind", "value", "encoded"),
    [
        (NUMBER, 42, "42"),
        (NUMBER, -0.0, "0"),
        (NUMBER, 0.1, "0.1"),
        (NUMBER, 1e22, "10000000000000000000000"),
        (NUMBER, Decimal("1.10"), "1.1"),
        (NUMBER, Decimal("1E+3"), "1000"),
        (NUMBER, Decimal("1E-7"), "0.0000001"),
        (NUMBER, Decimal("0.1234567890123456789012345678901234567"), None),
        (NUMBER, 2**53, str(2**53)),
        (DATE, date(2026, 1, 2), '"01/02/2026"'),
        (DATE, date(1, 1, 2), '"01/02/0001"'),
        (DATE, datetime(2026, 1, 2, 1, 30, tzinfo=OFFSET), '"01/01/2026"'),
        (DATE, datetime(2026, 1, 2, 1, 30), '"01/02/2026"'),
        (TEXT, "", '""'),
        (TEXT, "a\u2028b\U0001f600\u05d0", '"a\u2028b\U0001f600\u05d0"'),
        (TEXT, "'; drop table x; --{{7*7}}", '"\'; drop table x; --{{7*7}}"'),
        (TEXT, 12345678901234567890, '"12345678901234567890"'),
        (TEXT, datetime(2026, 1, 2, 1, 30, tzinfo=OFFSET), '"2026-01-01T23:30:00Z"'),
        (Kind.BOOLEAN, False, '"false"'),
        (Kind.JSON, {"b": [1, None], "a": "é"}, '"{\\"a\\":\\"é\\",\\"b\\":[1,null]}"'),
    ],
)
def test_G07_G11_G12_G14_G16_G17_values_arrive_as_they_are(
    account, kind, value, encoded
):
    contacts = service(account, "contacts", insert=True)
    contacts.prepare([EMAIL, column("thing", kind)])
    body = contacts.encode(row(1, thing=value)).decode()
    assert body.startswith('{"email":"person1@example.com","custom_fields":{"w1":')
    assert body[body.index('"w1":') + 5 : -2] == (encoded or format(value, "f"))


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        (NUMBER, float("nan"), "number"),
        (NUMBER, float("inf"), "number"),
        (NUMBER, Decimal("NaN"), "number"),
        (NUMBER, Decimal("1E+400000"), "number"),
        (NUMBER, 2**53 + 1, "number"),
        (NUMBER, Decimal(2**53 + 1), "number"),
        (NUMBER, "12", "number"),
        (NUMBER, True, "number"),
        (DATE, "2026-01-02", "date"),
        (DATE, 1_700_000_000_000, "date"),
        (DATE, datetime(1, 1, 1, tzinfo=OFFSET), "date"),
        (TEXT, "a\x00b", "text"),
        (TEXT, "a\ud800b", "text"),
        (TEXT, "x" * 1_001, "too_long"),
        (TEXT, b"bytes", "bytes"),
        (Kind.JSON, {"a": b"bytes"}, "bytes"),
        (Kind.JSON, {"a": "\ud800"}, "text"),
    ],
)
def test_G07_G08_G09_G10_G13_G18_values_that_cannot_arrive_are_refused(
    account, kind, value, code
):
    contacts = service(account, "contacts", insert=True)
    contacts.prepare([EMAIL, column("thing", kind)])
    with pytest.raises(RowRefused) as caught:
        contacts.encode(row(1, thing=value))
    assert caught.value.code == code
    assert "thing" in str(caught.value)


def test_G18_json_that_is_nested_too_deep_is_refused(account):
    contacts = service(account, "contacts", insert=True)
    contacts.prepare([EMAIL, column("thing", Kind.JSON)])
    nested: list = []
    for _ in range(1_000):
        nested = [nested]
    with pytest.raises(RowRefused):
        contacts.encode(row(1, thing=nested))


@pytest.mark.parametrize(
    "address",
    [None, "", "  ", 5, "ann", "ann@", "@example.com", "a@b@example.com", "a b@x.com"]
    + ["ann@example", "a..b@example.com", "ann@example.com\x00", "a\n@example.com"]
    + ["a" * 250 + "@example.com", "\ud800@example.com"],
)
def test_an_address_that_is_none_is_refused_without_being_shown(account, address):
    contacts = service(account, "contacts", insert=True)
    contacts.prepare([EMAIL])
    with pytest.raises(RowRefused) as caught:
        contacts.encode(row(1, email=address))
    assert "example" not in str(caught.value)
    outcomes = deliver(service(account, "contacts"), [EMAIL], [row(1, email=address)])
    assert statuses(outcomes) == {1: "rejected"}


@pytest.mark.parametrize("address", ["ann+x@example.com", "o'neil@a.example.museum"])
def test_an_unusual_address_is_taken(account, address):
    contacts = service(account, "contacts", insert=True)
    assert statuses(deliver(contacts, [EMAIL], [row(1, email=address)])) == {
        1: "accepted"
    }


def test_a_text_that_is_too_long_for_its_field_is_refused(account):
    contacts = service(account, "contacts", insert=True)
    contacts.prepare([EMAIL, FIRST_NAME])
    with pytest.raises(RowRefused, match="51 characters, and at most 50"):
        contacts.encode(row(1, first_name="x" * 51))
    contacts.encode(row(1, first_name="x" * 50))


def test_alternate_addresses_are_a_list_of_at_most_five(account):
    contacts = service(account, "contacts", insert=True)
    contacts.prepare([EMAIL, column("alternate_emails", Kind.JSON)])
    five = [f"{n}@example.com" for n in range(5)]
    body = json.loads(contacts.encode(row(1, alternate_emails=five)))
    assert body["alternate_emails"] == five
    for wrong in ([*five, "x@example.com"], "x@example.com", ["x"]):
        with pytest.raises(RowRefused):
            contacts.encode(row(1, alternate_emails=wrong))


def test_check_tells_what_will_be_created_and_creates_nothing(account, sandbox):
    contacts = service(account, "contacts")
    assert contacts.check(COLUMNS) == [
        "custom field 'lifetime_value' (Number) will be created",
        "custom field 'last_order' (Date) will be created",
    ]
    assert sandbox.state()["sendgrid"]["custom_fields"] == []
    contacts.prepare(COLUMNS)
    assert contacts.check(COLUMNS) == []


def test_all_problems_with_columns_come_at_once_and_nothing_is_created(
    account, sandbox
):
    service(account, "contacts").prepare([EMAIL, column("tier", Kind.NUMBER)])
    wrong = [
        column("created_at", Kind.TIMESTAMP),
        column("total spend €", Kind.NUMBER),
        column("First_Name"),
        column("city", Kind.DATE),
        column("tier"),
        column("colour"),
        column("COLOUR"),
        column("fine"),
    ]
    contacts = service(account, "contacts")
    for act in (contacts.check, contacts.prepare):
        with pytest.raises(ConfigurationError) as caught:
            act(wrong)
        text = str(caught.value)
        for part in (
            "'email'",
            "'created_at' is set by SendGrid itself",
            "call it 'total_spend'",
            "'first_name'; write it like that",
            "'city' takes text, and the column is of type date",
            "'tier' holds Number values",
            "'COLOUR' and 'colour' are the same",
        ):
            assert part in text
        assert "fine" not in text
    assert len(sandbox.state()["sendgrid"]["custom_fields"]) == 1


def test_names_are_made_fit_where_the_user_wants_it(account, sandbox):
    contacts = service(account, "contacts", insert=True, sanitize_names=True)
    spent = column("2nd total spend €", Kind.NUMBER)
    deliver(contacts, [EMAIL, spent], [row(1, **{spent.field: 5})])
    assert held(sandbox)["person1@example.com"]["custom_fields"] == {
        "_2nd_total_spend": 5
    }


def test_an_existing_field_is_found_without_case(account, sandbox):
    service(account, "contacts").prepare([EMAIL, column("Tier")])
    contacts = service(account, "contacts", insert=True)
    deliver(contacts, [EMAIL, column("TIER")], [row(1, TIER="gold")])
    fields = held(sandbox)["person1@example.com"]["custom_fields"]
    assert fields == {"Tier": "gold"}


def test_the_501st_custom_field_is_refused_before_any_is_created(account, sandbox):
    many = [column(f"field_{number}") for number in range(500)]
    contacts = service(account, "contacts")
    with pytest.raises(ConfigurationError, match="501 custom fields"):
        contacts.prepare([EMAIL, *many, column("one_more")])
    assert sandbox.state()["sendgrid"]["custom_fields"] == []
    assert len(contacts.check([EMAIL, *many])) == 500


def test_a_field_that_somebody_else_creates_meanwhile_is_used(account, sandbox):
    taken = {"errors": [{"message": "a field with this name exists"}]}
    fault = Fault(
        "status", "POST", "*/field_definitions", status=400, body=taken, applied=True
    )
    sandbox.add_faults(fault)
    contacts = service(account, "contacts", insert=True)
    outcomes = deliver(contacts, [EMAIL, SPENT], [row(1, lifetime_value=5)])
    assert statuses(outcomes) == {1: "accepted"}
    assert len(sandbox.state()["sendgrid"]["custom_fields"]) == 1


def test_a_field_that_cannot_be_created_is_a_mistake_to_be_solved(account, sandbox):
    plan = {"errors": [{"message": "your plan has no more fields"}]}
    sandbox.add_faults(
        Fault("status", "POST", "*/field_definitions", status=400, body=plan)
    )
    with pytest.raises(ConfigurationError, match="'lifetime_value'.*no more fields"):
        service(account, "contacts").prepare([EMAIL, SPENT])


def test_a_new_field_that_is_not_listed_yet_is_waited_for(account, sandbox):
    before = account.api.field_definitions()
    sandbox.add_faults(
        Fault("status", "GET", "*/field_definitions", status=200, body=before, skip=1)
    )
    contacts = service(account, "contacts")
    with pytest.raises(NotSent) as caught:
        contacts.prepare([EMAIL, SPENT])
    assert caught.value.after == 5
    contacts.prepare([EMAIL, SPENT])


def encoded(contacts, *numbers):
    contacts.prepare([EMAIL])
    return Items.of(
        Encoded(each, contacts.encode(each), None) for each in rows(*numbers)
    )


def test_a_400_that_names_addresses_refuses_these_rows(account, sandbox):
    fault = Fault("refuse", "PUT", emails=["person2@example.com"], named=True)
    sandbox.add_faults(fault)
    contacts = service(account, "contacts", insert=True)
    with pytest.raises(RequestRefused) as caught:
        contacts.send(encoded(contacts, 1, 2, 3))
    assert list(caught.value.rows) == [1]
    assert "person2" not in str(caught.value)
    outcomes = deliver(contacts, [EMAIL], rows(1, 2, 3))
    assert statuses(outcomes) == {1: "accepted", 2: "rejected", 3: "accepted"}


def test_C08_a_400_that_names_nobody_is_bisected(account, sandbox):
    sandbox.add_faults(Fault("refuse", "PUT", emails=["person77@example.com"]))
    contacts = service(account, "contacts", insert=True)
    with pytest.raises(RequestRefused) as caught:
        contacts.send(encoded(contacts, 77))
    assert caught.value.rows == {}
    sandbox.reset()
    sandbox.add_faults(Fault("refuse", "PUT", emails=["person77@example.com"]))
    outcomes = deliver(contacts, [EMAIL], rows(*range(1, 101)))
    rejected = [n for n, each in outcomes.items() if each.status is Status.REJECTED]
    assert rejected == [77]
    assert len(held(sandbox)) == 99
    assert len(requests_of(sandbox, "PUT")) <= 15


def test_a_row_for_a_job_that_counts_failures_is_told_by_its_file(account, sandbox):
    """D08: as CSV and as JSON."""
    for file in ("csv", "json"):
        sandbox.reset()
        bad = [f"person{n}@example.com" for n in (3, 7)]
        sandbox.add_faults(Fault("errored", "PUT", emails=bad, file=file, times=2))
        contacts = service(account, "contacts", insert=True)
        outcomes = deliver(contacts, [EMAIL], rows(*range(1, 11)))
        rejected = [n for n, each in outcomes.items() if each.status is Status.REJECTED]
        assert rejected == [3, 7]
        assert outcomes[3].code == "import_failed"
        assert len(held(sandbox)) == 8


@pytest.mark.parametrize("file", ["unreadable", "expired", "none"])
def test_no_row_is_acknowledged_where_failures_cannot_be_told_apart(
    account, sandbox, file
):
    fault = Fault("errored", "PUT", emails=["person3@example.com"], file=file, times=2)
    sandbox.add_faults(fault)
    contacts = service(account, "contacts", insert=True)
    items = encoded(contacts, *range(1, 6))
    assert {each.status for each in send(contacts, items)} == {Status.AGAIN}
    looked_up = [each._replace(found=Contact()) for each in items]
    assert {each.status for each in send(contacts, looked_up)} == {Status.SOME_FAILED}
    assert {each.status for each in send(contacts, looked_up)} == {Status.ACCEPTED}


def test_A11_a_restarted_sync_asks_for_those_rows_of_a_job_that_it_lacks(
    account, sandbox
):
    bad = ["person1@example.com", "person2@example.com"]
    sandbox.add_faults(Fault("errored", "PUT", emails=bad))
    contacts = service(account, "contacts", insert=True)
    items = encoded(contacts, *range(1, 6))
    job = contacts.send(items)
    rest = contacts.poll(job, items[1:])
    assert [each.status.value for each in rest] == ["again", *["accepted"] * 3]
    good = contacts.poll(job, items[3:])
    assert [each.status.value for each in good] == ["accepted"] * 2


def test_A11_update_only_never_sends_a_row_that_was_not_looked_up(account, sandbox):
    contacts = service(account, "contacts")
    items = encoded(contacts, 1, 2)
    assert [each.status for each in contacts.send(items)] == [Status.AGAIN] * 2
    assert not requests_of(sandbox, "PUT")


def test_a_row_alone_in_its_job_needs_no_file(account, sandbox):
    fault = Fault("errored", "PUT", emails=["person3@example.com"], file="none")
    sandbox.add_faults(fault)
    contacts = service(account, "contacts", insert=True)
    items = [each._replace(found=Contact()) for each in encoded(contacts, 3)]
    assert [each.status for each in send(contacts, items)] == [Status.REJECTED]


def test_a_failed_job_refuses_all_of_its_rows(account, sandbox):
    sandbox.add_faults(Fault("failed", "PUT", times=2, file="none"))
    contacts = service(account, "contacts", insert=True)
    outcomes = deliver(contacts, [EMAIL], rows(1, 2))
    assert statuses(outcomes) == {1: "rejected", 2: "rejected"}


def test_D10_a_job_that_never_ends_stays_pending(account, sandbox):
    sandbox.add_faults(Fault("endless", "PUT"))
    contacts = service(account, "contacts", insert=True)
    items = encoded(contacts, 1)
    job = contacts.send(items)
    assert [contacts.poll(job, items) for _ in range(3)] == [None, None, None]


def test_D11_a_job_that_is_not_known_any_more_is_unknown(account, sandbox):
    sandbox.add_faults(Fault("lost", "PUT"))
    contacts = service(account, "contacts", insert=True)
    items = encoded(contacts, 1, 2)
    job = contacts.send(items)
    assert {each.status for each in contacts.poll(job, items)} == {Status.UNKNOWN}


def test_the_file_of_errors_is_asked_for_without_the_key():
    seen = []
    with Sandbox(
        job_seconds=0, observer=lambda request, reply: seen.append(request)
    ) as sandbox:
        account = SendGrid(api_key="SG.canary", base_url=sandbox.url("sendgrid"))
        sandbox.add_faults(Fault("errored", "PUT", emails=["person1@example.com"]))
        contacts = service(account, "contacts", insert=True)
        deliver(contacts, [EMAIL], rows(1, 2))
    asked = [request for request in seen if request.path.startswith("/_files/")]
    assert len(asked) == 1
    assert "SG.canary" not in str(asked[0].headers)
    others = [request for request in seen if request not in asked]
    assert all(each.headers["authorization"] == "Bearer SG.canary" for each in others)


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example.com/x",
        "file:///etc/passwd",
        "http://169.254.169.254/latest",
        "https://user:pass@example.com/",
        "nonsense",
        "",
        "https://[",
    ],
)
def test_J07_a_file_of_errors_elsewhere_is_not_asked_for(account, url):
    assert account.api.errors_file(url) == b""


def test_J07_a_name_that_leads_to_this_machine_is_told_by_its_address():
    """2130706433 is 127.0.0.1, written as one number."""
    seen = []
    with serving(lambda connection: seen.append(connection.recv(100))) as server:
        port = server.url.rpartition(":")[2]
        account = SendGrid(api_key="SG.x", base_url="https://api.sendgrid.com")
        assert account.api.errors_file(f"https://2130706433:{port}/x.csv") == b""
    assert seen == []


def test_J07_an_account_elsewhere_asks_for_no_file_on_this_machine(sandbox):
    account = SendGrid(api_key="SG.x", base_url="https://api.sendgrid.com")
    assert account.api.errors_file(sandbox.url("sendgrid") + "/_files/x.csv") == b""
    assert sandbox.state()["requests"] == []


def test_a_look_up_takes_100_and_compares_without_case(account, sandbox):
    for number in (1, 100):
        sandbox.sendgrid.add_contact(email=f"person{number}@example.com")
    asked = [row(n, email=f"Person{n}@Example.com") for n in range(1, 102)]
    contacts = service(account, "contacts")
    outcomes = deliver(contacts, [EMAIL], asked)
    accepted = [n for n, each in outcomes.items() if each.status is Status.ACCEPTED]
    assert accepted == [1, 100]
    searches = requests_of(sandbox, "POST", "/search/emails")
    assert sorted((each["status"], each["rows"]) for each in searches) == [
        (200, 100),
        (404, 0),
    ]


LONG = "a" * 64 + "@" + "b" * 50 + ".example.com"


def test_addresses_of_any_length_are_looked_up(account, sandbox):
    at_most = "a" * (100 - len("@example.com")) + "@example.com"
    for address in (at_most, LONG):
        sandbox.sendgrid.add_contact(email=address)
    asked = [row(n, email=a) for n, a in enumerate([at_most, LONG, "x" + LONG])]
    outcomes = deliver(service(account, "contacts"), [EMAIL], [*asked, row(4)])
    assert statuses(outcomes) == {
        0: "accepted",
        1: "accepted",
        2: "missing",
        4: "missing",
    }
    searches = requests_of(sandbox, "POST", "/search/identifiers/email")
    assert [each["rows"] for each in searches] == [2]


@pytest.mark.parametrize("name", ["ann", "a" * 64])
def test_a_refused_look_up_names_its_row_beside_one_that_was_not_asked(account, name):
    address = f"{name}@{'b' * 40}.invalid"
    asked = [row(1, email="no address"), row(2), row(3, email=address), row(4)]
    with pytest.raises(RequestRefused) as caught:
        service(account, "contacts").look_up(Rows.of(asked))
    assert list(caught.value.rows) == [2]


def test_a_look_up_that_is_refused_names_the_row(account, sandbox):
    contacts = service(account, "contacts")
    asked = [row(1), row(2, email="ann@example.invalid"), row(3)]
    with pytest.raises(RequestRefused) as caught:
        contacts.look_up(Rows.of(asked))
    assert list(caught.value.rows) == [1]
    assert statuses(deliver(contacts, [EMAIL], asked)) == {
        1: "missing",
        2: "rejected",
        3: "missing",
    }


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"result": []},
        {"result": {"person1@example.com": {"error": "internal"}}},
        {"result": {"person1@example.com": {"contact": {"id": "x"}}}},
    ],
)
def test_C01_a_look_up_without_a_verdict_is_unknown(account, sandbox, body):
    sandbox.add_faults(Fault("status", "POST", "*/emails", status=200, body=body))
    with pytest.raises(OutcomeUnknown):
        service(account, "contacts").look_up(Rows.of(rows(1)))


def test_an_import_without_a_job_is_unknown(account, sandbox):
    sandbox.add_faults(Fault("status", "PUT", status=202, body={}))
    contacts = service(account, "contacts", insert=True)
    with pytest.raises(OutcomeUnknown, match="job_id"):
        contacts.send(encoded(contacts, 1))


def test_a_search_that_lags_does_not_make_our_own_contacts_missing(account, sandbox):
    sandbox.add_faults(Fault("lag", seconds=600))
    deliver(service(account, "contacts", insert=True), [EMAIL], rows(1))
    update = service(account, "contacts")
    outcomes = deliver(update, [EMAIL, FIRST_NAME], [row(1, first_name="Ann"), row(2)])
    assert statuses(outcomes) == {1: "accepted", 2: "missing"}
    assert held(sandbox)["person1@example.com"]["first_name"] == "Ann"


def test_C21_a_429_tells_when_to_come_back(account, sandbox):
    sandbox.add_faults(Fault("throttle", "PUT", seconds=7))
    contacts = service(account, "contacts", insert=True)
    items = encoded(contacts, 1)
    with pytest.raises(Throttled) as caught:
        contacts.send(items)
    assert 5 <= (caught.value.after or 0) <= 9
    assert not held(sandbox)


def test_sending_again_after_a_lost_answer_changes_nothing(account, sandbox):
    """A06: the request took effect, and its answer was lost."""
    contacts = service(account, "contacts", insert=True)
    items = encoded(contacts, 1, 2)
    sandbox.add_faults(Fault("drop", "PUT", applied=True))
    with pytest.raises(OutcomeUnknown):
        contacts.send(items)
    assert {each.status for each in send(contacts, items)} == {Status.ACCEPTED}
    assert len(held(sandbox)) == 2


def test_limits_stay_below_those_of_the_vendor(account):
    contacts = service(account, "contacts")
    limits = contacts.limits(Change.INSERTED)
    assert (limits.rows, limits.bytes) == (5_000, 5_500_000)
    assert contacts.lookup_limits is not None
    assert contacts.lookup_limits.rows == 100
    faster = SendGrid(api_key="SG.x", writes_per_second=10, rows_per_request=30_000)
    limits = service(faster, "contacts").limits(Change.UPDATED)
    assert (limits.rows, limits.per_second) == (30_000, 10)


def test_settings_are_validated_without_a_connection():
    good = SendGrid(api_key="SG.x")
    assert good.validate() == []
    bad = SendGrid(
        api_key="SG.canary\n",
        base_url="http://api.sendgrid.com",
        on_behalf_of="sub user\x00",
        ca_file="/nonexistent",
    )
    problems = "\n".join(bad.validate())
    for part in ("'api_key' starts or ends", "'base_url' must", "'on_behalf", "'ca_f"):
        assert part in problems
    assert "canary" not in problems
    assert "canary" not in repr(bad)


def test_dates_can_be_written_another_way(account):
    contacts = service(account, "contacts", insert=True, date_format="%Y-%m-%d")
    contacts.prepare([EMAIL, LAST_ORDER])
    body = contacts.encode(row(1, last_order=date(987, 1, 2)))
    assert b'"0987-01-02"' in body


def test_a_subuser_is_named_in_a_header():
    seen = []
    with Sandbox(observer=lambda request, reply: seen.append(request)) as sandbox:
        account = SendGrid(
            api_key="SG.x", base_url=sandbox.url("sendgrid"), on_behalf_of="shop"
        )
        account.api.field_definitions()
    assert seen[0].headers["on-behalf-of"] == "shop"


def test_30001_rows_are_two_imports(account, sandbox):
    account = dataclasses.replace(account, rows_per_request=30_000)
    contacts = service(account, "contacts", insert=True)
    outcomes = deliver(contacts, [EMAIL], [row(n) for n in range(1, 30_002)])
    assert set(statuses(outcomes).values()) == {"accepted"}
    imports = requests_of(sandbox, "PUT", "/contacts")
    assert [each["rows"] for each in imports] == [30_000, 1]
    assert len(held(sandbox)) == 30_001


@pytest.mark.parametrize("space", ["\t", "\n", "\u00a0", "\u2003", "\ufeff"])
def test_white_space_that_the_build_does_not_trim_makes_no_second_spelling(
    account, sandbox, space
):
    """The build tells such a row apart from its twin, so it must not become it."""
    contacts = service(account, "contacts", insert=True)
    twins = [row(1, email="ann@example.com"), row(2, email=f"ann@example.com{space}")]
    twins.append(row(3, email="  Bob@example.com "))
    outcomes = deliver(contacts, [EMAIL], twins)
    assert statuses(outcomes) == {1: "accepted", 2: "rejected", 3: "accepted"}
    assert outcomes[2].code == "invalid_email"
    assert set(held(sandbox)) == {"ann@example.com", "bob@example.com"}
