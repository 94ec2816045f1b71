"""The charts of a report. All of them fit a phone, but for the two that scroll."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from markupsafe import Markup

from outhaul.report.data import Combinations, Day, Overlap, Sizes
from outhaul.report.figures import Figure, colour, columns_of
from outhaul.report.words import count, percent, short
from outhaul.text.phrases import counted
from outhaul.text.phrases import rows as rows_in_words

WIDTH = 320

MOST_BARS = 12
MOST_SETS = 24
_CELLS_WITH_TEXT = 12
_NAME_COLUMNS = 26


class Bar(NamedTuple):
    """A bar of a bar chart, in parts; `told` stands at its end."""

    label: str
    parts: tuple[float, ...]
    told: str


_PARTS = ("accent", "second", "third")


def bars(rows: Sequence[Bar], description: str, whole: float | None = None) -> Markup:
    """Horizontal bars, each below its label, so that labels have all the width.

    whole: what the full width stands for; without it, the longest bar.
    """
    step = 36
    figure = Figure(WIDTH, step * len(rows))
    full = whole or max((sum(row.parts) for row in rows), default=0) or 1
    for index, row in enumerate(rows):
        top = index * step
        columns = max(44 - len(row.told) * 6 // 5, 8)
        figure.text(0, top + 10, row.label, columns=columns, fontsize=13)
        figure.text(
            WIDTH, top + 10, row.told, ha="right", fontsize=13, color=colour("muted")
        )
        figure.bar(0, top + 20, WIDTH, 8, "grid/0.6")
        start = 0.0
        for part, fill in zip(row.parts, _PARTS, strict=False):
            width = part / full * WIDTH
            # what is there is seen, however little it is
            figure.bar(start, top + 20, max(width, 2) if part else 0, 8, fill)
            start += width
    return figure.svg(description)


def size_over_time(sizes: Sizes) -> Markup:
    """A line, with a point at each build unless they are many."""
    figure = Figure(WIDTH, 120)
    axes = figure.plot(left=48, top=10, right=14, bottom=24)
    times = [build.built_at for build in sizes.builds]
    rows = [float(build.rows) for build in sizes.builds]
    axes.plot(
        times,
        rows,
        color=colour("accent"),
        linewidth=2,
        marker="o",
        markersize=4 if len(rows) <= 30 else 0,
    )
    low, high = _scale(rows)
    axes.set_ylim(low, high)
    axes.fill_between(times, rows, low, color=colour("accent"), alpha=0.12, linewidth=0)
    _count_axis(axes)
    _time_axis(axes, times)
    first, last = sizes.builds[0], sizes.builds[-1]
    return figure.svg(
        f"Line chart: {sizes.segment} had {counted(first.rows, 'row')} at the first"
        f" of {counted(len(rows), 'build')} shown, and {count(last.rows)} at the last."
    )


def delivered_by_day(days: Sequence[Day]) -> Markup:
    """Columns of accepted rows, with those that were refused on top."""
    figure = Figure(WIDTH, 170)
    axes = figure.plot(left=48, top=10, right=14, bottom=24)
    # in the middle of its day
    times = [datetime.combine(each.day, time(12)) for each in days]
    accepted = [float(each.accepted) for each in days]
    refused = [float(each.refused) for each in days]
    width, day = timedelta(days=0.8), timedelta(days=1)
    axes.bar(times, accepted, width=width, color=colour("accent"))
    axes.bar(times, refused, width=width, bottom=accepted, color=colour("third"))
    axes.set_ylim(0, (max(map(sum, zip(accepted, refused, strict=True))) or 1) * 1.08)
    _count_axis(axes)
    _time_axis(axes, times, room=day)
    in_all = sum(each.accepted for each in days)
    return figure.svg(
        f"Column chart of {counted(len(days), 'day')}:"
        f" {rows_in_words(in_all, 'was', 'were')} accepted and"
        f" {count(sum(each.refused for each in days))} refused or missing."
    )


def overlap_matrix(overlap: Overlap) -> Markup:
    """How much of the segment of each row is in that of each column."""
    names = list(overlap.sizes)
    has_text = len(names) <= _CELLS_WITH_TEXT
    side = 46 if has_text else 18
    left, top = 44 + _width_of(names), 22
    figure = Figure(left + side * len(names), top + side * len(names))
    for index, name in enumerate(names):
        middle = top + side * (index + 0.5)
        figure.text(24, middle, str(index + 1), ha="right", color=colour("muted"))
        figure.text(32, middle, name, columns=_NAME_COLUMNS)
        over = left + side * (index + 0.5)
        size = 12 if has_text else 10
        head = str(index + 1)
        figure.text(over, 11, head, ha="center", fontsize=size, color=colour("muted"))
    _cells(figure, overlap, (left, top, side), has_text)
    return figure.svg(
        f"Matrix of {count(len(names))} segments: which share of the segment of each"
        " row is in the segment of each column. The table below has the numbers."
    )


def _cells(
    figure: Figure, overlap: Overlap, place: tuple[float, float, float], has_text: bool
) -> None:
    left, top, side = place
    for row, name in enumerate(overlap.sizes):
        for column, other in enumerate(overlap.sizes):
            x, y = left + side * column, top + side * row
            if row == column:
                figure.bar(x + 1, y + 1, side - 2, side - 2, "grid/0.6")
                continue
            pair = overlap.pairs.get((name, other))
            share = pair.share if pair is not None else None
            # with a paler colour for more, the text on it stays readable
            if share:
                depth = 0.05 + 0.5 * math.ceil(share * 10) / 10
                figure.bar(x + 1, y + 1, side - 2, side - 2, f"accent/{depth:.2f}")
            if has_text and pair is not None:
                figure.text(x + side / 2, y + side / 2, percent(share), ha="center")


def upset(combinations: Combinations) -> Markup:
    """Columns for the largest sets, above points that say which segments they are."""
    sets = combinations.sets[:MOST_SETS]
    shown = {name for each in sets for name in each.segments}
    names = [name for name in combinations.sizes if name in shown]
    across, down, high, top = 34, 24, 120, 22
    left, base = 70 + _width_of(names), top + high
    figure = Figure(left + across * len(sets) + 10, base + 14 + down * len(names))
    height_of = {name: base + 14 + down * (i + 0.5) for i, name in enumerate(names)}
    for index, name in enumerate(names):
        if index % 2 == 0:
            figure.bar(0, height_of[name] - down / 2, figure.width, down, "grid/0.35")
        told = short(combinations.sizes[name])
        figure.text(8, height_of[name], name, columns=_NAME_COLUMNS)
        muted = colour("muted")
        figure.text(left - 14, height_of[name], told, ha="right", color=muted)
    most = max((each.rows for each in sets), default=0) or 1
    for index, each in enumerate(sets):
        x = left + across * (index + 0.5)
        tall = max(each.rows / most * high, 2) if each.rows else 0
        figure.bar(x - 10, base - tall, 20, tall, "accent")
        told = short(each.rows)
        figure.text(x, base - tall - 9, told, ha="center", fontsize=10.5)
        _points(figure, x, height_of, each.segments)
    return figure.svg(
        f"UpSet plot: the {count(len(sets))} largest sets of segments that a key is in"
        " exactly, and how many keys these are. The table below has the numbers."
    )


def _points(
    figure: Figure, x: float, height_of: dict[str, float], segments: Sequence[str]
) -> None:
    """A point for each segment; those of the set are filled and joined."""
    heights = [height_of[name] for name in segments]
    others = [height for name, height in height_of.items() if name not in segments]
    style = {"linestyle": "none", "marker": "o", "markersize": 9}
    figure.axes.plot([x] * len(others), others, color=colour("grid"), **style)
    ends = [min(heights), max(heights)]
    figure.axes.plot([x, x], ends, color=colour("text"), linewidth=2)
    figure.axes.plot([x] * len(heights), heights, color=colour("text"), **style)


def _width_of(names: Sequence[str]) -> float:
    """About how wide names are, in whatever font the browser has."""
    longest = max((columns_of(name) for name in names), default=0)
    return 7.5 * min(longest, _NAME_COLUMNS)


def _scale(rows: Sequence[float]) -> tuple[float, float]:
    """Ends of the axis: a small change of a large segment must not look large."""
    low, high = min(rows), max(rows)
    room = max(high - low, high * 0.1, 1) * 0.15
    middle = (low + high) / 2
    half = max((high - low) / 2, high * 0.05, 0.5) + room
    return max(middle - half, 0), middle + half


def _count_axis(axes: Any) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    axes.tick_params(length=0, labelsize=11)
    axes.grid(axis="y", linewidth=1)
    axes.spines["left"].set_visible(False)
    axes.set_axisbelow(True)


def _time_axis(
    axes: Any, times: Sequence[datetime], room: timedelta = timedelta(0)
) -> None:
    """Two ticks, at the first time and at the last one, and room around them."""
    first, last = times[0], times[-1]
    room += (last - first) * 0.06 or timedelta(minutes=1)
    axes.set_xlim(first - room, last + room)
    ticks = [first] if first == last else [first, last]
    labels = [_tick(each, first, last) for each in ticks]
    axes.set_xticks(ticks, labels)
    if len(ticks) == 2:
        for label, side in zip(axes.get_xticklabels(), ("left", "right"), strict=True):
            label.set_horizontalalignment(side)


def _tick(time: datetime, first: datetime, last: datetime) -> str:
    if first.date() == last.date() and first != last:
        return f"{time:%H:%M}"
    year = f" {time.year}" if first.year != last.year else ""
    return f"{time.day} {time:%b}{year}"
