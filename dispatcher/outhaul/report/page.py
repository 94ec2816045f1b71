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
from outhaul.report import charts, words
from outhaul.report.charts import Bar
from outhaul.report.data import Breakdown, Reason, Report, Sync, Value
from outhaul.report.figures import clean, drawing
from outhaul.text.phrases import changes, counted, span

MOST_CHARTS = 24
MOST_PAIRS = 30
MOST_TABLE_SETS = 50


def render(report: Report) -> str:
    """The page as text. Raises ConfigurationError where matplotlib is missing."""
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
        "moment": words.moment,
        "percent": words.percent,
        "signed": "{:+,}".format,
        "span": lambda seconds: "–" if seconds is None else span(seconds),
    }
    style = resources.files("outhaul.report") / "templates" / "page.css"
    with drawing():
        return environment.get_template("page.html").render(
            report=report,
            delivery=report.delivery,
            counts=report.counts,
            left_out=(*report.delivery.left_out, *report.counts.left_out),
            totals=_totals(report.delivery.statuses),
            pending=_pending_bars(report.delivery.statuses),
            reasons=_reason_bars(report.delivery.reasons),
            breakdown_bars=_breakdown_bars,
            value_label=_value_label,
            sync_counts=_sync_counts,
            notes=_notes,
            pairs=_pairs,
            charts=charts,
            most_charts=MOST_CHARTS,
            most_sets=MOST_TABLE_SETS,
            style=Markup(style.read_text("utf-8")),  # noqa: S704 our own file
            version=__version__,
        )


def _finalize(value: object) -> object:
    """Texts that are not ours may hold characters that a page must not."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return clean(value)
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


def _pending_bars(statuses: Sequence[ActivationStatus]) -> Markup | None:
    """The activations with most rows pending, or None where nothing is."""
    rows = [
        Bar(
            each.name,
            tuple(each.pending[name] for name in ("inserted", "updated", "removed")),
            changes(each.pending),
        )
        for each in sorted(statuses, key=lambda each: -sum(each.pending.values()))
        if sum(each.pending.values())
    ][: charts.MOST_BARS]
    return charts.bars(rows, "Bar chart: rows pending per activation") if rows else None


def _reason_bars(reasons: Sequence[Reason]) -> Markup | None:
    """The most frequent codes, or None where nothing was refused."""
    rows: Counter[str] = Counter()
    for each in reasons:
        rows[each.code] += each.rows
    shown = [
        Bar(code, (number,), words.count(number))
        for code, number in rows.most_common(charts.MOST_BARS)
    ]
    return charts.bars(shown, "Bar chart: refusals per reason") if shown else None


def _breakdown_bars(breakdown: Breakdown) -> Markup:
    """Its values as bars; the table beside it has those that are beyond."""
    rows = [
        Bar(_value_label(each), (each.rows,), words.percent(each.share))
        for each in breakdown.values[: charts.MOST_BARS]
    ]
    description = f"Bar chart: share of rows per value in {breakdown.model}"
    return charts.bars(rows, description, whole=breakdown.rows)


def _value_label(value: Value) -> str:
    if value.gathered is not None:
        return f"{value.text} ({words.count(value.gathered)} values)"
    return "(missing)" if value.text is None else value.text or "(empty)"


def _notes(each: ActivationStatus) -> str:
    """What keeps rows back; nobody's name and nobody's words."""
    held = each.hold_reason if each.guarded else None
    return "; ".join(note for note in ("paused" if each.paused else None, held) if note)


def _sync_counts(sync: Sync) -> str:
    return "–" if sync.accepted is None else changes(sync.accepted)


def _pairs(pairs: Mapping[tuple[str, str], object]) -> list[tuple[str, str]]:
    """Each pair once, those with most in common first, as the model has them."""
    kept: dict[frozenset[str], tuple[str, str]] = {}
    for names in pairs:
        kept.setdefault(frozenset(names), names)
    return list(kept.values())[:MOST_PAIRS]
