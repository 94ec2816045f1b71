"""What is peculiar to Klaviyo; the rest is in `cases/klaviyo.py`."""

from __future__ import annotations

from typing import Any

import pytest

from outhaul.destinations.klaviyo import Klaviyo
from outhaul.errors import ConfigurationError, OutcomeUnknown, StopSync
from outhaul.kit.rows import Items
from outhaul.kit.service import Activation, Encoded
from outhaul.model import Change, Column, Kind, Row, Status
from outhaul.registry.platforms import PLATFORMS
from outhaul.sandbox.faults import Fault
from tests.destinations.binding import bound
from tests.destinations.driver import deliver
from tests.destinations.small_ledger import SmallLedger

EMAIL = Column("email", "email", Kind.TEXT, "varchar")
IMPORTS = "*/profile-bulk-import-jobs"


def rows(*numbers: int, change: Change = Change.INSERTED) -> list[Row]:
    return [Row(n, change, {"email": f"person{n}@example.com"}) for n in numbers]


@pytest.fixture
def klaviyo(sandbox):
    return Klaviyo(api_key="pk_x", base_url=sandbox.url("klaviyo"))


def service(account: Klaviyo, name: str, **options: Any):
    made = PLATFORMS["klaviyo"].services[name].Options(**options)
    return bound(account, name, made, Activation("vip__klaviyo", "vip", "klaviyo"))


def test_an_import_names_the_rows_that_failed_and_all_others_are_accepted(
    sandbox, klaviyo
):
    failing = [f"person{n}@example.com" for n in range(1, 26)]  # on two pages
    sandbox.add_faults(Fault("errored", path=IMPORTS, emails=failing))
    outcomes = deliver(service(klaviyo, "contacts"), [EMAIL], rows(*range(1, 31)))
    refused = [n for n, each in outcomes.items() if each.status is Status.REJECTED]
    assert refused == list(range(1, 26))
    assert "invalid: the contact could not be imported" in outcomes[1].message
    assert outcomes[26].status is Status.ACCEPTED


def test_a_part_of_an_import_is_not_judged_by_places_within_the_whole(sandbox, klaviyo):
    contacts = service(klaviyo, "contacts")
    contacts.prepare([EMAIL])
    items = Items.of(Encoded(row, contacts.encode(row)) for row in rows(1, 2, 3))
    sandbox.add_faults(Fault("errored", path=IMPORTS, emails=["person1@example.com"]))
    job = contacts.send(items)
    statuses = [each.status for each in contacts.poll(job, items)]
    assert statuses == [Status.REJECTED, Status.ACCEPTED, Status.ACCEPTED]
    rest = contacts.poll(job, items.picked([1, 2]))
    assert [each.status for each in rest] == [Status.SOME_FAILED] * 2


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ({"status": "queued", "total_count": 1}, None),
        ({"status": "complete", "total_count": 1, "failed_count": 0}, "accepted"),
        ({"status": "complete", "total_count": 2, "failed_count": 1}, "some_failed"),
        ({"status": "complete", "total_count": 1, "failed_count": 1}, "rejected"),
        ({"status": "cancelled", "total_count": 2}, "some_failed"),
    ],
)
def test_nothing_is_acknowledged_that_an_import_does_not_tell(
    sandbox, klaviyo, state, status
):
    contacts = service(klaviyo, "contacts")
    contacts.prepare([EMAIL])
    (row,) = rows(1)
    items = Items.of([Encoded(row, contacts.encode(row))])
    job = contacts.send(items)
    told = {"data": {"attributes": state}}
    sandbox.add_faults(Fault("status", "GET", IMPORTS + "/*", status=200, body=told))
    outcomes = contacts.poll(job, items)
    assert outcomes is None if status is None else outcomes[0].status == status
    sandbox.add_faults(Fault("status", "GET", IMPORTS + "/*", status=200, body={}))
    with pytest.raises(OutcomeUnknown, match="cannot be read"):
        contacts.poll(job, items)


def test_a_revision_that_is_retired_stops_the_sync_and_says_what_to_do(
    sandbox, klaviyo
):
    sandbox.add_faults(Fault("status", status=410))
    with pytest.raises(StopSync, match="update outhaul"):
        service(klaviyo, "list").check([EMAIL])
    (asked,) = [each for each in sandbox.state()["requests"] if each["status"] == 410]
    assert asked["path"] == "/api/lists"


@pytest.mark.parametrize("name", ["list", "subscription_list"])
def test_a_list_that_is_deleted_meanwhile_stops_the_sync(sandbox, klaviyo, name):
    deliver(service(klaviyo, "contacts"), [EMAIL], rows(1))
    made = service(klaviyo, name)
    made.prepare([EMAIL])
    (row,) = rows(1)
    (found,) = made.look_up(Items.of([Encoded(row, b"")]).rows)
    sandbox.vendors["klaviyo"].held["lists"].clear()
    with pytest.raises(StopSync, match="deleted at Klaviyo"):
        made.send(Items.of([Encoded(row, made.encode(row, found), found)]))


def test_nobody_is_unsubscribed_who_is_not_on_the_list(sandbox, klaviyo):
    subscriptions = service(klaviyo, "subscription_list", unsubscribe=True)
    deliver(subscriptions, [EMAIL], rows(1, 2))
    profiles = sandbox.vendors["klaviyo"].held["profiles"]
    profiles["person2@example.com"]["lists"].clear()
    deliver(subscriptions, [EMAIL], rows(1, 2, 3, change=Change.REMOVED))
    assert {name: each["email_consent"] for name, each in profiles.items()} == {
        "person1@example.com": "UNSUBSCRIBED",
        "person2@example.com": "SUBSCRIBED",
    }


def test_whoever_leaves_stays_subscribed_until_a_diff_says_otherwise(klaviyo, sandbox):
    kept = service(klaviyo, "subscription_list")
    deliver(kept, [EMAIL], rows(1))
    assert deliver(kept, [EMAIL], rows(1, change=Change.REMOVED)) == {}
    with pytest.raises(ConfigurationError, match="'phone_number', which"):
        service(klaviyo, "subscription_list", channel="sms").check([EMAIL])


@pytest.mark.parametrize("share", [{}, {"max_removed": 0.2}])
def test_unsubscribing_needs_a_guard_of_5_percent(tmp_path, klaviyo, share):
    ledger = SmallLedger(tmp_path, klaviyo, {"email": "varchar"})
    who = {"service": "subscription_list", "select": "'ann@example.com'"}
    asked = {**who, "unsubscribe": True}
    ledger.publish(1, **asked, **share)
    with pytest.raises(ConfigurationError, match=r"set 'max_removed: 0\.05' or less"):
        ledger.bound()
    ledger.publish(1, **asked, max_removed=0.05)
    assert Change.REMOVED in ledger.bound().service.consumes
    ledger.publish(1, **who)
    assert ledger.bound().service.consumes == {Change.INSERTED}
