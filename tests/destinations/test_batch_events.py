"""Batch `events` (CEP): added once, young enough, few of one profile in a request."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from outhaul.errors import (
    ConfigurationError,
    OutcomeUnknown,
    RequestTooLarge,
    RowRefused,
)
from outhaul.kit.rows import Items
from outhaul.kit.service import Encoded
from outhaul.model import Change, Kind, Status
from outhaul.sandbox import Sandbox
from outhaul.sandbox.faults import Fault
from tests.destinations.batch_rows import (
    CUSTOM_ID,
    account,
    column,
    encoded,
    row,
    service,
)
from tests.destinations.driver import deliver

NOW = datetime(2026, 2, 1, 12, tzinfo=timezone.utc)
NAME = column("event_name")
TIME = column("event_time", Kind.TIMESTAMP)
COLUMNS = [CUSTOM_ID, NAME, TIME, column("amount", Kind.NUMBER)]


@pytest.fixture
def sandbox():
    with Sandbox() as running:
        running.batch._clock = NOW.timestamp
        yield running


@pytest.fixture
def batch(sandbox):
    made = account(sandbox.url("batch"), probe=False)
    object.__setattr__(made, "clock", NOW.timestamp)
    return made


@pytest.fixture
def events(batch):
    return service(batch, "events")


def event(seq, **values):
    values = {
        "event_name": "order_paid",
        "event_time": NOW - timedelta(hours=1),
        "amount": Decimal("12.50"),
        **values,
    }
    return row(seq, **values)


def items_of(events, rows):
    events.prepare(COLUMNS)
    return Items.of(Encoded(each, events.encode(each)) for each in rows)


def test_an_event_has_name_time_and_attributes(events):
    columns = [
        *COLUMNS,
        column("$label"),
        column("$tags", Kind.JSON),
        column("paid_at", Kind.TIMESTAMP),
        column("coupon"),
    ]
    assert encoded(
        events,
        columns,
        event_name="order_paid",
        event_time=datetime(2026, 2, 1, 9),
        amount=Decimal("12.50"),
        paid_at=datetime(2026, 2, 1, 9, 5),
        coupon=None,
        **{"$label": "web", "$tags": ["a"]},
    ) == {
        "identifiers": {"custom_id": "user-1"},
        "events": [
            {
                "name": "order_paid",
                "time": "2026-02-01T09:00:00Z",
                "attributes": {
                    "amount": 12.5,
                    "date(paid_at)": "2026-02-01T09:05:00Z",
                    "$label": "web",
                    "$tags": ["a"],
                },
            }
        ],
    }


def test_one_name_for_all_events_may_be_an_option(batch):
    named = service(batch, "events", event_name="visit")
    made = encoded(named, [CUSTOM_ID, TIME], event_time=NOW)
    assert made["events"] == [{"name": "visit", "time": "2026-02-01T12:00:00Z"}]


@pytest.mark.parametrize(
    ("columns", "options", "problem"),
    [
        ([NAME, TIME], {}, "no column 'custom_id'"),
        ([CUSTOM_ID, NAME], {}, "no column 'event_time'"),
        ([CUSTOM_ID, NAME, column("event_time")], {}, "a timestamp is needed"),
        ([CUSTOM_ID, TIME], {}, "no column 'event_name'"),
        ([CUSTOM_ID, TIME], {"event_name": "Order paid"}, "lower-case letters"),
        ([CUSTOM_ID, NAME, TIME, column("Amount")], {}, "call it 'amount'"),
    ],
)
def test_columns_that_make_no_event_are_refused(batch, columns, options, problem):
    with pytest.raises(ConfigurationError, match=problem):
        service(batch, "events", **options).check(columns)
    assert service(batch, "events").check(COLUMNS) == []


@pytest.mark.parametrize("name", [None, "", "Order", "order paid", "x" * 31, 7])
def test_names_that_batch_refuses_refuse_the_row(events, name):
    events.prepare(COLUMNS)
    with pytest.raises(RowRefused) as caught:
        events.encode(event(1, event_name=name))
    assert caught.value.code == "event_name"


@pytest.mark.parametrize(
    ("age", "code"),
    [
        (timedelta(hours=24, seconds=1), "too_old"),
        (timedelta(seconds=-1), "in_future"),
    ],
)
def test_events_that_are_too_old_or_to_come_are_refused_before_they_are_sent(
    events, age, code
):
    events.prepare(COLUMNS)
    with pytest.raises(RowRefused) as caught:
        events.encode(event(1, event_time=NOW - age))
    assert caught.value.code == code
    for young in (timedelta(0), timedelta(hours=24)):
        assert events.encode(event(1, event_time=NOW - young))


def test_the_age_may_be_limited_further_and_the_clock_is_the_real_one(sandbox, batch):
    strict = service(batch, "events", max_age_hours=0.5)
    strict.prepare(COLUMNS)
    with pytest.raises(RowRefused, match="older than 0.5 hours"):
        strict.encode(event(1))
    fresh = service(account(sandbox.url("batch"), probe=False), "events")
    fresh.prepare(COLUMNS)
    now = datetime.fromtimestamp(time.time(), timezone.utc)
    assert fresh.encode(event(1, event_time=now - timedelta(minutes=1)))


def test_events_are_added_and_their_profiles_created(events, sandbox):
    outcomes = deliver(events, COLUMNS, [event(1), event(2, custom_id="user-1")])
    assert {each.status for each in outcomes.values()} == {Status.ACCEPTED}
    held = sandbox.state()["batch"]
    assert [each["custom_id"] for each in held["events"]] == ["user-1", "user-1"]
    assert held["profiles"] == {"user-1": {}}


def test_only_inserted_rows_are_sent(events, sandbox):
    assert events.consumes == {Change.INSERTED}
    rows = [event(1), event(2)._replace(change=Change.UPDATED)]
    rows += [event(3)._replace(change=Change.REMOVED)]
    assert list(deliver(events, COLUMNS, rows)) == [1]


def test_16_events_of_one_profile_are_split_before_anything_is_sent(events, sandbox):
    rows = [event(number, custom_id="ann") for number in range(16)]
    items = items_of(events, rows)
    with pytest.raises(RequestTooLarge):
        events.send(items)
    assert sandbox.state()["requests"] == []
    assert len(events.send(items[:15])) == 15
    sandbox.reset()
    outcomes = deliver(events, COLUMNS, rows)
    assert {each.status for each in outcomes.values()} == {Status.ACCEPTED}
    assert len(sandbox.state()["batch"]["events"]) == 16


def test_it_says_that_it_must_not_be_repeated(events, sandbox):
    assert not events.repeatable
    items = items_of(events, [event(1)])
    sandbox.add_faults(Fault("drop", applied=True))
    with pytest.raises(OutcomeUnknown):
        events.send(items)
    assert len(sandbox.state()["batch"]["events"]) == 1


def test_an_event_that_is_refused_is_rejected_and_one_in_parts_is_open(events, sandbox):
    items = items_of(events, [event(1), event(2), event(3)])
    errors = [
        {"category": "EVENT", "bulk_index": 0, "reason": "too old"},
        {"category": "ATTRIBUTE", "bulk_index": 1, "attribute": "amount"},
    ]
    body = {"code": "SUCCESS_WITH_PARTIAL_ERRORS", "errors": errors}
    sandbox.add_faults(Fault("status", status=202, body=body))
    refused, partly, added = events.send(items)
    assert (refused.status, refused.message) == (Status.REJECTED, "too old")
    assert partly.status is Status.UNKNOWN
    assert "'amount' was refused, not the rest" in partly.message
    assert added.status is Status.ACCEPTED


def test_the_stand_in_refuses_what_grew_too_old_on_its_way(events, sandbox):
    items = items_of(events, [event(1, event_time=NOW - timedelta(hours=23))])
    sandbox.batch._clock = (NOW + timedelta(hours=2)).timestamp
    outcome = events.send(items)[0]
    assert outcome.status is Status.REJECTED
    assert json.loads(items[0].body)["events"][0]["time"].endswith("13:00:00Z")
