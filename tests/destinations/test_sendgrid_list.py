"""What is peculiar to the service `list` of SendGrid."""

from __future__ import annotations

import json

import pytest

from outhaul.destinations.sendgrid import SendGrid
from outhaul.destinations.sendgrid.api import Contact
from outhaul.destinations.sendgrid.recent import Recent
from outhaul.errors import (
    ConfigurationError,
    OutcomeUnknown,
    RequestRefused,
    RowRefused,
    StopSync,
)
from outhaul.kit.rows import Items, Rows
from outhaul.kit.service import Encoded
from outhaul.model import ACCEPTED, Change, Outcome, Status
from outhaul.sandbox.faults import Fault
from tests.destinations.driver import deliver, look_up, send
from tests.destinations.sendgrid_rows import (
    EMAIL,
    FIRST_NAME,
    column,
    held,
    members,
    requests_of,
    row,
    rows,
    service,
    statuses,
)

REMOVED = Change.REMOVED
NAME = "vip_customers"


def people(sandbox, *numbers, lists=()):
    for number in numbers:
        sandbox.sendgrid.add_contact(*lists, email=f"person{number}@example.com")


def of(sandbox):
    """An account of its own, which remembers nothing of the others."""
    return SendGrid(api_key="SG.x", base_url=sandbox.url("sendgrid"))


def test_those_who_enter_are_added_and_nobody_is_created(account, sandbox):
    people(sandbox, 1, 2)
    outcomes = deliver(service(account, "list"), [EMAIL], rows(1, 2, 3))
    assert statuses(outcomes) == {1: "accepted", 2: "accepted", 3: "missing"}
    assert members(sandbox) == {"person1", "person2"}
    assert len(held(sandbox)) == 2


def test_those_who_leave_are_removed_and_stay_contacts(account, sandbox):
    people(sandbox, 1, 2, 3, lists=[NAME])
    outcomes = deliver(service(account, "list"), [EMAIL], rows(1, 2, change=REMOVED))
    assert statuses(outcomes) == {1: "accepted", 2: "accepted"}
    assert members(sandbox) == {"person3"}
    assert len(held(sandbox)) == 3


def test_joining_sends_identifiers_alone(account, sandbox):
    sandbox.sendgrid.add_contact(
        email="person1@example.com", external_id="x1", first_name="Ann"
    )
    listing = service(account, "list")
    listing.prepare([EMAIL, FIRST_NAME])
    joiner = row(1, first_name="Other")
    found = look_up(listing, [joiner])[1]
    body = json.loads(listing.encode(joiner, found))
    assert body == {"email": "person1@example.com", "external_id": "x1"}
    deliver(listing, [EMAIL, FIRST_NAME], [joiner])
    assert held(sandbox)["person1@example.com"]["first_name"] == "Ann"
    assert members(sandbox) == {"person1"}


def test_those_who_are_in_or_out_already_need_no_request(account, sandbox):
    people(sandbox, 1, lists=[NAME])
    people(sandbox, 2)
    listing = service(account, "list")
    assert statuses(deliver(listing, [EMAIL], rows(1))) == {1: "accepted"}
    gone = rows(2, 3, change=REMOVED)
    assert statuses(deliver(listing, [EMAIL], gone)) == {2: "accepted", 3: "accepted"}
    assert not requests_of(sandbox, "PUT") + requests_of(sandbox, "DELETE")


def test_removals_come_first_and_can_be_repeated(account, sandbox):
    people(sandbox, 1, 2, lists=[NAME])
    people(sandbox, 3)
    changed = [*rows(1, change=REMOVED), *rows(3)]
    for _ in range(2):
        outcomes = deliver(service(account, "list"), [EMAIL], changed)
        assert statuses(outcomes) == {1: "accepted", 3: "accepted"}
        assert members(sandbox) == {"person2", "person3"}


def test_the_list_is_created_with_the_name_of_the_segment(account, sandbox):
    listing = service(account, "list")
    assert listing.owns() == "list 'vip_customers'"
    assert listing.check([EMAIL]) == ["list 'vip_customers' will be created"]
    assert sandbox.state()["sendgrid"]["lists"] == []
    listing.prepare([EMAIL])
    listing.prepare([EMAIL])
    assert [each["name"] for each in sandbox.state()["sendgrid"]["lists"]] == [NAME]
    assert listing.check([EMAIL]) == []


