"""The page of a report: one HTML file that needs nothing else.

The template escapes every text. The page loads nothing, runs no script, and forbids
both to itself by a content security policy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import resources

import jinja2
from markupsafe import Markup

from outhaul import __version__
from outhaul.commands.status import ActivationStatus
from outhaul.report import charts, labels, words
from outhaul.report.charts import Bar
from outhaul.report.data import Breakdown, Reason, Report, Sync, Value
from outhaul.text.phrases import changes, counted, rows, span, suppression

MOST_CHARTS = 24
MOST_BARS = 12
MOST_SETS = 24
MOST_PAIRS = 30
MOST_TABLE_SETS = 50
"""What somebody can still read, in a chart and in the table below it."""


def render(report: Report) -> str:
    """The page as text."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("outhaul.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "changes": changes,
        "count": words.count,
        "counted": counted,
        "cut": labels.cut,
        "moment": words.moment,
        "percent": words.percent,
        "px": lambda number: f"{round(number, 1):g}",
        "places_in": lambda some, names: [names.index(each) for each in some],
        "rows": rows,
        "short": words.short,
        "signed": "{:+,}".format,
        "span": lambda seconds: "–" if seconds is None else span(seconds),
        "width_of": labels.width_of,
    }
    environment.globals["positions"] = charts
    style = resources.files("outhaul.report") / "templates" / "page.css"
    return environment.get_template("page.html").render(
        report=report,
        delivery=report.delivery,
        counts=report.counts,
        left_out=(*report.delivery.left_out, *report.counts.left_out),
        totals=_totals(report.delivery.statuses),
        pending=_pending(report.delivery.statuses),
        reasons=_reasons(report.delivery.reasons),
        shares=_shares,
        value_label=_value_label,
        sync_counts=_sync_counts,
        notes=_notes,
        pairs=_pairs,
        most_charts=MOST_CHARTS,
        most_sets=MOST_SETS,
        most_table_sets=MOST_TABLE_SETS,
        style=Markup(style.read_text("utf-8")),  # noqa: S704 our own file
        version=__version__,
    )


def _finalize(value: object) -> object:
    """Texts that are not ours may hold characters that a page must not."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return labels.clean(value)
    return value


def _totals(statuses: Sequence[ActivationStatus]) -> dict[str, int]:
    """The numbers at the top of the page."""
    return {
        "activations": len(statuses),
        "rows pending": sum(sum(each.pending.values()) for each in statuses),
        "in doubt": sum(each.in_doubt for each in statuses),
        "refused": sum(each.rejected + each.waiting for each in statuses),
        "held by a guard": sum(each.guarded for each in statuses),
    }


def _pending(statuses: Sequence[ActivationStatus]) -> list[Bar]:
    """The activations with most rows pending."""
    return [
        Bar(
            each.name,
            tuple(each.pending[name] for name in ("inserted", "updated", "removed")),
            changes(each.pending),
        )
        for each in sorted(statuses, key=lambda each: -sum(each.pending.values()))
        if sum(each.pending.values())
    ][:MOST_BARS]


def _reasons(reasons: Sequence[Reason]) -> list[Bar]:
    """The most frequent codes."""
    times: Counter[str] = Counter()
    for each in reasons:
        times[each.code] += each.rows
    return [
        Bar(code, (number,), words.count(number))
        for code, number in times.most_common(MOST_BARS)
    ]


def _shares(breakdown: Breakdown) -> list[Bar]:
    """Its first values; the table beside the bars has those that are beyond."""
    return [
        Bar(_value_label(each), (each.rows,), words.percent(each.share))
        for each in breakdown.values[:MOST_BARS]
    ]


def _value_label(value: Value) -> str:
    if value.gathered is not None:
        return f"{value.text} ({words.count(value.gathered)} values)"
    return "(missing)" if value.text is None else value.text or "(empty)"


def _notes(each: ActivationStatus) -> str:
    """What keeps rows back; nobody's name and nobody's words."""
    notes = ["paused"] if each.paused else []
    notes += [each.hold_reason] if each.guarded and each.hold_reason else []
    return "; ".join(notes + suppression(each.suppressed, each.unmatched_lists))


def _sync_counts(sync: Sync) -> str:
    return "–" if sync.accepted is None else changes(sync.accepted)


def _pairs(pairs: Mapping[tuple[str, str], object]) -> list[tuple[str, str]]:
    """Each pair once, those with most in common first, as the model has them."""
    kept: dict[frozenset[str], tuple[str, str]] = {}
    for names in pairs:
        kept.setdefault(frozenset(names), names)
    return list(kept.values())[:MOST_PAIRS]
