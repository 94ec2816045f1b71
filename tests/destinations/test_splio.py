"""Contacts of Splio by files and by its API; the test plan of its facts, 1 to 9.

Left out: 7, the reports of imports, whose path, name and form the vendor does not
tell; a row counts as delivered when its file is in the folder.
"""

from __future__ import annotations

import csv
import dataclasses
import io
from datetime import date, datetime
from decimal import Decimal

import pytest

from outhaul.destinations.splio import Splio
from outhaul.destinations.splio.api import TO_CREATE, TO_UPDATE
from outhaul.destinations.splio.contacts import ContactsOptions
from outhaul.errors import (
    ConfigurationError,
    NotSent,
    OutcomeUnknown,
    RequestRefused,
    RowRefused,
    StopSync,
    Throttled,
)
from outhaul.kit.rows import Items
from outhaul.kit.service import Activation, Encoded
from outhaul.model import Change, Column, Kind, Row, Status
from outhaul.sandbox.faults import Fault
from tests.destinations.binding import bound
from tests.destinations.driver import deliver
from tests.destinations.sftp_accounts import sftp_settings
from tests.destinations.small_ledger import SmallLedger

ACTIVATION = Activation("vip__splio", "vip", "splio", 7, datetime(2026, 1, 31, 6, 15))
EMAIL = Column("email", "email", Kind.TEXT, "varchar")
FIRSTNAME = Column("firstname", "firstname", Kind.TEXT, "varchar")
SPENT = Column("spent", "spent", Kind.NUMBER, "decimal(9,2)")
SEEN = Column("seen", "seen", Kind.TIMESTAMP, "timestamp")
ANN = {"email": "ann@example.com", "firstname": "Ann"}


@pytest.fixture
def account(sandbox):
    """By file, with both sub-sequences and an API key."""
    return Splio(
        **sftp_settings(sandbox, folder="/imports"),
        universe="shop",
        subsequence_insert="dinsert",
        subsequence_update="dupdate",
        api_key="canary-api-key",
        base_url=sandbox.url("splio"),
    )


@pytest.fixture
def rest(sandbox):
    return Splio(
        transport="rest",
        api_key="canary-api-key",
        base_url=sandbox.url("splio"),
        requests_per_second=1_000.0,
    )


def service(account, **options):
    return bound(account, "contacts", ContactsOptions(**options), ACTIVATION)


def columns_of(values):
    known = {each.field: each for each in (EMAIL, FIRSTNAME, SPENT, SEEN)}
    return [
        known.get(name, Column(name, name, Kind.TEXT, "varchar")) for name in values
    ]


def send(account, *rows, change=Change.INSERTED, **options):
    """Prepare and deliver; outcomes in order."""
    made = [Row(n, change, values) for n, values in enumerate(rows, start=1)]
    outcomes = deliver(service(account, **options), columns_of(rows[0]), made)
    return [outcomes[row.seq] for row in made]


def file_of(sandbox):
    ((path, content),) = sandbox.sftp.files.all().items()
    return path, content


def held(sandbox):
    contacts = sandbox.state()["splio"]["contacts"]
    return {contact["email"].partition("@")[0]: contact for contact in contacts}


def asked(sandbox, method="", path=""):
    return [
        each
        for each in sandbox.state()["requests"]
        if each["method"].startswith(method or "P") and path in each["path"]
    ]


# --- 1. the bytes of a file


