"""A vendor's interface that ends is told of 90 days before."""

from __future__ import annotations

from datetime import date

import pytest

from outhaul.destinations.emarsys import Emarsys
from outhaul.kit.interface import Interface

OLD = Interface("v1", date(2026, 12, 31), "use v2")


@pytest.mark.parametrize(
    ("today", "is_told"),
    [
        (date(2026, 10, 1), False),
        (date(2026, 10, 2), True),
        (date(2027, 1, 1), True),
    ],
)
def test_an_end_is_told_of_90_days_before_and_ever_after(today, is_told):
    told = ["v1 ends on 2026-12-31: use v2"] if is_told else []
    assert OLD.notes(today) == told
    assert Interface("v2").notes(today) == []


def test_an_account_has_the_interface_that_its_settings_choose():
    settings = {"client_id": "c", "client_secret": "s"}
    assert str(Emarsys(**settings).interface) == "v3"
    assert str(Emarsys(**settings, auth="wsse").interface) == "WSSE, until 2026-12-31"
