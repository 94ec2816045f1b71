"""What is peculiar to Braze: errors under 201, bulk, names, lists by an attribute."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from outhaul.destinations.braze import PLATFORM, Braze
from outhaul.errors import ConfigurationError, RequestTooLarge, StopSync
from outhaul.kit.rows import Items
from outhaul.kit.service import Activation, Encoded
from outhaul.model import Change, Column, Kind, Row
from outhaul.sandbox.faults import Fault
from tests.destinations.binding import bound
from tests.destinations.cases.braze import GROUP, ID
from tests.destinations.driver import deliver

ACTIVATION = Activation("vip__braze", "vip", "braze")
EMAIL = Column("email", "email", Kind.TEXT, "varchar")
ROWS = [
    Row(n, Change.INSERTED, {"external_id": f"u{n}", "email": f"p{n}@example.com"})
    for n in range(1, 4)
]


@pytest.fixture
def account(sandbox):
    return Braze(api_key="canary-key", base_url=sandbox.url("braze"))


def service(account, name="attributes", **options):
    options = PLATFORM.services[name].Options(**options)
    return bound(account, name, options, ACTIVATION)


def sent(sender, rows, columns=(ID, EMAIL)):
    sender.prepare(columns)
    items = Items.of(Encoded(row, sender.encode(row)) for row in rows)
    return [each.status.value for each in sender.send(items)]


def users(sandbox):
    return sandbox.state()["braze"]["users"]


def test_an_error_under_201_rejects_the_row_that_it_names(account, sandbox):
    bad = ROWS[1]._replace(values={**ROWS[1].values, "email": "p@example.invalid"})
    outcomes = sent(service(account, insert=True), [ROWS[0], bad, ROWS[2]])
    assert outcomes == ["accepted", "rejected", "accepted"]
    assert set(users(sandbox)) == {"u1", "u3"}


@pytest.mark.parametrize(
    "told",
    [
        {"message": "success", "errors": [{"type": "x"}]},
        {"message": "success", "errors": [{"index": 3, "input_array": "attributes"}]},
        {"message": "success", "errors": [{"index": 0, "input_array": "events"}]},
        {"message": "success", "errors": ["x"]},
        {"message": "failure"},
    ],
)
def test_an_error_that_names_no_row_makes_none_accepted(account, sandbox, told):
    sandbox.add_faults(Fault("status", "POST", "*", status=201, body=told, skip=1))
    assert sent(service(account, insert=True), ROWS) == ["some_failed"] * 3


def test_without_insert_nobody_is_created(account, sandbox):
    sandbox.vendors["braze"].load({"users": {"u1": {"email": "old", "age": 3}}})
    cleared = ROWS[0]._replace(values={"external_id": "u1", "email": None})
    assert sent(service(account), ROWS) == ["accepted"] * 3
    assert users(sandbox) == {"u1": {"email": "p1@example.com", "age": 3}}
    sent(service(account, null_mode="omit"), [cleared])
    assert users(sandbox)["u1"]["email"] == "p1@example.com"
    sent(service(account), [cleared])
    assert users(sandbox) == {"u1": {"age": 3}}


def test_bulk_takes_a_thousand_and_a_hundred_events_of_a_user(sandbox):
    url = sandbox.url("braze")
    account = Braze(api_key="canary-key", base_url=url, bulk=True)
    assert service(account).limits(Change.INSERTED).rows == 1_000
    now = datetime.now(timezone.utc) - timedelta(minutes=1)
    values = {"external_id": "u1", "event_name": "visit", "event_time": now}
    rows = [Row(n, Change.INSERTED, values) for n in range(101)]
    time = Column("event_time", "event_time", Kind.TIMESTAMP, "timestamp")
    sender = service(account, "events", event_name="visit")
    with pytest.raises(RequestTooLarge, match="100 events of one user"):
        sent(sender, rows, (ID, time))
    assert set(sent(sender, rows[1:], (ID, time))) == {"accepted"}


def test_a_list_is_an_attribute_that_is_named_after_the_segment(account, sandbox):
    sandbox.vendors["braze"].load({"users": {"u1": {}}})
    sender = service(account, "list")
    assert sender.owns() == "attribute 'vip'"
    deliver(sender, [ID], ROWS)
    leaving = [row._replace(change=Change.REMOVED) for row in ROWS]
    assert users(sandbox) == {"u1": {"vip": True}}
    deliver(service(account, "list"), [ID], leaving)
    assert users(sandbox) == {"u1": {"vip": False}}
    assert "column 'email' is not sent" in sender.check([ID, EMAIL])


def test_people_stay_subscribed_unless_the_diff_says_otherwise(account):
    stays = service(account, "subscriptions", subscription_group_id=GROUP)
    assert stays.consumes == {Change.INSERTED}
    leaves = service(
        account, "subscriptions", subscription_group_id=GROUP, unsubscribe=True
    )
    assert (leaves.consumes, leaves.max_removed) == (
        set(Change) - {Change.UPDATED},
        0.05,
    )
    with pytest.raises(ConfigurationError, match="subscription_group_id: is no id"):
        service(account, "subscriptions", subscription_group_id="Newsletter")


@pytest.mark.parametrize("name", ["$x", "_x", " x", "x" * 256, "braze_id"])
def test_a_name_that_braze_does_not_take_is_told(account, name):
    columns = [ID, Column(name, "x", Kind.TEXT, "varchar")]
    with pytest.raises(ConfigurationError, match="cannot be the name of an attribute"):
        service(account).check(columns)
    with pytest.raises(ConfigurationError, match="cannot be the name of an attribute"):
        service(account, "list", attribute=name).check([ID])


def test_a_key_that_may_not_write_is_told_before_rows_are_sent(account, sandbox):
    sandbox.add_faults(Fault("status", "POST", "/users/track", status=403))
    with pytest.raises(StopSync, match="the key lacks the permission"):
        service(account).check([ID, EMAIL])