def test_splio_1_the_bytes_of_a_file(sandbox, account):
    send(
        dataclasses.replace(account, api_key="", confirmed_columns=["spent", "ok"]),
        {**ANN, "firstname": 'Zoë "Z";\r\n\tB', "spent": Decimal("1.50"), "ok": True},
        {"email": "Bob@Example.com", "firstname": None, "spent": None, "ok": False},
        insert=True,
    )
    _, content = file_of(sandbox)
    assert content.decode("utf-8") == (
        '"email";"firstname";"spent";"ok"\n'
        '"ann@example.com";"Zoë ""Z"";   B";"1.5";"1"\n'
        '"bob@example.com";"";"";"0"\n'
    )
    assert not content.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    "text", ["=1+1", "+33612345678", "-1", "@SUM(A1)", "\ufeffAnn", ' "', "a;b", "'"]
)
def test_splio_1_G26_G27_a_value_is_read_as_it_was_written(sandbox, account, text):
    """A program reads the file, so what looks like a formula is left as it is."""
    send(account, {"firstname": text, "email": "ann@example.com"}, insert=True)
    _, content = file_of(sandbox)
    assert not content.startswith(b"\xef\xbb\xbf")
    lines = csv.reader(io.StringIO(content.decode(), newline=""), delimiter=";")
    assert list(lines)[1] == [text, "ann@example.com"]
    assert held(sandbox)["ann"]["firstname"] == text


def test_splio_9_one_bad_row_of_a_file_is_refused_and_the_others_are_written(
    sandbox, account
):
    outcomes = send(
        account,
        ANN,
        {"email": f"{'a' * 90}@example.com", "firstname": "Long"},
        {"email": "bob@example.com\u00a0", "firstname": "Bob"},
        {"email": "eve@example.com", "firstname": "E" * 256},
        {"email": "kim@example.com", "firstname": "Kim"},
        insert=True,
    )
    assert [each.status.value for each in outcomes] == [
        "accepted",
        *["rejected"] * 3,
        "accepted",
    ]
    assert set(held(sandbox)) == {"ann", "kim"}


def test_splio_1_dates_and_the_date_of_creation(sandbox, account):
    values = {
        **ANN,
        "dateOfCreation": datetime(2026, 1, 31, 23),
        "seen": datetime(2026, 1, 31, 6, 15),
    }
    send(account, values, insert=True)
    assert '"20260131";"2026-01-31 06:15:00"' in file_of(sandbox)[1].decode()


def test_splio_1_a_file_has_at_most_200000_lines_with_its_header(account):
    assert service(account, insert=True).limits(Change.INSERTED).rows == 199_999
    assert account.rows_per_file == 199_999


def test_splio_1_no_rows_make_no_file(sandbox, account, tmp_path):
    ledger = SmallLedger(tmp_path, account)
    ledger.publish(0, service="contacts", insert=True, identity="email")
    assert ledger.sync().exit_code == 0
    assert sandbox.sftp.files.all() == {}


# --- 2. names and sub-sequences


@pytest.mark.parametrize(("insert", "sub"), [(True, "dinsert"), (False, "dupdate")])
def test_splio_2_the_sub_sequence_in_the_name_follows_insert(
    sandbox, account, insert, sub
):
    sandbox.splio.add_contact("old@example.com")
    send(account, ANN, {"email": "old@example.com", "firstname": "O"}, insert=insert)
    path, _ = file_of(sandbox)
    assert path.startswith(f"/imports/shop_contacts_{sub}_20260131_")
    assert path.endswith("000007000000001.csv")
    (log,) = sandbox.state()["splio"]["imports"]
    assert (log["created"], log["updated"], log["ignored"]) == (
        (1, 1, 0) if insert else (0, 1, 1)
    )
    assert ("ann" in held(sandbox)) is insert
    assert held(sandbox)["old"]["firstname"] == "O"


