"""What is peculiar to Pinterest Ads; the rest is in `cases/pinterest.py`."""

from __future__ import annotations

import pytest

from outhaul.destinations.pinterest import Pinterest
from outhaul.errors import ConfigurationError
from outhaul.kit.service import Activation
from outhaul.model import Change, Column, Kind, Row
from outhaul.registry.platforms import PLATFORMS
from outhaul.sandbox.faults import Fault
from tests.destinations.binding import bound
from tests.destinations.cases.advertising import EVENT_COLUMNS, address, events
from tests.destinations.driver import deliver

EMAIL = Column("email", "email", Kind.TEXT, "varchar")
DEVICE = Column("mobile_ad_id", "mobile_ad_id", Kind.TEXT, "varchar")
SENT = {"action_source": "web", "event_name": "checkout"}


@pytest.fixture
def pinterest(sandbox):
    return Pinterest(
        ad_account_id="12",
        access_token="x",
        conversion_token="x",
        base_url=sandbox.url("pinterest"),
    )


def service(account: Pinterest, name: str, **options):
    made = PLATFORMS["pinterest"].services[name].Options(**options)
    activation = Activation("vip__pinterest", "vip", "pinterest")
    return bound(account, name, made, activation)


def member(number: int, change: Change = Change.INSERTED) -> Row:
    return Row(number, change, {"email": f"person{number}@example.com"})


def test_a_list_comes_into_being_with_its_first_members(sandbox, pinterest):
    audience = service(pinterest, "audience")
    assert audience.check([EMAIL]) == ["audience 'vip' will be created"]
    deliver(audience, [EMAIL], [member(4, Change.REMOVED)])
    assert sandbox.state()["pinterest"]["lists"] == {}
    deliver(audience, [EMAIL], [member(1)])
    assert audience.findings.created == ["audience 'vip'"]
    held = sandbox.state()["pinterest"]
    assert held["lists"] == {"600": {"name": "vip", "members": [address(1)]}}
    assert held["audiences"] == {"900": "600"}


def test_a_list_without_its_audience_gets_it(sandbox, pinterest):
    lists = {"600": {"name": "vip", "members": []}}
    sandbox.vendors["pinterest"].load({"lists": lists})
    for _ in range(2):
        service(pinterest, "audience").prepare([EMAIL])
        assert sandbox.state()["pinterest"]["audiences"] == {"900": "600"}


def test_members_of_a_list_are_of_one_kind(pinterest):
    with pytest.raises(ConfigurationError, match="another diff"):
        service(pinterest, "audience").check([EMAIL, DEVICE])


def test_an_event_that_failed_is_refused_alone(sandbox, pinterest):
    conversions = service(pinterest, "conversions", **SENT)
    rows = events()
    told = [{"status": "processed"}, {"status": "failed", "error_message": "too old"}]
    body = {"code": 1, "message": "x", "details": {"events": [*told, told[0]]}}
    sandbox.add_faults(Fault("status", path="*/events", skip=1, status=422, body=body))
    outcomes = deliver(conversions, EVENT_COLUMNS, rows)
    assert [outcomes[n].status.value for n in (1, 2, 3)] == [
        "accepted",
        "rejected",
        "accepted",
    ]
    assert outcomes[2].message == "too old"


def test_events_of_a_test_are_not_kept(sandbox, pinterest):
    deliver(
        service(pinterest, "conversions", **SENT, test=True), EVENT_COLUMNS, events()
    )
    assert sandbox.state()["pinterest"]["events"] == []


def test_a_column_that_pinterest_does_not_take_is_named(pinterest):
    shoe_size = Column("shoe_size", "shoe_size", Kind.INTEGER, "int")
    conversions = service(pinterest, "conversions", **SENT)
    with pytest.raises(ConfigurationError, match="'shoe_size' is no field"):
        conversions.check([*EVENT_COLUMNS, shoe_size])
    without = Pinterest(ad_account_id="12", access_token="x")
    with pytest.raises(ConfigurationError, match="'conversion_token' is not set"):
        service(without, "conversions", **SENT)