def test_a_name_of_the_users_choice_is_taken(account, sandbox):
    listing = service(account, "list", list_name="Our VIPs é")
    listing.prepare([EMAIL])
    names = [each["name"] for each in sandbox.state()["sendgrid"]["lists"]]
    assert names == ["Our VIPs é"]
    with pytest.raises(ConfigurationError, match="1 to 100 characters"):
        service(account, "list", list_name="x" * 101).check([EMAIL])
    service(account, "list", list_name="x" * 100).check([EMAIL])


def test_a_list_is_found_on_a_later_page_by_its_exact_name(account, sandbox):
    for number in range(1_005):
        sandbox.sendgrid.add_contact(f"other {number}", email="x@example.com")
    sandbox.sendgrid.add_contact(NAME.upper(), NAME, email="x@example.com")
    service(account, "list").prepare([EMAIL])
    assert len(sandbox.state()["sendgrid"]["lists"]) == 1_007
    assert len(requests_of(sandbox, "GET", "/lists")) == 2
    assert not requests_of(sandbox, "POST", "/lists")


def test_a_page_that_leads_back_to_itself_ends(account, sandbox):
    around = {"next": "https://elsewhere.example.com/v3/marketing/lists?page_token=1"}
    body = {"result": [], "_metadata": around}
    sandbox.add_faults(
        Fault("status", "GET", "*/lists", times=2, status=200, body=body)
    )
    assert account.api.find_list(NAME) is None
    assert len(requests_of(sandbox, "GET", "/lists")) == 2


def test_a_list_that_somebody_else_creates_meanwhile_is_used(account, sandbox):
    taken = {"errors": [{"message": "a list with this name exists"}]}
    fault = Fault("status", "POST", "*/lists", status=400, body=taken, applied=True)
    sandbox.add_faults(fault)
    people(sandbox, 1)
    outcomes = deliver(service(account, "list"), [EMAIL], rows(1))
    assert statuses(outcomes) == {1: "accepted"}
    assert members(sandbox) == {"person1"}


def test_a_list_that_cannot_be_created_stops_the_sync(account, sandbox):
    plan = {"errors": [{"message": "your plan has no more lists"}]}
    sandbox.add_faults(Fault("status", "POST", "*/lists", status=400, body=plan))
    with pytest.raises(StopSync, match="no more lists"):
        service(account, "list").prepare([EMAIL])


def test_columns_that_are_not_sent_are_told(account):
    listing = service(account, "list")
    listing.prepare([EMAIL])
    assert listing.check([EMAIL, FIRST_NAME]) == [
        "column 'first_name' is not sent: a list holds addresses"
    ]
    with pytest.raises(ConfigurationError, match="no column 'email'"):
        listing.check([column("customer_id")])


@pytest.mark.parametrize("address", ["Ann@example.com", " ann@example.com"])
def test_an_address_that_is_not_in_normal_form_is_refused_with_a_hint(account, address):
    listing = service(account, "list")
    with pytest.raises(RowRefused, match="outhaul.normalized_email") as caught:
        listing.encode(row(1, email=address), Contact(email="ann@example.com"))
    assert caught.value.code == "not_normal"
    assert "ann" not in str(caught.value).lower().replace("and", "")
    listing.encode(row(1, email="ann@example.com"), Contact(email="ann@example.com"))


def test_an_address_that_is_none_is_refused(account):
    outcomes = deliver(service(account, "list"), [EMAIL], [row(1, email="nobody")])
    assert statuses(outcomes) == {1: "rejected"}


@pytest.mark.parametrize("change", [Change.INSERTED, REMOVED])
def test_a_row_is_never_sent_without_a_look_up(account, sandbox, change):
    """A11: so a restarted sync encodes the rows of a job that it takes up again."""
    listing = service(account, "list")
    listing.prepare([EMAIL])
    assert listing.needs_look_up(change)
    given = row(1, change)
    items = Items.of([Encoded(given, listing.encode(given, None), None)])
    assert [each.status for each in listing.send(items)] == [Status.AGAIN]
    assert not requests_of(sandbox, "PUT") + requests_of(sandbox, "DELETE")


