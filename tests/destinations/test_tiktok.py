"""What is peculiar to TikTok Ads; the rest is in `cases/tiktok.py`."""

from __future__ import annotations

import pytest

from outhaul.destinations.tiktok import TikTok
from outhaul.errors import (
    ConfigurationError,
    OutcomeUnknown,
    RequestRefused,
    StopSync,
    Throttled,
)
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
def tiktok(sandbox):
    return TikTok(
        access_token="x",
        advertiser_id="12",
        pixel_code="C77",
        base_url=sandbox.url("tiktok"),
    )


def service(account: TikTok, name: str, **options):
    made = PLATFORMS["tiktok"].services[name].Options(**options)
    return bound(account, name, made, Activation("vip__tiktok", "vip", "tiktok"))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"code": 40100}, Throttled),
        ({"code": 40105}, StopSync),
        ({"code": 40001}, StopSync),
        ({"code": 40002}, RequestRefused),
        ({"code": 50000}, OutcomeUnknown),
        ({}, OutcomeUnknown),
    ],
)
def test_the_code_of_an_answer_decides(sandbox, tiktok, answer, expected):
    audience = service(tiktok, "audience")
    audience.prepare([EMAIL])
    row = Row(1, Change.INSERTED, {"email": "ann@example.com"})
    items = Items.of([Encoded(row, audience.encode(row))])
    sandbox.add_faults(Fault("status", path="*/mapping/", status=200, body=answer))
    with pytest.raises(expected):
        audience.send(items)


def test_a_page_and_clicks_are_told_of_events_and_tests_are_not_kept(sandbox, tiktok):
    more = {"page_url": "https://example.com/thanks", "ttclid": "E.C.P"}
    columns = [Column(name, name, Kind.TEXT, "varchar") for name in more]
    for options in ({"test_event_code": "TEST1"}, {}):
        conversions = service(tiktok, "web_conversions", event_name="Lead", **options)
        deliver(conversions, [*EVENT_COLUMNS, *columns], events(**more))
    found = sandbox.state()["tiktok"]["events"]["web C77"]
    assert len(found) == 3
    assert found[0]["page"] == {"url": "https://example.com/thanks"}
    assert found[0]["user"]["ttclid"] == "E.C.P"


def test_the_source_of_events_has_to_be_set(tiktok):
    with pytest.raises(ConfigurationError, match="'offline_event_set_id' is not set"):
        service(tiktok, "offline_conversions", event_name="Lead")
