"""What is peculiar to Meta Ads; else see `cases/meta.py` and `test_audiences.py`."""

from __future__ import annotations

from typing import Any

import pytest

from outhaul.destinations.meta import Meta
from outhaul.errors import ConfigurationError, OutcomeUnknown, StopSync, Throttled
from outhaul.kit.rows import Items
from outhaul.kit.service import Activation, Encoded
from outhaul.model import Change, Column, Kind, Row
from outhaul.registry.platforms import PLATFORMS
from outhaul.sandbox.faults import Fault
from tests.destinations.binding import bound
from tests.destinations.cases.advertising import EVENT_COLUMNS, events
from tests.destinations.driver import deliver

EMAIL = Column("email", "email", Kind.TEXT, "varchar")


@pytest.fixture
def meta(sandbox):
    return Meta(
        access_token="x",
        ad_account_id="1",
        dataset_id="77",
        base_url=sandbox.url("meta"),
    )


def service(account: Meta, name: str, **options: Any):
    made = PLATFORMS["meta"].services[name].Options(**options)
    return bound(account, name, made, Activation("vip__meta", "vip", "meta"))


def members(account: Meta, count: int):
    audience = service(account, "audience")
    audience.prepare([EMAIL])
    rows = [
        Row(n, Change.INSERTED, {"email": f"person{n}@example.com"})
        for n in range(count)
    ]
    return audience, Items.of(Encoded(row, audience.encode(row)) for row in rows)


@pytest.mark.parametrize(
    ("answer", "rows", "status"),
    [
        ({"num_received": 2, "num_invalid_entries": 0}, 2, "accepted"),
        ({"num_received": 2, "num_invalid_entries": 1}, 2, "some_failed"),
        ({"num_received": 1, "num_invalid_entries": 1}, 1, "rejected"),
        ({"num_received": 1, "num_invalid_entries": 0}, 2, "unknown"),
        ({"num_received": 2}, 2, "unknown"),
    ],
)
def test_counts_of_an_answer_decide(sandbox, meta, answer, rows, status):
    audience, items = members(meta, rows)
    sandbox.add_faults(Fault("status", path="*/users", status=200, body=answer))
    assert {each.status.value for each in audience.send(items)} == {status}


@pytest.mark.parametrize(
    ("code", "subcode", "expected"),
    [
        (17, 0, Throttled),
        (80003, 0, Throttled),
        (2, 0, OutcomeUnknown),
        (190, 463, StopSync),
        (200, 0, StopSync),
        (2655, 0, StopSync),
        (100, 1713230, StopSync),
        (100, 33, StopSync),
    ],
)
def test_the_code_of_an_error_decides(sandbox, meta, code, subcode, expected):
    audience, items = members(meta, 1)
    error = {"error": {"code": code, "error_subcode": subcode, "message": "no"}}
    sandbox.add_faults(Fault("status", path="*/users", status=400, body=error))
    with pytest.raises(expected) as caught:
        audience.send(items)
    assert caught.value.code == f"meta_{code}"


def test_events_of_a_test_are_not_counted_and_a_repeated_one_counts_once(sandbox, meta):
    chosen = {"action_source": "other", "event_name": "Lead"}
    for options in ({"test_event_code": "TEST1"}, {}, {}):
        conversions = service(meta, "conversions", **chosen, **options)
        outcomes = deliver(conversions, EVENT_COLUMNS, events())
        assert {each.status.value for each in outcomes.values()} == {"accepted"}
    assert len(sandbox.state()["meta"]["datasets"]["77"]) == 3


def test_an_old_event_is_refused_before_it_spoils_a_request(sandbox, meta):
    stores = {"action_source": "physical_store", "event_name": "Purchase"}
    rows = events()
    old = {**rows[1].values, "event_time": rows[1].values["event_time"].replace(2020)}
    rows[1] = rows[1]._replace(values=old)
    conversions = service(meta, "conversions", **stores, max_age_hours=62 * 24.0)
    outcomes = deliver(conversions, EVENT_COLUMNS, rows)
    assert [outcomes[n].code for n in (1, 2, 3)] == ["", "too_old", ""]
    with pytest.raises(ConfigurationError, match="at most 168 of 'email'"):
        service(meta, "conversions", action_source="email", max_age_hours=169.0)


def test_what_conversions_lack_is_told_by_check(sandbox, meta):
    website = service(meta, "conversions", action_source="website", event_name="Lead")
    with pytest.raises(ConfigurationError) as caught:
        website.check(EVENT_COLUMNS[:2])
    for name in ("client_user_agent", "event_source_url", "no column says who"):
        assert name in str(caught.value)
    sandbox.vendors["meta"].load({"datasets": {}})
    gone = service(meta, "conversions", action_source="other", event_name="Lead")
    with pytest.raises(ConfigurationError, match="no dataset '77'"):
        gone.check(EVENT_COLUMNS)
