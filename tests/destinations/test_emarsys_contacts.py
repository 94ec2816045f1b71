"""Emarsys `contacts`: the two steps of an insertion, codes, fields, choices, values."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outhaul.destinations.emarsys.contacts import Known
from outhaul.errors import (
    ConfigurationError,
    NotSent,
    OutcomeUnknown,
    RequestRefused,
    RequestTooLarge,
    RowRefused,
    StopSync,
    Throttled,
)
from outhaul.kit.rows import Items
from outhaul.kit.service import Encoded
from outhaul.model import Kind, Status
from outhaul.sandbox import Sandbox
from outhaul.sandbox.faults import Fault
from tests.destinations.driver import deliver
from tests.destinations.emarsys_rows import (
    COLUMNS,
    EMAIL,
    account,
    column,
    encoded,
    held,
    members,
    row,
    service,
    statuses,
)

PUT = {"method": "PUT", "path": "*/contact"}


@pytest.fixture
def seen():
    return []


@pytest.fixture
def sandbox(seen):
    with Sandbox(observer=lambda request, reply: seen.append(request)) as running:
        running.emarsys.add_contact(email="person1@example.com", first_name="Old")
        running.emarsys.add_list("welcome")
        yield running


@pytest.fixture
def emarsys(sandbox):
    return account(sandbox.url("emarsys"))


@pytest.fixture
def updating(emarsys):
    return service(emarsys, "contacts")


@pytest.fixture
def inserting(emarsys):
    return service(emarsys, "contacts", insert=True, contact_list="welcome")


def puts(seen):
    """The flag, the list and the addresses of each write."""
    return [
        (
            each.query["create_if_not_exists"],
            "contact_list_id" in json.loads(each.body),
            [contact["3"] for contact in json.loads(each.body)["contacts"]],
        )
        for each in seen
        if each.method == "PUT"
    ]


def items_of(contacts, *numbers, found=None):
    contacts.prepare(COLUMNS)
    rows = [row(number, first_name="Ann") for number in numbers]
    return Items.of(Encoded(each, contacts.encode(each, found), found) for each in rows)


def answer(sandbox, code=0, status=200, data=None, text="told"):
    body = {"replyCode": code, "replyText": text, "data": data}
    sandbox.add_faults(Fault("status", status=status, body=body, **PUT))


def errors(sandbox, told):
    answer(sandbox, data={"ids": [], "errors": told})


# --- update-only, and the two steps of an insertion


def test_update_only_never_asks_to_create_and_tells_who_is_missing(
    updating, sandbox, seen
):
    rows = [row(1, first_name="Ann"), row(2, first_name="Bob")]
    outcomes = deliver(updating, COLUMNS, rows)
    assert statuses(outcomes) == {1: "accepted", 2: "missing"}
    assert puts(seen) == [("0", False, ["person1@example.com", "person2@example.com"])]
    assert list(held(sandbox)) == ["person1@example.com"]


def test_new_contacts_are_created_in_a_second_step_and_get_on_the_list(
    inserting, sandbox, seen
):
    rows = [row(number, first_name="Ann") for number in (1, 2, 3)]
    assert set(statuses(deliver(inserting, COLUMNS, rows)).values()) == {"accepted"}
    new = ["person2@example.com", "person3@example.com"]
    assert puts(seen) == [
        ("0", False, ["person1@example.com", *new]),
        ("1", True, new),
    ]
    assert members(sandbox, "welcome") == {"person2", "person3"}
    assert {each["first_name"] for each in held(sandbox).values()} == {"Ann"}


def test_new_contacts_need_a_list(emarsys, inserting, seen):
    plain = service(emarsys, "contacts", insert=True)
    for act in (plain.check, plain.prepare):
        with pytest.raises(ConfigurationError, match="needs 'contact_list'"):
            act(COLUMNS)
    assert puts(seen) == []
    inserting.check(COLUMNS)


def test_rows_to_create_share_no_request_with_others(inserting):
    plain = inserting.limits_of(row(1), None)
    assert inserting.limits_of(row(1), Known.ABSENT) != plain
    assert inserting.limits_of(row(1), Known.PRESENT) == plain


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    there=st.sets(st.integers(1, 12)),
    sent=st.lists(st.integers(1, 12), unique=True, min_size=1),
    insert=st.booleans(),
)
def test_nobody_who_exists_gets_on_the_list_and_nobody_is_created_unasked(
    sandbox, emarsys, there, sent, insert
):
    sandbox.reset()
    sandbox.emarsys.add_list("welcome")
    for number in there:
        sandbox.emarsys.add_contact(email=f"person{number}@example.com")
    options = {"insert": True, "contact_list": "welcome"} if insert else {}
    contacts = service(emarsys, "contacts", **options)
    outcomes = deliver(contacts, COLUMNS, [row(n, first_name="x") for n in sent])
    new = {number for number in sent if number not in there}
    assert {int(each[6:]) for each in members(sandbox, "welcome")} == (
        new if insert else set()
    )
    expected = there | (new if insert else set())
    assert {int(each[6:].partition("@")[0]) for each in held(sandbox)} == expected
    missing = {n for n, each in outcomes.items() if each.status is Status.MISSING}
    assert missing == (set() if insert else new)


def test_a_contact_that_somebody_else_creates_meanwhile_is_updated(
    inserting, sandbox, seen
):
    created = items_of(inserting, 2, found=Known.ABSENT)
    errors(sandbox, {"person2@example.com": {"2009": "Contact already exists"}})
    outcome = inserting.send(created)[0]
    assert (outcome.status, outcome.found) == (Status.AGAIN, Known.PRESENT)
    sandbox.emarsys.add_contact(email="person2@example.com")
    again = Items.of([created[0]._replace(found=outcome.found)])
    assert inserting.send(again)[0].status is Status.ACCEPTED
    assert puts(seen)[-1][:2] == ("0", False)


def test_the_race_may_also_be_told_by_code_2006(inserting, sandbox):
    created = items_of(inserting, 2, found=Known.ABSENT)
    errors(sandbox, {"person2@example.com": {"2006": "This contact already exists"}})
    assert inserting.send(created)[0].status is Status.AGAIN
    errors(sandbox, {"person2@example.com": {"2006": "Invalid field"}})
    assert inserting.send(created)[0].status is Status.REJECTED


def test_a_contact_that_goes_away_between_the_steps_is_rejected_not_repeated(
    inserting, sandbox
):
    items = items_of(inserting, 1, found=Known.PRESENT)
    errors(sandbox, {"person1@example.com": {"2008": "No contact found"}})
    outcome = inserting.send(items)[0]
    assert (outcome.status, outcome.code) == (Status.REJECTED, "emarsys_2008")


def test_a_list_that_emarsys_does_not_have_is_refused_before_rows_are_sent(
    emarsys, sandbox, seen
):
    lost = service(emarsys, "contacts", insert=True, contact_list="nowhere")
    for act in (lost.check, lost.prepare):
        with pytest.raises(ConfigurationError, match="no contact list 'nowhere'"):
            act(COLUMNS)
    useless = service(emarsys, "contacts", contact_list="welcome")
    with pytest.raises(ConfigurationError, match="'insert: true' is not set"):
        useless.check(COLUMNS)
    assert puts(seen) == []


# --- answers


@pytest.mark.parametrize("told", [[], {}, None])
def test_no_errors_may_be_told_in_several_ways(updating, sandbox, told):
    items = items_of(updating, 1)
    errors(sandbox, told)
    assert updating.send(items)[0].status is Status.ACCEPTED


def test_errors_belong_to_rows_by_key_without_regard_to_case(updating, sandbox):
    items = items_of(updating, 1, 2, 3)
    errors(
        sandbox,
        {
            "PERSON3@example.com": {"2007": "Invalid value for ann@example.com"},
            " person1@EXAMPLE.com ": {"2010": "More than one contact found"},
        },
    )
    first, second, third = updating.send(items)
    assert (first.status, first.code) == (Status.REJECTED, "emarsys_2010")
    assert second.status is Status.ACCEPTED
    assert (third.code, third.message) == (
        "emarsys_2007",
        "a value does not fit its field",
    )


def test_a_code_that_is_not_known_is_told_without_personal_data(updating, sandbox):
    items = items_of(updating, 1)
    errors(sandbox, {"person1@example.com": {"2999": "no: ann@example.com"}})
    outcome = updating.send(items)[0]
    assert (outcome.code, outcome.message) == ("emarsys_2999", "no: ***")


def test_D03_an_error_about_somebody_else_makes_all_unknown(updating, sandbox):
    items = items_of(updating, 1)
    errors(sandbox, {"nobody@example.com": {"2008": "No contact found"}})
    with pytest.raises(OutcomeUnknown) as caught:
        updating.send(items)
    assert "nobody" not in str(caught.value)


@pytest.mark.parametrize("told", ["no", ["no"], 7])
def test_errors_that_cannot_be_read_make_all_unknown(updating, sandbox, told):
    items = items_of(updating, 1)
    errors(sandbox, told)
    with pytest.raises(OutcomeUnknown, match="errors cannot be read"):
        updating.send(items)


def test_a_wrong_key_inside_of_a_success_stops(updating, sandbox):
    items = items_of(updating, 1)
    errors(sandbox, {"<NO_KEY_ID>": {"2004": "Invalid key field id"}})
    with pytest.raises(StopSync, match="recognised by"):
        updating.send(items)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (200, 1, OutcomeUnknown),
        (200, 1000, RequestTooLarge),
        (400, 1008, RequestRefused),
        (400, 1010, RequestRefused),
        (200, 2004, StopSync),
        (200, 2015, StopSync),
        (200, 2020, StopSync),
        (200, 3004, StopSync),
        (400, 2007, RequestRefused),
        (423, 1, OutcomeUnknown),
        (429, 7003, Throttled),
        (200, 15011, Throttled),
        (500, 1, OutcomeUnknown),
        (500, 15006, OutcomeUnknown),
        (404, 1, OutcomeUnknown),
        (404, 15004, StopSync),
        (403, 7, StopSync),
        (400, 9999, RequestRefused),
    ],
)
def test_status_and_code_together_decide(updating, sandbox, status, code, error):
    items = items_of(updating, 1)
    answer(sandbox, code, status)
    with pytest.raises(error) as caught:
        updating.send(items)
    assert type(caught.value) is error
    assert updating.send(items)[0].status is Status.ACCEPTED


def test_C01_C04_an_answer_without_a_code_is_no_success(updating, sandbox):
    items = items_of(updating, 1)
    for body in ({}, {"success": False}, {"replyCode": None}, []):
        sandbox.add_faults(Fault("status", status=200, body=body, **PUT))
        with pytest.raises(OutcomeUnknown):
            updating.send(items)


def test_a_web_page_on_502_is_unknown(updating, sandbox):
    items = items_of(updating, 1)
    page = {"body": b"<html>bad gateway", "headers": {"Content-Type": "text/html"}}
    sandbox.add_faults(Fault("status", status=502, **page, **PUT))
    with pytest.raises(OutcomeUnknown):
        updating.send(items)


def test_429_tells_how_long_to_wait(updating, sandbox):
    items = items_of(updating, 1)
    sandbox.add_faults(Fault("throttle", seconds=5, **PUT))
    with pytest.raises(Throttled) as caught:
        updating.send(items)
    assert 0 < caught.value.after <= 6


# --- batches


def test_1001_rows_are_two_requests(updating, seen):
    rows = [row(number, first_name="Ann") for number in range(1_001)]
    assert len(deliver(updating, COLUMNS, rows)) == 1_001
    assert [len(addresses) for _, _, addresses in puts(seen)] == [1_000, 1]


def test_requests_stay_below_8_mb(updating):
    limits = updating.limits(row(1).change)
    assert limits.bytes <= 7_000_000
    assert updating.limits_of(row(1), Known.ABSENT).bytes < limits.bytes


def test_two_rows_of_one_address_share_its_outcome(updating, sandbox):
    updating.prepare(COLUMNS)
    twice = [row(1, first_name="a"), row(2, email=" Person1@example.com")]
    items = Items.of(Encoded(each, updating.encode(each)) for each in twice)
    errors(sandbox, {"person1@example.com": {"2010": "several"}})
    assert [each.code for each in updating.send(items)] == ["emarsys_2010"] * 2


# --- fields


def test_ids_are_texts_and_only_what_is_selected_is_sent(updating):
    assert encoded(updating, COLUMNS, first_name="Ann") == {
        "3": "person1@example.com",
        "1": "Ann",
    }


def test_fields_are_found_by_name_by_id_and_in_the_language_of_the_account(
    updating, sandbox
):
    own = sandbox.emarsys.add_field("Loyalty Points", "numeric")
    columns = [EMAIL, column("loyalty points", Kind.INTEGER), column("13")]
    made = encoded(updating, columns, **{"loyalty points": 7, "13": "75001"})
    assert made == {"3": "person1@example.com", own: "7", "13": "75001"}
    columns = [EMAIL, column("LOYALTY_POINTS", Kind.INTEGER), column("zip")]
    made = encoded(updating, columns, LOYALTY_POINTS=7, zip="75001")
    assert made == {"3": "person1@example.com", own: "7", "13": "75001"}


def test_missing_fields_are_told_by_check_and_created_by_prepare(updating, sandbox):
    columns = [
        EMAIL,
        column("ltv", Kind.NUMBER),
        column("born_on", Kind.DATE),
        column("is_vip", Kind.BOOLEAN),
        column("seen_at", Kind.TIMESTAMP),
        column("motto"),
        column("basket", Kind.JSON),
    ]
    told = updating.check(columns)
    assert told == [
        "field 'ltv' (numeric) will be created",
        "field 'born_on' (date) will be created",
        "field 'is_vip' (numeric) will be created",
        "field 'seen_at' (shorttext) will be created",
        "field 'motto' (shorttext) will be created",
        "field 'basket' (largetext) will be created",
    ]
    assert sandbox.state()["emarsys"]["fields"] == []
    updating.prepare(columns)
    made = {f["name"]: f["application_type"] for f in sandbox.emarsys.state()["fields"]}
    assert made == {
        "ltv": "numeric",
        "born_on": "date",
        "is_vip": "numeric",
        "seen_at": "shorttext",
        "motto": "shorttext",
        "basket": "largetext",
    }
    assert updating.check(columns) == []


def test_texts_may_get_longer_fields(emarsys, sandbox):
    long = service(emarsys, "contacts", new_text_type="longtext")
    columns = [EMAIL, column("motto")]
    assert encoded(long, columns, motto="x" * 255)
    with pytest.raises(RowRefused, match="256 characters, and at most 255"):
        encoded(long, columns, motto="x" * 256)


@pytest.mark.parametrize(
    ("kind", "column_kind"),
    [
        ("numeric", Kind.TEXT),
        ("date", Kind.TEXT),
        ("singlechoice", Kind.BOOLEAN),
        ("multichoice", Kind.TEXT),
    ],
)
def test_a_field_of_another_type_is_refused(updating, sandbox, kind, column_kind):
    sandbox.emarsys.add_field("colour", kind, "red", "blue")
    with pytest.raises(ConfigurationError, match=f"is of type {kind}.*does not fit"):
        updating.check([EMAIL, column("colour", column_kind)])


def test_two_fields_of_one_name_must_be_told_apart_by_id(updating, sandbox):
    ids = [sandbox.emarsys.add_field("tier", "shorttext") for _ in range(2)]
    with pytest.raises(ConfigurationError, match=f"one of {ids[0]}, {ids[1]}"):
        updating.check([EMAIL, column("tier")])
    assert updating.check([EMAIL, column(ids[1])]) == []


def test_two_columns_of_one_field_and_ids_that_do_not_exist_are_refused(updating):
    with pytest.raises(ConfigurationError) as caught:
        updating.check([column("first_name"), column("1"), column("4711")])
    text = str(caught.value)
    assert "'1' and 'first_name' are the same field" in text
    assert "'4711' is neither the id of a field nor a name" in text
    assert "there is no column 'email'" in text


def test_9002_a_field_that_somebody_else_creates_meanwhile_is_used(updating, sandbox):
    columns = [EMAIL, column("ltv", Kind.NUMBER)]
    taken = {"replyCode": 9002, "replyText": "exists", "data": ""}
    fault = Fault("status", "POST", "*/field", status=400, body=taken)
    sandbox.add_faults(fault)
    with pytest.raises(NotSent, match="not listed yet"):
        updating.prepare(columns)
    sandbox.emarsys.add_field("ltv", "numeric")
    updating.prepare(columns)
    assert len(sandbox.emarsys.state()["fields"]) == 1


@pytest.mark.parametrize("code", [9001, 9003, 9004, 9005, 9006])
def test_a_field_that_cannot_be_created_is_named(updating, sandbox, code):
    body = {"replyCode": code, "replyText": "no slots left", "data": ""}
    sandbox.add_faults(Fault("status", "POST", "*/field", status=400, body=body))
    with pytest.raises(ConfigurationError, match="'ltv' of type numeric.*no slots"):
        updating.prepare([EMAIL, column("ltv", Kind.NUMBER)])


# --- values


def test_choices_are_sent_by_id_and_known_by_id_or_name(updating, sandbox):
    colour = sandbox.emarsys.add_field("colour", "singlechoice", "Red", "Blue", "11")
    columns = [EMAIL, column("colour")]
    for given_value, sent in (("Red", "11"), (" blue ", "12"), ("12", "12")):
        assert encoded(updating, columns, colour=given_value)[colour] == sent
    # An id wins over a choice that is called like it.
    assert encoded(updating, columns, colour="11")[colour] == "11"
    with pytest.raises(RowRefused) as caught:
        encoded(updating, columns, colour="green")
    assert caught.value.code == "choice" and "green" not in str(caught.value)


def test_several_choices_replace_all_and_an_empty_list_clears(updating, sandbox):
    taste = sandbox.emarsys.add_field("taste", "multichoice", "sweet", "sour")
    columns = [EMAIL, column("taste", Kind.JSON)]
    assert encoded(updating, columns, taste=["sour", "11"])[taste] == ["12", "11"]
    assert encoded(updating, columns, taste='["sweet"]')[taste] == ["11"]
    assert encoded(updating, columns, taste=[])[taste] is None
    for bad in (["bitter"], "sweet", {"a": 1}):
        with pytest.raises(RowRefused):
            encoded(updating, columns, taste=bad)


def test_consent_is_1_or_2_and_no_boolean(updating):
    columns = [EMAIL, column("opt_in", Kind.INTEGER)]
    assert encoded(updating, columns, opt_in=1)["31"] == "1"
    for bad in (0, 3, "true"):
        with pytest.raises(RowRefused):
            encoded(updating, columns, opt_in=bad)
    with pytest.raises(ConfigurationError, match="does not fit"):
        updating.check([EMAIL, column("opt_in", Kind.BOOLEAN)])


def test_consent_is_never_written_unless_it_is_selected(updating):
    assert "31" not in encoded(updating, COLUMNS, first_name="Ann")


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (7, "7"),
        (Decimal("12.50"), "12.5"),
        (Decimal("-0.0"), "0"),
        (1e21, "1000000000000000000000"),
        (2**60, "1152921504606846976"),
        (True, "1"),
        (False, "0"),
    ],
)
def test_numbers_are_exact_texts(updating, value, sent):
    columns = [EMAIL, column("ltv", Kind.NUMBER)]
    made = encoded(updating, columns, ltv=value)
    assert [each for key, each in made.items() if key != "3"] == [sent]


@pytest.mark.parametrize("value", [10**24, Decimal(f"0.{'1' * 25}"), float("inf"), "7"])
def test_numbers_of_more_than_24_digits_are_refused(updating, value):
    columns = [EMAIL, column("ltv", Kind.NUMBER)]
    with pytest.raises(RowRefused):
        encoded(updating, columns, ltv=value)


@pytest.mark.parametrize(
    "value", [date(2026, 1, 31), datetime(2026, 1, 31, 23), datetime(2026, 1, 31)]
)
def test_dates_are_days_in_utc(updating, value):
    columns = [EMAIL, column("birth_date", Kind.DATE)]
    assert encoded(updating, columns, birth_date=value)["4"] == "2026-01-31"
    with pytest.raises(RowRefused):
        encoded(updating, columns, birth_date="31/01/2026")


def test_emoji_are_refused_in_system_fields_alone(updating):
    with pytest.raises(RowRefused, match="emoji"):
        encoded(updating, COLUMNS, first_name="Ann \U0001f600")
    assert encoded(updating, [EMAIL, column("motto")], motto="\U0001f600")
    assert encoded(updating, COLUMNS, first_name="Zoë")


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("empty", {"1": "", "4": None}), ("omit", {}), ("error", None)],
)
def test_null_clears_or_leaves_or_refuses(emarsys, mode, expected):
    contacts = service(emarsys, "contacts", null_mode=mode)
    columns = [*COLUMNS, column("birth_date", Kind.DATE)]
    if expected is None:
        with pytest.raises(RowRefused, match="is null"):
            encoded(contacts, columns, first_name=None, birth_date=None)
        return
    made = encoded(contacts, columns, first_name=None, birth_date=None)
    assert made == {"3": "person1@example.com", **expected}


def test_addresses_are_lower_case_unless_they_shall_stay(emarsys, sandbox):
    for lowercase, sent in (
        (True, "person1@example.com"),
        (False, "Person1@Example.com"),
    ):
        contacts = service(emarsys, "contacts", lowercase=lowercase)
        given_row = row(1, email=" Person1@Example.com ", first_name="Ann")
        contacts.prepare(COLUMNS)
        item = Encoded(given_row, contacts.encode(given_row))
        assert json.loads(item.body)["3"] == sent
        assert contacts.send(Items.of([item]))[0].status is Status.ACCEPTED
    assert len(held(sandbox)) == 1
