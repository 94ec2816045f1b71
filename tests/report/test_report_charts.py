"""The charts: where their parts stand, and which colours these have."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest

from outhaul.report.charts import Bar, delivered_by_day, round_numbers, size_over_time
from outhaul.report.data import (
    Combination,
    Combinations,
    Counts,
    Day,
    Delivery,
    Overlap,
    Pair,
)
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


def texts(counts: Counts) -> list[tuple[float, float, str]]:
    """Where the texts of the only chart are, and what they say."""
    [chart] = re.findall("<svg.*?</svg>", render(samples.report(counts=counts)), re.S)
    return [
        (float(each.attrib["x"]), float(each.attrib["y"]), each.text or "")
        for each in ElementTree.fromstring(chart).iter("text")  # noqa: S314 our own
    ]


def test_a_row_of_the_matrix_tells_how_much_of_its_segment_is_in_others() -> None:
    pairs = {
        ("small", "large"): Pair(9, 0.9, 0.1),
        ("large", "small"): Pair(9, 0.09, 0.1),
    }
    overlap = Overlap("m", {"large": 100, "small": 10}, pairs)
    found = texts(Counts(overlaps=(overlap,)))
    row = {text: y for _, y, text in found if text in ("large", "small")}
    number = {y: text for x, y, text in found if x < 30}
    head = {text: x for x, y, text in found if y == 11}
    cells = {text: (x, y) for x, y, text in found if text.endswith("%")}
    assert cells == {
        "90 %": (head[number[row["large"]]], row["small"]),
        "9.0 %": (head[number[row["small"]]], row["large"]),
    }


def test_points_of_a_set_stand_at_its_segments_and_are_joined() -> None:
    sets = (Combination(("a", "c"), 5), Combination(("b",), 3), Combination(("d",), 1))
    model = Combinations("m", sets, {"a": 5, "b": 3, "c": 5, "d": 1}, is_cut=False)
    counts = Counts(combinations=(model,))
    page = Page(render(samples.report(counts=counts)))
    row = {text: y for x, y, text in texts(counts) if x == 8}
    points = [each for each in page.all("circle") if each["class"] == "ink"]
    assert [float(each["cy"]) for each in points] == [
        row[name] for each in sets for name in each.segments
    ]
    assert len(page.all("circle")) == 3 * 4
    joints = [each["d"] for each in page.all("path") if each["class"] == "joint"]
    assert joints[0].endswith(f" {row['a']:g}V{row['c']:g}")
    columns = [each for each in page.all("rect") if each["class"] == "accent"]
    assert [each["height"] for each in columns] == ["120", "72", "24"]