@pytest.mark.parametrize("insert", [True, False])
def test_splio_2_a_mode_without_its_sub_sequence_is_refused(account, insert):
    name = "subsequence_insert" if insert else "subsequence_update"
    without = dataclasses.replace(account, **{name: ""})
    with pytest.raises(ConfigurationError, match=f"needs '{name}'"):
        service(without, insert=insert)
    service(without, insert=not insert)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"universe": ""}, "'universe' is missing"),
        ({"host": ""}, "'host' is missing"),
        ({"universe": "a_b"}, "must be of letters"),
        ({"subsequence_update": "dinsert"}, "are the same"),
        ({"password": ""}, "give 'password'"),
        ({"base_url": "http://splio.example"}, "'base_url' must start"),
        ({"api_key": "", "custom_column_style": "c_id"}, "needs 'api_key'"),
        ({"api_key": "", "transport": "rest"}, "needs 'api_key'"),
    ],
)
def test_splio_2_settings_that_cannot_work_are_told(account, settings, problem):
    (first, *_) = dataclasses.replace(account, **settings).validate()
    assert problem in first
    assert account.validate() == []


def test_splio_2_rest_needs_no_sftp(rest):
    assert rest.validate() == []


def test_splio_2_names_of_two_activations_never_meet(account):
    other = dataclasses.replace(ACTIVATION, name="other__splio")
    options = ContactsOptions(insert=True)
    first, second = (
        bound(account, "contacts", options, each).owns() for each in (ACTIVATION, other)
    )
    assert first != second


# --- 3. columns


def test_splio_3_with_a_key_missing_fields_are_created_before_the_file(
    sandbox, account
):
    sender = service(account, insert=True)
    columns = [EMAIL, SPENT, SEEN]
    assert sender.check(columns)[:2] == [
        "custom field 'spent' (double) will be created",
        "custom field 'seen' (date) will be created",
    ]
    assert sandbox.state()["splio"]["fields"] == []
    send(account, {"email": ANN["email"], "spent": 1, "seen": None}, insert=True)
    fields = sandbox.state()["splio"]["fields"]
    assert [each["name"] for each in fields] == ["spent", "seen"]
    assert sandbox.state()["splio"]["imports"][0]["problem"] == ""


def test_splio_3_without_a_key_unknown_columns_are_refused_by_name(sandbox, account):
    without = dataclasses.replace(account, api_key="", confirmed_columns=["spent"])
    sender = service(without, insert=True)
    for act in (sender.check, sender.prepare):
        with pytest.raises(ConfigurationError) as caught:
            act([EMAIL, SPENT, SEEN])
        assert "column 'seen'" in str(caught.value)
        assert "spent" not in str(caught.value)
    sender.check([EMAIL, SPENT])
    assert asked(sandbox) == []


def test_splio_3_a_field_of_another_type_and_a_bad_name_are_refused(sandbox, account):
    sandbox.splio.add_field("seen", "int")
    with pytest.raises(ConfigurationError) as caught:
        service(account, insert=True).check(
            [EMAIL, SEEN, Column("Total €", "t", Kind.NUMBER, "decimal")]
        )
    assert "is of type int" in str(caught.value)
    assert "'Total €' cannot be the name" in str(caught.value)
    assert len(sandbox.state()["splio"]["fields"]) == 1


def test_splio_3_a_field_that_splio_refuses_is_told(sandbox, account):
    sandbox.add_faults(Fault("status", "POST", "/data/fields", status=400))
    with pytest.raises(ConfigurationError, match="'spent' of type .* cannot"):
        service(account, insert=True).prepare([EMAIL, SPENT])
    service(account, insert=True).prepare([EMAIL, SPENT])


def test_splio_3_a_field_that_is_not_listed_yet_is_waited_for(sandbox, account):
    created = {"id": 1, "name": "spent", "data_type": "double"}
    sandbox.add_faults(
        Fault("status", "POST", "/data/fields", status=201, body=created)
    )
    with pytest.raises(NotSent, match="not listed yet"):
        service(account, insert=True).prepare([EMAIL, SPENT])


def test_splio_3_headings_by_number(sandbox, account):
    sandbox.splio.add_field("other")
    numbered = dataclasses.replace(account, custom_column_style="c_id")
    send(numbered, {"email": ANN["email"], "spent": 2}, insert=True)
    assert file_of(sandbox)[1].startswith(b'"email";"c2"\n')
    assert held(sandbox)["ann"]["spent"] == "2"


