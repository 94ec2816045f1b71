"""The charts: where their parts stand, and which colours these have."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from outhaul.report.charts import Bar, delivered_by_day, round_numbers, size_over_time
from outhaul.report.data import Day, Delivery
from outhaul.report.page import render
from tests.report import samples
from tests.report.markup import Page


def drawn(delivery: Delivery, tag: str, colours: str) -> list[dict[str, str]]:
    """The shapes of these colours in the only chart of a page."""
    page = Page(render(samples.report(delivery)))
    assert len(page.all("svg")) == 1
    return [each for each in page.all(tag) if each["class"] in colours.split()]


@pytest.mark.parametrize(
    ("low", "high", "numbers"),
    [
        (570, 642, [580, 600, 620, 640]),
        (96.3, 109.7, [100, 105]),
        (0, 0.65, [0]),
        (0, 4, [0, 2, 4]),
        (0, 1.08 * 10**9, [0, 500_000_000, 1_000_000_000]),
    ],
)
def test_the_numbers_of_an_axis_are_round_and_few(low, high, numbers) -> None:
    assert round_numbers(low, high) == numbers


@pytest.mark.parametrize(
    ("pending", "colours"),
    [
        ({"inserted": 3, "updated": 2, "removed": 1}, ["accent", "second", "third"]),
        ({"inserted": 0, "updated": 2, "removed": 1}, ["second", "third"]),
        ({"inserted": 0, "updated": 0, "removed": 1}, ["third"]),
    ],
)
def test_a_change_has_its_colour_whatever_else_is_pending(pending, colours) -> None:
    delivery = Delivery(statuses=(samples.status("people_out", pending=pending),))
    parts = drawn(delivery, "rect", "accent second third")
    assert [each["class"] for each in parts if each["width"] != "0"] == colours


def test_parts_of_a_bar_stand_one_after_the_other_and_all_are_seen() -> None:
    assert list(Bar("", (2, 1, 0), "").spans(4)) == [(0, 160), (160, 80), (240, 0)]
    assert list(Bar("", (1, 10**9), "").spans(10**9 + 1))[0] == (0, 2)


def test_refused_rows_stand_on_those_accepted_in_a_colour_of_their_own() -> None:
    days = (Day(date(2026, 1, 1), 60, 40), Day(date(2026, 1, 2), 0, 100))
    shapes = drawn(
        Delivery(days=days, syncs=(samples.sync("a"),)), "rect", "accent third"
    )
    first, refused, none, all_refused = shapes
    assert [each["class"] for each in shapes] == ["accent", "third"] * 2
    top, tall = (float(first[name]) for name in ("y", "height"))
    assert top + tall == 146
    assert float(refused["y"]) + float(refused["height"]) == pytest.approx(top, abs=0.2)
    assert tall == pytest.approx(1.5 * float(refused["height"]), rel=0.01)
    assert none["height"] == "0"
    assert float(all_refused["height"]) == pytest.approx(
        146 - float(refused["y"]), abs=0.2
    )


def test_days_and_builds_stand_in_the_order_of_time() -> None:
    days = [Day(date(2026, 1, n), n, 0) for n in range(1, 31)]
    columns = delivered_by_day(days, 146)
    lefts = [left for left, _, _, _ in columns.marks[::2]]
    assert lefts == sorted(lefts)
    assert [text for _, _, text in columns.dates] == ["1 Jan", "30 Jan"]
    line = size_over_time(samples.sizes("a", "b", [5, 9, 7]), 96)
    (x1, y1), (x2, y2), (x3, y3) = line.marks
    assert x1 < x2 < x3 and x2 - x1 == pytest.approx(x3 - x2)
    assert y2 < y3 < y1


def test_builds_of_one_day_are_told_apart_by_the_time() -> None:
    sizes = samples.sizes("a", "b", [5])
    [build] = sizes.builds
    twice = replace(
        sizes, builds=(build._replace(built_at=build.built_at.replace(hour=1)), build)
    )
    assert [each[2] for each in size_over_time(twice, 96).dates] == ["01:30", "07:30"]
    assert [each[1:] for each in size_over_time(sizes, 96).dates] == [
        ("middle", "22 Nov")
    ]
