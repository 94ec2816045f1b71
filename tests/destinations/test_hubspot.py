"""What is peculiar to HubSpot; the rest is in `cases/hubspot.py`."""

from __future__ import annotations

from typing import Any

import pytest

from outhaul.destinations.hubspot import HubSpot
from outhaul.errors import ConfigurationError, StopSync
from outhaul.kit.rows import Items
from outhaul.kit.service import Activation, Encoded
from outhaul.model import Change, Column, Kind, Row
from outhaul.registry.platforms import PLATFORMS
from outhaul.sandbox.faults import Fault
from tests.destinations.binding import bound
from tests.destinations.driver import deliver

EMAIL = Column("email", "email", Kind.TEXT, "varchar")
CONTACTS = "*/contacts/batch/*"


def rows(*numbers: int, change: Change = Change.INSERTED) -> list[Row]:
    return [Row(n, change, {"email": f"person{n}@example.com"}) for n in numbers]


@pytest.fixture
def hubspot(sandbox):
    return HubSpot(access_token="x", base_url=sandbox.url("hubspot"))


def service(account: HubSpot, name: str, **options: Any):
    made = PLATFORMS["hubspot"].services[name].Options(**options)
    return bound(account, name, made, Activation("vip__hubspot", "vip", "hubspot"))


def statuses(outcomes):
    return {n: each.status.value for n, each in outcomes.items()}


def test_errors_of_a_207_are_of_their_rows_and_all_others_are_accepted(
    sandbox, hubspot
):
    deliver(service(hubspot, "objects", insert=True), [EMAIL], rows(1, 3, 4))
    fault = Fault("refuse", path=CONTACTS, emails=["person3@example.com"])
    sandbox.add_faults(fault)
    outcomes = deliver(service(hubspot, "objects"), [EMAIL], rows(1, 2, 3, 4))
    assert statuses(outcomes) == {
        1: "accepted",
        2: "missing",
        3: "rejected",
        4: "accepted",
    }
    assert outcomes[3].code == "validation_error"


@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (200, {"results": [{}, {}]}, "accepted"),
        (200, {"results": [{}]}, "some_failed"),
        (207, {"results": [{}], "errors": [{"category": "X"}]}, "some_failed"),
        (207, {"results": [{}, {}]}, "some_failed"),
    ],
)
def test_an_error_that_names_no_row_accepts_none(
    sandbox, hubspot, status, answer, expected
):
    fault = Fault("status", path=CONTACTS, status=status, body=answer)
    sandbox.add_faults(fault)
    outcomes = deliver(service(hubspot, "objects", insert=True), [EMAIL], rows(1, 2))
    assert statuses(outcomes) == {1: expected, 2: expected}


def test_an_error_of_a_request_of_one_row_is_of_that_row(sandbox, hubspot):
    answer = {"results": [], "errors": [{"category": "CONFLICT", "message": "taken"}]}
    sandbox.add_faults(Fault("status", path=CONTACTS, status=207, body=answer))
    outcomes = deliver(service(hubspot, "objects", insert=True), [EMAIL], rows(1))
    assert (outcomes[1].code, outcomes[1].message) == ("conflict", "taken")


def test_columns_that_fit_no_property_are_refused_before_anything_is_sent(
    sandbox, hubspot
):
    sandbox.vendors["hubspot"].held["properties"]["contacts"]["spent"] = "number"
    columns = [
        Column("hs_object_id", "hs_object_id", Kind.INTEGER, "bigint"),
        Column("spent", "spent", Kind.TEXT, "varchar"),
        Column("shoe_size", "shoe_size", Kind.TEXT, "varchar"),
    ]
    with pytest.raises(ConfigurationError) as caught:
        service(hubspot, "objects", insert=True).check(columns)
    said = str(caught.value)
    assert "there is no column 'email', which 'id_property' names" in said
    assert "'hs_object_id' is written by HubSpot alone" in said
    assert "the property is of type number: cast it in the select" in said
    assert "there is no property 'shoe_size' of contacts" in said
    by_id = service(hubspot, "objects", id_property="hs_object_id", insert=True)
    with pytest.raises(ConfigurationError, match="nothing can be created by"):
        by_id.check(columns[:1])
    with pytest.raises(ConfigurationError, match="HubSpot has no objects 'pets'"):
        service(hubspot, "objects", object_type="pets").check([EMAIL])


def test_objects_are_updated_by_hubspots_own_id(sandbox, hubspot):
    deliver(service(hubspot, "objects", insert=True), [EMAIL], rows(1))
    sandbox.vendors["hubspot"].held["properties"]["contacts"]["firstname"] = "string"
    columns = [
        Column("hs_object_id", "hs_object_id", Kind.INTEGER, "bigint"),
        Column("firstname", "firstname", Kind.TEXT, "varchar"),
    ]
    row = Row(1, Change.UPDATED, {"hs_object_id": 1, "firstname": "Ann"})
    by_id = service(hubspot, "objects", id_property="hs_object_id")
    assert statuses(deliver(by_id, columns, [row])) == {1: "accepted"}
    (held,) = sandbox.vendors["hubspot"].held["objects"]["contacts"].values()
    assert held["properties"] == {"email": "person1@example.com", "firstname": "Ann"}


def test_a_list_whose_members_hubspot_decides_is_refused(sandbox, hubspot):
    sandbox.vendors["hubspot"].held["lists"]["7"] = {"name": "vip", "kind": "DYNAMIC"}
    with pytest.raises(ConfigurationError, match="by its filters: set 'list_name'"):
        service(hubspot, "list").check([EMAIL])


def test_a_list_that_is_deleted_meanwhile_stops_the_sync(sandbox, hubspot):
    vip = service(hubspot, "list")
    vip.prepare([EMAIL])
    sandbox.vendors["hubspot"].held["lists"].clear()
    (row,) = rows(1)
    with pytest.raises(StopSync, match="deleted at HubSpot"):
        vip.send(Items.of([Encoded(row, vip.encode(row, "1"), "1")]))


def test_a_contact_that_is_deleted_meanwhile_is_missing_or_has_left(hubspot):
    vip = service(hubspot, "list")
    vip.prepare([EMAIL])
    for change, expected in (("inserted", "missing"), ("removed", "accepted")):
        (row,) = rows(1, change=Change(change))
        (outcome,) = vip.send(Items.of([Encoded(row, vip.encode(row, "99"), "99")]))
        assert outcome.status == expected
