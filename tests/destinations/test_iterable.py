"""What is peculiar to Iterable; the rest is in `cases/iterable.py`."""

from __future__ import annotations

from typing import Any

import pytest

from outhaul.destinations.iterable import Iterable
from outhaul.errors import ConfigurationError, StopSync
from outhaul.kit.rows import Items
from outhaul.kit.service import Activation, Encoded
from outhaul.model import Change, Column, Kind, Row
from outhaul.registry.platforms import PLATFORMS
from outhaul.sandbox.faults import Fault
from tests.destinations.binding import bound
from tests.destinations.driver import deliver

EMAIL = Column("email", "email", Kind.TEXT, "varchar")
CITY = Column("city", "city", Kind.TEXT, "varchar")
WRITES = "/api/users/bulkUpdate"


def rows(*numbers: int, change: Change = Change.INSERTED) -> list[Row]:
    return [Row(n, change, {"email": f"person{n}@example.com"}) for n in numbers]


@pytest.fixture
def iterable(sandbox):
    return Iterable(api_key="x", base_url=sandbox.url("iterable"))


def service(account: Iterable, name: str, **options: Any):
    made = PLATFORMS["iterable"].services[name].Options(**options)
    return bound(account, name, made, Activation("vip__iterable", "vip", "iterable"))


def statuses(outcomes):
    return {n: each.status.value for n, each in outcomes.items()}


def test_users_are_refused_by_the_list_that_names_them(sandbox, iterable):
    (bad,) = rows(2)
    bad.values["email"] = "ann@example.invalid"
    attributes = service(iterable, "attributes", insert=True)
    outcomes = deliver(attributes, [EMAIL], [*rows(1), bad, *rows(3)])
    assert statuses(outcomes) == {1: "accepted", 2: "rejected", 3: "accepted"}
    assert outcomes[2].message.endswith(": invalidEmails")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"successCount": 2, "failCount": 0}, ["accepted", "accepted"]),
        ({"failCount": 1}, ["some_failed", "some_failed"]),
        ({"successCount": 2}, ["some_failed", "some_failed"]),
        ({"failCount": 2}, ["rejected", "rejected"]),
        (
            {"failCount": 1, "failedUpdates": {"notFoundEmails": ["Person1@x.com"]}},
            ["some_failed", "some_failed"],
        ),
        (
            {
                "failCount": 1,
                "failedUpdates": {"notFoundEmails": ["PERSON1@example.com"]},
            },
            ["missing", "accepted"],
        ),
        (
            {"failCount": 1, "failedUpdates": {"invalidUserIds": ["1"]}},
            ["some_failed", "some_failed"],
        ),
    ],
)
def test_an_error_that_names_no_row_accepts_none(sandbox, iterable, answer, expected):
    sandbox.add_faults(Fault("status", path=WRITES, status=200, body=answer))
    attributes = service(iterable, "attributes", insert=True)
    outcomes = deliver(attributes, [EMAIL], rows(1, 2))
    assert list(statuses(outcomes).values()) == expected


def test_fields_that_a_project_filters_out_stop_the_sync(sandbox, iterable):
    answer = {"successCount": 1, "failCount": 0, "filteredOutFields": ["city"]}
    sandbox.add_faults(Fault("status", path=WRITES, status=200, body=answer))
    with pytest.raises(StopSync, match="no values of the fields: city") as caught:
        deliver(service(iterable, "attributes", insert=True), [EMAIL, CITY], rows(1))
    assert caught.value.outcome_unknown


def test_check_tells_of_new_fields_and_of_columns_that_fit_none(sandbox, iterable):
    attributes = service(iterable, "attributes")
    assert attributes.check([EMAIL, CITY]) == ["field 'city' will be created"]
    sandbox.vendors["iterable"].held["fields"]["city"] = "long"
    with pytest.raises(ConfigurationError, match="of type long, which cannot change"):
        attributes.check([EMAIL, CITY])


@pytest.mark.parametrize("mode", ["empty", "omit"])
def test_a_null_is_written_or_leaves_the_field(sandbox, iterable, mode):
    (row,) = rows(1)
    row.values["city"] = "Rome"
    attributes = service(iterable, "attributes", insert=True, null_mode=mode)
    deliver(attributes, [EMAIL, CITY], [row])
    row.values["city"] = None
    deliver(attributes, [EMAIL, CITY], [row])
    (held,) = sandbox.vendors["iterable"].held["users"].values()
    assert held["dataFields"] == {"city": None if mode == "empty" else "Rome"}


def test_nobody_becomes_a_user_by_a_list(sandbox, iterable):
    deliver(service(iterable, "attributes", insert=True), [EMAIL], rows(1))
    vip = service(iterable, "list")
    assert statuses(deliver(vip, [EMAIL], rows(1, 2))) == {1: "accepted", 2: "missing"}
    gone = deliver(vip, [EMAIL], rows(1, 2, change=Change.REMOVED))
    assert statuses(gone) == {1: "accepted", 2: "accepted"}
    assert list(sandbox.vendors["iterable"].held["users"]) == ["person1@example.com"]


def test_a_list_that_is_deleted_meanwhile_stops_the_sync(sandbox, iterable):
    vip = service(iterable, "list")
    vip.prepare([EMAIL])
    sandbox.vendors["iterable"].held["lists"].clear()
    (row,) = rows(1)
    with pytest.raises(StopSync, match="deleted at Iterable"):
        vip.send(Items.of([Encoded(row, vip.encode(row, "x"), "x")]))
