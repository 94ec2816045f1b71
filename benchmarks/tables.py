"""Results as Markdown tables, ratios first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks.builds import DIFF, JOIN, SNAPSHOT, STEPS, TABLE, BuildTimes
from benchmarks.databases import TITLES
from benchmarks.dispatches import Dispatch
from benchmarks.services import ServiceTimes

STOPPED = "stopped"


def build_table(times: BuildTimes) -> str:
    """One warehouse: the diff beside the others, step by step."""
    header = [
        f"{TITLES[times.warehouse]}, {times.rows:,} rows",
        "diff / snapshot",
        "diff / (table + join)",
        *("diff", "snapshot", "table", "join"),
    ]
    rows = [
        [
            step,
            _ratio(times.ratio(step, SNAPSHOT)),
            _ratio(times.ratio(step, TABLE, JOIN)),
            *(_seconds(times.best(step, node)) for node in (DIFF, SNAPSHOT)),
            *(_seconds(times.best(step, node)) for node in (TABLE, JOIN)),
        ]
        for step in STEPS
    ]
    return _table(header, rows)


def dispatch_table(found: Sequence[Dispatch]) -> str:
    """The engine beside the bare loop, and beside what latency allows."""
    loop = next(each.rows_a_second for each in found if each.way.name == "loop")
    header = [
        *("way", "rows", "requests at once", "rows a request", "latency"),
        *("of the bare loop", "of what latency allows", "rows a second"),
        *("memory", "write statements"),
    ]
    rows = [
        [
            each.way.name,
            f"{each.sent.rows:,}",
            str(each.way.concurrency),
            f"{each.way.batch_rows:,}",
            f"{each.way.latency * 1000:.0f} ms",
            _ratio(None if each.way.latency else each.rows_a_second / loop, ""),
            _ratio(each.rows_a_second / each.allowed if each.way.latency else None, ""),
            f"{each.rows_a_second:,.0f}",
            f"{each.sent.megabytes:.0f} MB",
            str(each.sent.writes),
        ]
        for each in found
    ]
    return _table(header, rows)


def service_table(found: Sequence[ServiceTimes]) -> str:
    """Each service beside its loop, in CPU time and by the clock."""
    header = [
        *("service", "rows", "of the loop, CPU time", "of the loop, clock"),
        *("CPU", "CPU of the loop", "rows a second", "of the loop"),
        *("memory", "requests", "write statements"),
    ]
    rows = []
    for each in found:
        engine = min(each.engine, key=lambda sent: sent.seconds)
        loop = min(each.loop, key=lambda sent: sent.seconds)
        rows.append(
            [
                each.title,
                f"{engine.rows:,}",
                _ratio(each.cpu_ratio),
                _ratio(each.ratio),
                f"{min(sent.cpu_seconds for sent in each.engine):.2f} s",
                f"{min(sent.cpu_seconds for sent in each.loop):.2f} s",
                f"{engine.rows / engine.seconds:,.0f}",
                f"{loop.rows / loop.seconds:,.0f}",
                f"{max(sent.megabytes for sent in each.engine):.0f} MB",
                f"{engine.requests:,}",
                str(engine.writes),
            ]
        )
    return _table(header, rows)


def _ratio(value: float | None, missing: str = STOPPED) -> str:
    return missing if value is None else f"{value:.2f}"


def _seconds(value: float | None) -> str:
    return STOPPED if value is None else f"{value:.2f} s"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(header) - 1)]
    lines = [header, rule, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