def test_splio_3_more_fields_than_a_page_are_found(sandbox, account):
    for number in range(1_100):
        sandbox.splio.add_field(f"field_{number}")
    column = Column("field_1099", "f", Kind.TEXT, "varchar")
    assert len(service(account, insert=True).check([EMAIL, column])) == 1


def test_splio_3_another_unique_key_is_refused(sandbox, account, rest):
    sandbox.splio.unique_key = "c0"
    for each in (account, rest):
        with pytest.raises(ConfigurationError, match="recognises contacts by 'c0'"):
            service(each, insert=True).check([EMAIL])


# --- 4. the server (its faults: test_sftp_delivery.py)


def test_splio_4_a_wrong_password_stops_the_sync(sandbox, account):
    sandbox.sftp._password = "another"
    with pytest.raises(StopSync, match="does not let 'ann' in"):
        send(account, ANN, insert=True)
    assert sandbox.sftp.files.all() == {}


def test_splio_4_a_lost_connection_is_not_sent_and_then_delivered_once(
    sandbox, account
):
    sandbox.add_faults(Fault("drop", "WRITE"))
    with pytest.raises(NotSent):
        send(account, ANN, insert=True)
    assert sandbox.state()["splio"]["imports"] == []
    send(account, ANN, insert=True)
    assert len(sandbox.state()["splio"]["imports"]) == 1


# --- 5. and 6. sent again, and in full


def test_splio_5_a_restart_writes_the_same_file_under_the_same_name(sandbox, account):
    send(account, ANN, insert=True)
    once = file_of(sandbox)
    send(dataclasses.replace(account), ANN, insert=True)
    assert file_of(sandbox) == once
    assert len(held(sandbox)) == 1


def test_splio_6_a_row_that_changed_in_part_carries_all_columns(account):
    sender = service(account, insert=True)
    row = Row(1, Change.UPDATED, {**ANN, "lastname": "Lee"}, changed=("lastname",))
    assert sender.encode(row) == b'"ann@example.com";"Ann";"Lee"\n'


# --- 8. the API


def test_splio_8_update_only_patches_and_never_creates(sandbox, rest):
    sandbox.splio.add_contact("ann@example.com", lists=[{"id": 1}], lastname="Lee")
    new = {**ANN, "email": "new@example.com"}
    known, unknown = send(rest, ANN, new, insert=False)
    assert (known.status, unknown.status) == (Status.ACCEPTED, Status.MISSING)
    assert held(sandbox) == {
        "ann": {
            "email": "ann@example.com",
            "firstname": "Ann",
            "lastname": "Lee",
            "lists": [{"id": 1}],
        }
    }
    assert service(rest).limits(Change.INSERTED).rows == 1


def test_splio_8_insert_creates_in_bulk_and_updates_what_exists(sandbox, rest):
    sandbox.splio.add_contact("p2@example.com", firstname="old")
    people = [{"email": f"p{n}@example.com", "firstname": "new"} for n in range(5)]
    outcomes = send(rest, *people, insert=True)
    assert {each.status for each in outcomes} == {Status.ACCEPTED}
    assert {each["firstname"] for each in held(sandbox).values()} == {"new"}
    assert len(asked(sandbox, "POST", "/bulk")) == 1
    assert len(asked(sandbox, "PATCH")) == 1


def test_splio_8_an_updated_row_that_is_gone_is_created_again(sandbox, rest):
    (outcome,) = send(rest, ANN, change=Change.UPDATED, insert=True)
    assert outcome.status is Status.ACCEPTED
    assert [each["method"] for each in asked(sandbox, path="/contacts/")] == [
        "PATCH",
        "POST",
    ]


def test_splio_8_rows_of_both_kinds_never_share_a_request(rest):
    sender = service(rest, insert=True)
    new, changed = (Row(1, change, ANN) for change in (Change.INSERTED, Change.UPDATED))
    assert sender.limits_of(new, None).rows == 1_000
    assert sender.limits_of(changed, None).rows == 1
    assert sender.limits_of(new, TO_UPDATE.found).rows == 1
    assert sender.limits_of(changed, TO_CREATE.found).rows == 1_000


