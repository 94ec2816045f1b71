"""What is peculiar to Snapchat, Criteo and Reddit; the rest is in their cases."""

from __future__ import annotations

from typing import Any

import pytest

from outhaul.errors import ConfigurationError, StopSync
from outhaul.kit.rows import Items
from outhaul.kit.service import Encoded, Service
from outhaul.model import Change, Column, Kind, Row
from outhaul.sandbox import Sandbox
from outhaul.sandbox.faults import Fault
from tests.destinations.cases import CASES
from tests.destinations.cases.advertising import EVENT_COLUMNS, events
from tests.destinations.contract import make_service
from tests.destinations.driver import deliver

EMAIL = Column("email", "email", Kind.TEXT, "varchar")


def service(sandbox: Sandbox, name: str, **settings: Any) -> Service:
    """That of a case, at an empty stand-in."""
    (case,) = [case for case in CASES if case.name == name]
    return make_service(case, case.url(sandbox), **settings)


def encoded(audience: Service, *emails: str) -> Items:
    audience.prepare([EMAIL])
    rows = [Row(n, Change.INSERTED, {"email": each}) for n, each in enumerate(emails)]
    return Items.of(Encoded(row, audience.encode(row)) for row in rows)


@pytest.mark.parametrize(
    ("valid", "invalid", "rows", "status"),
    [
        (2, 0, 2, "accepted"),
        (1, 1, 2, "some_failed"),
        (1, 0, 2, "some_failed"),
        (0, 1, 1, "rejected"),
        (None, None, 1, "unknown"),
    ],
)
def test_counts_of_criteo_decide(sandbox, valid, invalid, rows, status):
    audience = service(sandbox, "criteo-audience")
    items = encoded(audience, *[f"person{n}@example.com" for n in range(rows)])
    told = {"nbValidIdentifiers": valid, "nbInvalidIdentifiers": invalid}
    body = {"data": {"attributes": told}}
    sandbox.add_faults(Fault("status", method="PATCH", status=200, body=body))
    assert {each.status.value for each in audience.send(items)} == {status}


def test_a_list_that_criteo_does_not_create_stops_the_sync(sandbox):
    audience = service(sandbox, "criteo-audience")
    body = {"data": [], "errors": [{"detail": "the name is reserved"}]}
    sandbox.add_faults(Fault("status", path="*/create", status=200, body=body))
    with pytest.raises(StopSync, match="cannot be created: the name is reserved"):
        audience.prepare([EMAIL])


def test_snapchat_is_sent_no_member_twice_and_takes_all_or_nothing(sandbox):
    audience = service(sandbox, "snapchat-audience")
    items = encoded(audience, "ann@example.com", "Ann@example.com")
    assert {each.status.value for each in audience.send(items)} == {"accepted"}
    (held,) = sandbox.state()["snapchat"]["segments"].values()
    assert len(held["members"]) == 1
    body = {"request_status": "SUCCESS", "users": [{"sub_request_status": "ERROR"}]}
    sandbox.add_faults(Fault("status", path="*/users", status=200, body=body))
    assert {each.status.value for each in audience.send(items)} == {"unknown"}


def test_an_audience_that_snapchat_does_not_create_stops_the_sync(sandbox):
    audience = service(sandbox, "snapchat-audience")
    made = {"sub_request_status": "ERROR", "sub_request_error_reason": "too many"}
    body = {"request_status": "SUCCESS", "segments": [made]}
    created = Fault("status", method="POST", path="*/segments", status=200, body=body)
    sandbox.add_faults(created)
    with pytest.raises(StopSync, match="cannot be created: too many"):
        audience.prepare([EMAIL])


def test_events_with_errors_are_accepted_by_nobody(sandbox):
    conversions = service(sandbox, "snapchat-conversions")
    body = {"status": "VALID", "error_records": [{"reason": "x"}]}
    sandbox.add_faults(Fault("status", path="*/events", skip=1, status=200, body=body))
    outcomes = deliver(conversions, EVENT_COLUMNS, events())
    assert {each.status.value for each in outcomes.values()} == {"unknown"}
    assert "access_token" not in str(sandbox.state()["requests"])


def test_each_service_of_snapchat_says_which_settings_it_needs(sandbox):
    with pytest.raises(ConfigurationError, match="'refresh_token' is not set"):
        service(sandbox, "snapchat-audience", refresh_token="")
    with pytest.raises(ConfigurationError, match="'pixel_id' is not set"):
        service(sandbox, "snapchat-conversions", pixel_id="")


def test_an_app_that_reddit_has_not_approved_stops_the_sync(sandbox):
    audience = service(sandbox, "reddit-audience")
    items = encoded(audience, "ann@example.com")
    sandbox.add_faults(Fault("status", method="PATCH", status=403))
    with pytest.raises(StopSync, match="approved apps alone"):
        audience.send(items)
