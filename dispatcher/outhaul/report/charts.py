"""Where the parts of charts stand; `templates/charts.svg` draws them.

One unit is one CSS pixel, with y from 0 at the top. All charts fit a phone, but for the
two that scroll.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from typing import NamedTuple

from outhaul.report.data import Day, Sizes
from outhaul.report.words import short

WIDTH = 320
LEFT, RIGHT, TOP = 46, 312, 10
"""The edges of a plot; left of it stand the numbers of its axis."""

_MARGIN = 14
"""Between the sides of a plot and its first and last point."""
_WIDEST = 28
"""Of a column, so that few days do not look like blocks."""
_SEEN = 2
"""What is there is seen, however little it is."""
_MOST_TICKS = 4
"""As many numbers as stand apart on an axis of a line chart."""


class Bar(NamedTuple):
    """A bar of a bar chart, in parts; `amount` stands at its end."""

    label: str
    parts: tuple[float, ...]
    amount: str

    def spans(self, full: float) -> Iterator[tuple[float, float]]:
        """Where each part starts, and its width; `full` takes all of the chart's."""
        start = 0.0
        for part in self.parts:
            width = part / full * WIDTH
            yield start, max(width, _SEEN) if part else 0
            start += width


class Scale(NamedTuple):
    """Numbers from low to high as pixels from start to end."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, number: float) -> float:
        share = (number - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[tuple[float, str]]:
        """Round numbers on the axis: where, and in words."""
        return [
            (self(each), short(each)) for each in round_numbers(self.low, self.high)
        ]


class Plot(NamedTuple):
    """What stands in the axes of a chart whose x is time.

    marks: (x, y) of points, or (x, y, width, height) of columns. ticks: y and text.
    dates: x, which end of the text is there, and the text.
    """

    marks: Sequence[tuple[float, ...]]
    ticks: Sequence[tuple[float, str]]
    dates: Sequence[tuple[float, str, str]]


def round_numbers(low: float, high: float) -> list[int]:
    """A few round numbers between two others, evenly apart.

    >>> round_numbers(570, 642), round_numbers(0, 1), round_numbers(0, 2.3e9)
    ([580, 600, 620, 640], [0, 1], [0, 1000000000, 2000000000])
    """
    steps = (step * 10**zeros for zeros in itertools.count() for step in (1, 2, 5))
    for step in steps:
        first, last = math.ceil(low / step), math.floor(high / step)
        if last - first < _MOST_TICKS:
            return [step * each for each in range(first, last + 1)]
    raise AssertionError  # the steps never end


def size_over_time(sizes: Sizes, bottom: float) -> Plot:
    """A point a build."""
    times = [build.built_at for build in sizes.builds]
    rows = [build.rows for build in sizes.builds]
    up = Scale(*_ends(rows), bottom, TOP)
    first, whole = times[0], times[-1] - times[0]
    across = Scale(0, 1, LEFT + _MARGIN, RIGHT - _MARGIN)
    xs = [across((each - first) / whole if whole else 0.5) for each in times]
    marks = [(x, up(each)) for x, each in zip(xs, rows, strict=True)]
    return Plot(marks, up.ticks(), _dates(times, xs[0], xs[-1]))


def delivered_by_day(days: Sequence[Day], bottom: float) -> Plot:
    """Two columns a day: what was accepted, and on top of it what was refused."""
    most = max(each.accepted + each.refused for each in days) or 1
    up = Scale(0, most * 1.08, bottom, TOP)
    across = Scale(-0.5, len(days) - 0.5, LEFT, RIGHT)
    wide = min(0.8 * (across(1) - across(0)), _WIDEST)
    marks = []
    for index, each in enumerate(days):
        left, top = across(index) - wide / 2, bottom
        for rows in (each.accepted, each.refused):
            tall = max(bottom - up(rows), _SEEN) if rows else 0
            top -= tall
            marks.append((left, top, wide, tall))
    times = [datetime.combine(each.day, time()) for each in days]
    return Plot(marks, up.ticks(), _dates(times, marks[0][0], marks[-1][0] + wide))


def _ends(rows: Sequence[int]) -> tuple[float, float]:
    """Ends of the axis: a small change of a large segment must not look large."""
    low, high = min(rows), max(rows)
    room = max(high - low, high * 0.1, 1) * 0.15
    middle = (low + high) / 2
    half = max((high - low) / 2, high * 0.05, 0.5) + room
    return max(middle - half, 0), middle + half


def _dates(
    times: Sequence[datetime], left: float, right: float
) -> list[tuple[float, str, str]]:
    """The first time and the last one, below what they are the times of."""
    first, last = times[0], times[-1]
    if first == last:
        return [((left + right) / 2, "middle", _date(first, first, last))]
    return [
        (left, "start", _date(first, first, last)),
        (right, "end", _date(last, first, last)),
    ]


def _date(time: datetime, first: datetime, last: datetime) -> str:
    if first.date() == last.date() and first != last:
        return f"{time:%H:%M}"
    year = f" {time.year}" if first.year != last.year else ""
    return f"{time.day} {time:%b}{year}"