def test_splio_8_whole_syncs_mix_creation_and_update(sandbox, rest, tmp_path):
    for number in (2, 3, 40):
        sandbox.splio.add_contact(f"person{number}@example.com")
    ledger = SmallLedger(tmp_path, rest)
    ledger.run("alter table people__crm drop column id")
    ledger.columns.pop("id")
    select = "'person' || n || '@example.com', 'Zoë'"
    ledger.publish(
        120, service="contacts", insert=True, identity="email", select=select
    )
    report = ledger.sync()
    assert (report.accepted.total(), report.rejected.total()) == (120, 0)
    assert {each["firstname"] for each in held(sandbox).values()} == {"Zoë"}
    assert len(held(sandbox)) == 120
    assert len(asked(sandbox, "PATCH")) == 3
    assert len(asked(sandbox, "POST", "/bulk")) == 2


def test_splio_8_a_token_is_kept_and_renewed_once(sandbox, rest):
    sandbox.splio.add_contact("ann@example.com")
    send(rest, ANN)
    send(rest, ANN)
    assert len(asked(sandbox, "POST", "/authenticate")) == 1
    sandbox.splio.expire_tokens()
    send(rest, ANN)
    assert len(asked(sandbox, "POST", "/authenticate")) == 2


def test_splio_8_a_refused_key_stops_the_sync(sandbox, rest):
    sandbox.splio._api_key = "another"
    with pytest.raises(StopSync) as caught:
        send(rest, ANN)
    assert "check 'api_key'" in str(caught.value)
    assert "canary" not in str(caught.value)


def sending(rest, *rows, **options):
    sender = service(rest, **options)
    sender.prepare(columns_of(rows[0]))
    items = []
    for seq, values in enumerate(rows, start=1):
        row = Row(seq, Change.INSERTED, values)
        items.append(Encoded(row, sender.encode(row)))
    return sender.send(Items.of(items))


def test_splio_8_a_bad_row_of_many_is_named_and_the_others_go(sandbox, rest):
    bad = {"email": "x@y.invalid", "firstname": "B"}
    with pytest.raises(RequestRefused) as caught:
        sending(rest, ANN, bad, insert=True)
    assert list(caught.value.rows) == [1]
    assert "invalid" not in caught.value.rows[1].message
    first, second = send(rest, ANN, bad, insert=True)
    assert (first.status, second.status) == (Status.ACCEPTED, Status.REJECTED)


def test_splio_8_a_mixed_answer_is_read_row_by_row(sandbox, rest):
    items = [
        {"contact_id": "a", "code": 201},
        {"code": 400, "description": "Contact with unique key a@b.co already exists"},
        {"code": 400, "description": "ann@example.com is not welcome"},
        {"code": 500, "description": "?"},
    ]
    body = {"errors": 3, "status": 207, "items": items}
    sandbox.add_faults(Fault("status", "POST", "*/bulk", status=207, body=body))
    people = [{"email": f"p{n}@example.com"} for n in range(4)]
    outcomes = sending(rest, *people, insert=True)
    assert [each.status.value for each in outcomes] == [
        "accepted",
        "again",
        "rejected",
        "unknown",
    ]
    assert "ann" not in outcomes[2].message


@pytest.mark.parametrize("items", [None, [], [{"code": 201}] * 3, "x"])
def test_D03_an_answer_that_tells_of_other_rows_is_not_trusted(sandbox, rest, items):
    body = {"status": 207, "items": items}
    sandbox.add_faults(Fault("status", "POST", "*/bulk", status=207, body=body))
    outcomes = sending(rest, ANN, {"email": "b@example.com"}, insert=True)
    assert {each.status for each in outcomes} == {Status.UNKNOWN}