def test_A11_a_job_can_be_polled_by_a_sync_that_did_not_look_up(account, sandbox):
    people(sandbox, 1, 2)
    people(sandbox, 3, 4, lists=[NAME])
    for numbers, change in (((1, 2), Change.INSERTED), ((3, 4), REMOVED)):
        listing = service(account, "list")
        job = listing.send(looked_up(listing, *numbers, change=change))
        resumed = service(of(sandbox), "list")
        items = Items.of(
            Encoded(each, resumed.encode(each, None), None)
            for each in rows(*numbers, change=change)
        )
        assert resumed.poll(job, items) == [ACCEPTED, ACCEPTED]
    assert members(sandbox) == {"person1", "person2"}


def test_a_contact_is_a_member_by_its_own_address_alone(account, sandbox):
    sandbox.sendgrid.add_contact(
        email="person1@example.com", alternate_emails=["person2@example.com"]
    )
    for _ in range(2):
        outcomes = deliver(service(account, "list"), [EMAIL], rows(1, 2))
        assert statuses(outcomes) == {1: "accepted", 2: "rejected"}
        assert outcomes[2].code == "alternate_address"
        assert members(sandbox) == {"person1"}
    outcomes = deliver(service(account, "list"), [EMAIL], rows(2, change=REMOVED))
    assert outcomes[2].code == "alternate_address"
    assert members(sandbox) == {"person1"}
    outcomes = deliver(service(of(sandbox), "list"), [EMAIL], rows(1, change=REMOVED))
    assert statuses(outcomes) == {1: "accepted"}
    outcomes = deliver(service(of(sandbox), "list"), [EMAIL], rows(2, change=REMOVED))
    assert statuses(outcomes) == {2: "accepted"}
    assert members(sandbox) == set()


@pytest.mark.parametrize("told", [{}, {"person1@example.com": None}])
def test_an_address_that_the_search_does_not_mention_is_unknown(account, sandbox, told):
    people(sandbox, 1, lists=[NAME])
    listing = service(account, "list")
    listing.prepare([EMAIL])
    stranger = {"person2@example.com": {"error": "contact not found"}}
    body = {"result": {**told, **stranger}}
    for change, of_stranger in ((REMOVED, "accepted"), (Change.INSERTED, "missing")):
        fault = Fault("status", "POST", "*/search/emails", status=200, body=body)
        sandbox.add_faults(fault)
        found = listing.look_up(Rows.of(rows(1, 2, change=change)))
        assert [each.status.value for each in found] == ["unknown", of_stranger]
    outcomes = deliver(listing, [EMAIL], rows(1, change=REMOVED))
    assert statuses(outcomes) == {1: "accepted"}
    assert members(sandbox) == set()


def test_removals_go_in_hundreds_and_each_contact_once(account, sandbox):
    people(sandbox, *range(1, 102), lists=[NAME])
    gone = rows(*range(1, 102), change=REMOVED)
    outcomes = deliver(service(account, "list"), [EMAIL], gone)
    assert set(statuses(outcomes).values()) == {"accepted"}
    assert [each["rows"] for each in requests_of(sandbox, "DELETE")] == [100, 1]
    assert members(sandbox) == set()


def looked_up(listing, *numbers, change):
    listing.prepare([EMAIL])
    given = rows(*numbers, change=change)
    found = look_up(listing, given)
    return Items.of(
        Encoded(each, listing.encode(each, found[each.seq]), found[each.seq])
        for each in given
    )


def test_a_contact_that_vanishes_does_not_hold_up_the_other_removals(account, sandbox):
    people(sandbox, *range(1, 9), lists=[NAME])
    listing = service(account, "list")
    items = looked_up(listing, *range(1, 9), change=REMOVED)
    sandbox.sendgrid.delete_contact("person5@example.com")
    with pytest.raises(RequestRefused):
        listing.send(items)
    assert listing.send(items[4:5]) == [ACCEPTED]
    rest = [*items[:4], *items[5:]]
    assert {each.status for each in send(listing, rest)} == {Status.ACCEPTED}
    assert members(sandbox) == set()


def test_a_list_that_was_deleted_by_hand_stops_the_sync(account, sandbox):
    people(sandbox, 1, lists=[NAME])
    people(sandbox, 2)
    listing = service(account, "list")
    leavers = looked_up(listing, 1, change=REMOVED)
    joiners = looked_up(listing, 2, change=Change.INSERTED)
    sandbox.sendgrid.delete_list(NAME)
    for items in (leavers, joiners):
        with pytest.raises(StopSync, match="deleted at SendGrid.*outhaul resync"):
            listing.send(items)
    people(sandbox, 3)
    assert statuses(deliver(listing, [EMAIL], rows(3))) == {3: "accepted"}


