"""What stands in a list or mapping obeys the rules for whole values."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from outhaul import exact
from outhaul.errors import RowRefused
from outhaul.kit import columns, values
from outhaul.kit.formats import Id

WRITTEN = {
    Decimal("12345678901234567.89"): b"12345678901234567.89",
    datetime(2026, 1, 31, 6, 15): b'"2026-01-31T06:15:00Z"',
    datetime(2026, 1, 31, 6, 15, tzinfo=timezone(timedelta(hours=2))): (
        b'"2026-01-31T04:15:00Z"'
    ),
    date(2026, 1, 31): b'"2026-01-31"',
    time(6, 15): b'"06:15:00"',
    timedelta(minutes=-90): b'"-PT1H30M"',
    0.1: b"0.1",
    10**40: b"1" + b"0" * 40,
    "P1M": b'"P1M"',
    True: b"true",
    None: b"null",
}
REFUSED = {
    float("nan"): "number",
    float("-inf"): "number",
    Decimal("NaN"): "number",
    Decimal("1e400"): "number",
    b"bytes": "bytes",
    exact.FAR_DATE: "date",
    exact.NOT_JSON: "json",
    "a\x00b": "text",
    "\ud800": "text",
}


@pytest.mark.parametrize("value", WRITTEN, ids=repr)
def test_a_value_is_written_alike_wherever_it_stands(value):
    shown = WRITTEN[value]
    row = {"a": value, "b": [value], "c": {"d": [value]}}
    wanted = b'{"a":%b,"b":[%b],"c":{"d":[%b]}}' % (shown, shown, shown)
    assert values.json_object(row) == wanted
    [together] = columns.as_json(columns.for_json([{"d": [value]}]))
    assert together == b'{"d":[%b]}' % shown


@pytest.mark.parametrize("value", REFUSED, ids=repr)
def test_a_value_that_cannot_be_written_is_refused_wherever_it_stands(value):
    wrapped: list[Any] = [value, [value], {"d": [1, value]}]
    for each in wrapped:
        with pytest.raises(RowRefused, match="'at'") as refusal:
            values.json_object({"at": each})
        assert refusal.value.code == REFUSED[value]
        with pytest.raises(columns.OneByOne):
            columns.as_json(columns.for_json([each, each]))


def test_an_unreadable_value_is_refused_with_its_own_reason():
    refusing = [values.text, values.number, values.day, values.moment, values.seconds]
    for render in [*refusing, values.boolean]:
        with pytest.raises(RowRefused, match="'at' is infinite or beyond"):
            render("at", exact.FAR_DATE)
    with pytest.raises(RowRefused, match="is infinite or beyond"):
        values.normal_email(exact.FAR_DATE)


@pytest.mark.parametrize(
    "address",
    [
        "\u00dcN\u00cf@example.com",
        "\u0130@example.com",
        "u\u0308@example.com",
        "\u212a@a.bc",
    ],
)
def test_an_address_that_may_be_spelt_in_two_ways_is_refused(address):
    """Destinations that fold more letters than we do would take two rows for one."""
    with pytest.raises(RowRefused, match="in lower case and as one") as refusal:
        values.normal_email(address)
    assert refusal.value.code == "not_normal"
    other = unicodedata.normalize("NFC", address.lower())
    assert values.normal_email(other) == other


def test_addresses_are_folded_in_the_letters_a_to_z_alone():
    assert values.folded(" ANN@\u00dcnI.Example ") == "ann@\u00dcni.example"
    assert values.normal_email(" ANN@Example.com ") == "ann@example.com"


def test_an_id_that_is_lowered_is_an_id_in_one_spelling():
    assert Id(9, in_lower_case=True).one("custom_id", " AB1") == "ab1"
    assert Id(9).one("custom_id", "\u00dc1") == "\u00dc1"
    with pytest.raises(RowRefused, match="'custom_id' has a letter beyond A to Z"):
        Id(9, in_lower_case=True).one("custom_id", "\u00dc1")
    with pytest.raises(columns.OneByOne):
        Id(9, in_lower_case=True).many(["AB1", "\u00dc1"])


def test_json_in_a_text_is_exact_or_refused():
    assert values.nested("a", "[1.10]") == [Decimal("1.10")]
    for broken in ("[NaN]", "[", "[" * 100_000):
        with pytest.raises(RowRefused, match="'a' is not JSON"):
            values.nested("a", broken)