def test_splio_8_503_and_429_are_tried_again(sandbox, rest):
    sandbox.splio.add_contact("ann@example.com")
    sandbox.add_faults(Fault("status", "PATCH", "*", status=503))
    with pytest.raises(OutcomeUnknown):
        sending(rest, ANN)
    limit = {"rateLimit-reset": "7", "rateLimit-remaining": "0"}
    sandbox.add_faults(Fault("status", "PATCH", "*", status=429, headers=limit))
    with pytest.raises(Throttled) as caught:
        sending(rest, ANN)
    assert caught.value.after == 7


def test_splio_8_messages_hold_no_address(sandbox, rest):
    sandbox.add_faults(Fault("drop", "PATCH", "*"))
    with pytest.raises(OutcomeUnknown) as caught:
        sending(rest, ANN)
    assert "ann" not in str(caught.value)
    assert "PATCH /data/contacts/…" in str(caught.value)


def test_G25_an_address_stays_one_segment_of_the_path(sandbox, rest):
    odd = "a/b?x=1#y&%2e@example.com"
    sandbox.splio.add_contact(odd)
    (outcome,) = send(rest, {"email": odd, "firstname": "A"})
    assert outcome.status is Status.ACCEPTED


def test_splio_8_custom_fields_are_sent_by_number_as_texts(sandbox, rest):
    sandbox.splio.add_contact("ann@example.com", spent="1", seen="x")
    values = {"email": ANN["email"], "spent": Decimal("2.50"), "seen": date(2026, 1, 2)}
    send(rest, values)
    assert held(sandbox)["ann"]["spent"] == "2.5"
    assert held(sandbox)["ann"]["seen"] == "2026-01-02 00:00:00"


def test_splio_8_a_null_clears_or_leaves_out(sandbox, rest):
    values = {"email": ANN["email"], "firstname": None, "spent": None}
    for mode, left in (("omit", ("Ann", "1")), ("empty", ("", ""))):
        sandbox.splio.add_contact("ann@example.com", firstname="Ann", spent="1")
        send(rest, values, null_mode=mode)
        contact = held(sandbox)["ann"]
        assert (contact["firstname"], contact["spent"]) == left


@pytest.mark.parametrize("column", ["subscriptions", "customer_key"])
def test_splio_8_what_only_a_file_can_carry_is_refused(rest, account, column):
    columns = [EMAIL, Column(column, column, Kind.TEXT, "varchar")]
    with pytest.raises(ConfigurationError, match=f"'{column}' cannot be sent this way"):
        service(rest).check(columns)
    service(account).check(columns)


# --- 9. values


def test_splio_9_addresses_are_lower_case_and_not_too_long(account, rest):
    long = "x" * 90 + "@example.com"
    for each in (account, rest):
        sender = service(each, insert=True)
        row = Row(1, Change.INSERTED, {"email": " Ann@Example.com "})
        assert b"ann@example.com" in sender.encode(row)
        with pytest.raises(RowRefused) as caught:
            sender.encode(row._replace(values={"email": long}))
        assert caught.value.code == "too_long"


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("language", "fr", "FR"),
        ("language", "en", "xx"),
        ("cellphone", "0033612345678", "06 12"),
        ("cellphone", "+33612345678", "1" * 31),
        ("firstname", "x" * 255, "x" * 256),
        ("subscriptions", "+12,-15", "12"),
    ],
)
def test_splio_9_standard_columns_are_checked(account, field, good, bad):
    sender = service(account)
    row = Row(1, Change.UPDATED, {"email": ANN["email"], field: good})
    assert good.encode() in sender.encode(row)
    with pytest.raises(RowRefused) as caught:
        sender.encode(row._replace(values={**row.values, field: bad}))
    assert bad not in str(caught.value)


def test_secrets_are_nowhere(account, rest):
    assert "canary" not in repr(account) + repr(rest) + repr(service(rest))
