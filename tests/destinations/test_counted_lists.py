"""What is peculiar to LinkedIn, Microsoft and X; the rest is in their cases."""

from __future__ import annotations

from typing import Any

import pytest

from outhaul.errors import StopSync, Throttled
from outhaul.kit.rows import Items
from outhaul.kit.service import Encoded, Service
from outhaul.model import Change, Column, Kind, Row
from outhaul.sandbox import Sandbox
from outhaul.sandbox.faults import Fault
from tests.destinations.cases import CASES
from tests.destinations.contract import make_service

EMAIL = Column("email", "email", Kind.TEXT, "varchar")


def service(sandbox: Sandbox, name: str, **settings: Any) -> Service:
    """That of a case, at an empty stand-in."""
    (case,) = [case for case in CASES if case.name == name]
    return make_service(case, case.url(sandbox), **settings)


def encoded(audience: Service, count: int = 2) -> Items:
    audience.prepare([EMAIL])
    emails = [f"person{n}@example.com" for n in range(count)]
    rows = [Row(n, Change.INSERTED, {"email": each}) for n, each in enumerate(emails)]
    return Items.of(Encoded(row, audience.encode(row)) for row in rows)


def answered(sandbox: Sandbox, path: str, body: Any, status: int = 200) -> None:
    sandbox.add_faults(Fault("status", path=path, status=status, body=body))


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ([{"status": 201}, {"status": 400, "message": "x"}], ["accepted", "rejected"]),
        ([{"status": 201}, {"status": 500}], ["accepted", "unknown"]),
        ([{"status": 201}], ["unknown", "unknown"]),
        (None, ["unknown", "unknown"]),
    ],
)
def test_linkedin_tells_of_each_element_in_order(sandbox, elements, expected):
    audience = service(sandbox, "linkedin-users")
    items = encoded(audience)
    answered(sandbox, "*/users", {"elements": elements})
    assert [each.status.value for each in audience.send(items)] == expected


def test_a_new_audience_of_linkedin_is_waited_for_and_a_known_one_is_gone(sandbox):
    audience = service(sandbox, "linkedin-users")
    items = encoded(audience)
    answered(sandbox, "*/users", {"status": 404}, 404)
    with pytest.raises(Throttled) as caught:
        audience.send(items)
    assert caught.value.after == 20.0
    again = service(sandbox, "linkedin-users")
    again.prepare([EMAIL])
    sandbox.vendors["linkedin"].load({})
    with pytest.raises(StopSync, match=r"audience was deleted .* resync"):
        again.send(items)


def test_a_version_that_linkedin_has_ended_says_what_to_set(sandbox):
    old = service(sandbox, "linkedin-users", api_version="2020")
    with pytest.raises(StopSync, match="set 'api_version' to a newer one"):
        old.prepare([EMAIL])


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"PartialErrors": []}, ["accepted", "accepted"]),
        (
            {"PartialErrors": [None, {"Index": 1, "ErrorCode": "InvalidItem"}]},
            ["accepted", "rejected"],
        ),
        ({"PartialErrors": [{"Index": 7}]}, ["some_failed", "some_failed"]),
        ({"PartialErrors": [{"Code": 1}]}, ["some_failed", "some_failed"]),
        ({}, ["unknown", "unknown"]),
    ],
)
def test_microsoft_names_items_by_their_index(sandbox, answer, expected):
    audience = service(sandbox, "microsoft_ads-audience")
    items = encoded(audience)
    answered(sandbox, "*/Apply", answer)
    assert [each.status.value for each in audience.send(items)] == expected


@pytest.mark.parametrize(
    ("code", "expected"), [(117, Throttled), (8003, StopSync), (109, StopSync)]
)
def test_codes_of_microsoft_decide_where_the_status_does_not(sandbox, code, expected):
    audience = service(sandbox, "microsoft_ads-audience")
    items = encoded(audience)
    answered(sandbox, "*/Apply", {"Errors": [{"Code": code, "Message": "no"}]}, 400)
    with pytest.raises(expected):
        audience.send(items)


def test_a_list_that_microsoft_does_not_create_stops_the_sync(sandbox):
    audience = service(sandbox, "microsoft_ads-audience")
    errors = [{"Index": 0, "Message": "The terms are not accepted."}]
    body = {"AudienceIds": [None], "PartialErrors": errors}
    answered(sandbox, "*/Audiences", body)
    with pytest.raises(StopSync, match="cannot be created: The terms"):
        audience.prepare([EMAIL])


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"success_count": 2, "total_count": 2}, "accepted"),
        ({"success_count": 1, "total_count": 2}, "unknown"),
        ({"success_count": 0, "total_count": 0}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_x_takes_all_or_nothing(sandbox, told, expected):
    audience = service(sandbox, "x-audience")
    items = encoded(audience)
    answered(sandbox, "*/users", {"data": told})
    assert {each.status.value for each in audience.send(items)} == {expected}


def test_a_name_that_x_gave_away_stops_the_sync(sandbox):
    sandbox.vendors["x"].load({"deleted": ["vip"]})
    with pytest.raises(StopSync, match=r"audience 'vip' cannot be created: .* deleted"):
        service(sandbox, "x-audience").prepare([EMAIL])