def test_contacts_created_a_moment_ago_can_join_though_the_search_lags(
    account, sandbox
):
    sandbox.add_faults(Fault("lag", seconds=600))
    deliver(service(account, "contacts", insert=True), [EMAIL], rows(1))
    outcomes = deliver(service(account, "list"), [EMAIL], rows(1, 2))
    assert statuses(outcomes) == {1: "accepted", 2: "missing"}
    assert members(sandbox) == {"person1"}


def test_a_stranger_to_the_search_is_missing_to_an_account_that_wrote_nothing(
    account, sandbox
):
    sandbox.add_faults(Fault("lag", seconds=600))
    deliver(service(account, "contacts", insert=True), [EMAIL], rows(1))
    outcomes = deliver(service(of(sandbox), "list"), [EMAIL], rows(1))
    assert statuses(outcomes) == {1: "missing"}


def test_a_leaver_that_the_search_does_not_show_yet_is_not_taken_for_gone(
    account, sandbox
):
    sandbox.add_faults(Fault("lag", seconds=600))
    deliver(service(account, "contacts", insert=True), [EMAIL], rows(1))
    listing = service(account, "list")
    deliver(listing, [EMAIL], rows(1))
    outcomes = deliver(listing, [EMAIL], rows(1, change=REMOVED))
    assert statuses(outcomes) == {1: "rejected"}
    assert outcomes[1].code == "not_shown_yet"
    sandbox.faults.clear()
    outcomes = deliver(listing, [EMAIL], rows(1, change=REMOVED))
    assert statuses(outcomes) == {1: "accepted"}
    assert members(sandbox) == set()


def test_in_and_out_and_in_again_ends_in_though_the_search_lags(account, sandbox):
    people(sandbox, 1)
    listing = service(account, "list")
    sandbox.add_faults(Fault("lag", seconds=600))
    for change in (Change.INSERTED, REMOVED, Change.INSERTED, REMOVED):
        outcomes = deliver(listing, [EMAIL], rows(1, change=change))
        assert statuses(outcomes) == {1: "accepted"}
        assert members(sandbox) == ({"person1"} if change is not REMOVED else set())


def test_A06_sending_again_after_a_lost_answer_changes_nothing(account, sandbox):
    people(sandbox, 1)
    people(sandbox, 2, lists=[NAME])
    listing = service(account, "list")
    for number, change in ((1, Change.INSERTED), (2, REMOVED)):
        items = looked_up(listing, number, change=change)
        sandbox.add_faults(Fault("drop", "PUT", applied=True))
        sandbox.add_faults(Fault("drop", "DELETE", applied=True))
        with pytest.raises(OutcomeUnknown):
            listing.send(items)
        sandbox.faults.clear()
        assert [each.status for each in send(listing, items)] == [Status.ACCEPTED]
    assert members(sandbox) == {"person1"}


def test_a_member_whose_import_fails_is_refused(account, sandbox):
    people(sandbox, 1, 2)
    sandbox.add_faults(Fault("errored", "PUT", emails=["person1@example.com"]))
    outcomes = deliver(service(account, "list"), [EMAIL], rows(1, 2))
    assert statuses(outcomes) == {1: "rejected", 2: "accepted"}
    assert isinstance(outcomes[1], Outcome)
    assert "person1" not in outcomes[1].message


def test_updates_are_not_consumed(account):
    assert service(account, "list").consumes == {Change.INSERTED, REMOVED}
    assert service(account, "list").membership


def test_lists_come_after_contacts(account):
    assert service(account, "list").stage > service(account, "contacts").stage


def test_what_was_written_is_forgotten_after_its_time_and_beyond_its_number():
    now = [0.0]
    recent = Recent(seconds=600, most=3, clock=lambda: now[0])
    recent.note([("contact", "a"), ("contact", "b")])
    now[0] = 599.0
    assert ("contact", "a") in recent
    assert ("touched", "a") not in recent
    now[0] = 601.0
    assert ("contact", "a") not in recent
    recent.note([("contact", name) for name in "cdef"])
    assert [("contact", name) in recent for name in "cdef"] == [False, True, True, True]
