"""Reports to draw: an ordinary one, one with nothing, and one with far too much."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from itertools import combinations

from outhaul.commands.status import ActivationStatus
from outhaul.report.data import (
    Breakdown,
    Build,
    Combination,
    Combinations,
    Counts,
    Day,
    Delivery,
    LeftOut,
    Overlap,
    Pair,
    Reason,
    Report,
    Sizes,
    Sync,
    Turnover,
    Value,
)

NOW = datetime(2026, 11, 22, 7, 30)
HOSTILE = "<img src=x onerror=alert(1)> & \"q\" 'a' {{ 7 * 7 }} $x^2$"
ARABIC = "عملاء الرسالة الإخبارية"
HEBREW = "לקוחות"
JAPANESE = "優良顧客と定期購読者の一覧表、とても長い名前のもの、さらにもっと長い"
TURNED = "a\u202eb\x00c\ud800d"
HUGE = 9_223_372_036_854_775_807


def status(name: str, **values: object) -> ActivationStatus:
    """An activation that has rows pending."""
    defaults: dict[str, object] = {
        "destination": "crm",
        "service": "contacts",
        "generation": 3,
        "built_at": NOW,
        "rows": 1200,
        "pending": {"inserted": 30, "updated": 12, "removed": 3},
        "in_doubt": 0,
        "rejected": 2,
        "waiting": 1,
        "guarded": 0,
        "invalid": 0,
        "suppressed": 0,
        "unmatched_lists": [],
        "hold_reason": None,
        "lag_seconds": 60.0,
        "last_sync": "succeeded",
        "last_sync_seconds_ago": 90.0,
        "last_sync_message": "a message that is not shown",
        "running": None,
        "paused": None,
        "ended": None,
    }
    return ActivationStatus(name=name, **{**defaults, **values})  # type: ignore[arg-type]


def sizes(activation: str, segment: str, rows: list[int]) -> Sizes:
    """A segment that was built once a day."""
    first = NOW - timedelta(days=len(rows) - 1)
    builds = (Build(first + timedelta(days=n), each) for n, each in enumerate(rows))
    return Sizes(activation, segment, tuple(builds))


def sync(activation: str, **values: object) -> Sync:
    """A sync that ended well."""
    defaults: dict[str, object] = {
        "destination": "crm.contacts",
        "status": "succeeded",
        "started_at": NOW,
        "seconds": 1.5,
        "requests": 4,
        "accepted": {"inserted": 30, "updated": 12, "removed": 3},
        "refused": 0,
    }
    return Sync(activation=activation, **{**defaults, **values})  # type: ignore[arg-type]


def overlap(model: str, names: list[str]) -> Overlap:
    """Every segment has a part in common with every other."""
    pairs: dict[tuple[str, str], Pair] = {}
    for index, (left, right) in enumerate(combinations(names, 2)):
        share = (index % 11) / 10
        pairs[left, right] = Pair(10 * index, share, share / 2)
        pairs[right, left] = Pair(10 * index, 1 - share, share / 2)
    return Overlap(model, {name: 1000 - n for n, name in enumerate(names)}, pairs)


def sets(model: str, names: list[str], number: int) -> Combinations:
    """The first sets of segments, the smaller ones first."""
    found = (
        Combination(each, number - place)
        for place, each in enumerate(
            each for size in (1, 2, 3) for each in combinations(names, size)
        )
        if place < number
    )
    return Combinations(model, tuple(found), dict.fromkeys(names, 500), is_cut=False)


def report(delivery: Delivery | None = None, counts: Counts | None = None) -> Report:
    """A report of these parts; what is left out is empty."""
    return Report(
        project="harbour_goods",
        target="dev",
        made_at=NOW.replace(tzinfo=timezone.utc),
        delivery=delivery or Delivery(),
        counts=counts or Counts(),
    )


def ordinary() -> Report:
    """Two segments and some days."""
    names = ["vip", "newsletter", "lapsed"]
    days = (Day(date(2026, 11, n), 100 * n, n) for n in range(18, 23))
    delivery = Delivery(
        sizes=(
            sizes("newsletter__crm", "newsletter", [600, 620, 614]),
            sizes("vip__crm", "vip", [103]),
        ),
        statuses=(
            status("newsletter__crm"),
            status(
                "vip__crm",
                guarded=9,
                hold_reason="the segment is empty",
                paused="dana@example.com: a reason that is not shown",
            ),
        ),
        syncs=(
            sync("newsletter__crm"),
            sync(
                "vip__crm",
                status="unfinished",
                seconds=None,
                requests=None,
                accepted=None,
                refused=None,
            ),
        ),
        days=tuple(days),
        reasons=(Reason("newsletter__crm", "bad_email", "rejected", 7, NOW, NOW),),
    )
    values = (
        Value("FR", 60, 0.6, None),
        Value(None, 30, 0.3, None),
        Value("other", 10, 0.1, 4),
    )
    counts = Counts(
        breakdowns=(Breakdown("by_country", values, 100),),
        overlaps=(overlap("pairs", names),),
        combinations=(sets("sets", names, 5),),
        turnovers=(
            Turnover("vip__crm", "vip", 103, 0.1, 4, 2, 0.06, 0.01, is_unusual=True),
        ),
        left_out=(LeftOut("by_city", "it is not built in this target"),),
    )
    return report(delivery, counts)


def hostile() -> Report:
    """Names that are markup, formulas, or of other scripts, and huge numbers."""
    names = [HOSTILE, ARABIC, HEBREW, JAPANESE, TURNED]
    delivery = Delivery(
        sizes=tuple(sizes(name, name, [HUGE - 1, HUGE]) for name in names),
        statuses=tuple(
            status(
                name,
                rows=HUGE,
                pending={"inserted": HUGE, "updated": 1, "removed": 0},
                guarded=1,
                hold_reason=name,
            )
            for name in names
        ),
        syncs=tuple(
            sync(name, accepted={"inserted": HUGE, "updated": 0, "removed": 0})
            for name in names
        ),
        days=(Day(NOW.date(), HUGE, HUGE),),
        reasons=tuple(Reason(n, n, "rejected", HUGE, NOW, NOW) for n in names),
        left_out=tuple(LeftOut(name, name) for name in names),
    )
    values = (*(Value(n, HUGE, 1 / 6, None) for n in names), Value("", 0, 0.0, None))
    counts = Counts(
        breakdowns=(Breakdown(HOSTILE, values, 5 * HUGE),),
        overlaps=(overlap(HOSTILE, names),),
        combinations=(sets(HOSTILE, names, 12),),
    )
    return Report(
        project=HOSTILE,
        target=ARABIC,
        made_at=NOW,
        delivery=delivery,
        counts=counts,
    )


def crowded() -> Report:
    """200 activations, and 50 segments in an overlap."""
    names = [f"a_segment_with_a_long_name_{n}" for n in range(200)]
    delivery = Delivery(
        sizes=tuple(
            sizes(name, name, list(range(10 * n, 10 * n + 100)))
            for n, name in enumerate(names)
        ),
        statuses=tuple(status(name) for name in names),
        syncs=tuple(sync(name) for name in names[:50]),
        days=tuple(Day(date(2026, 11, n), 10**9 * n, n) for n in range(1, 31)),
        reasons=tuple(Reason(n, n, "missing", 5, NOW, NOW) for n in names),
    )
    values = tuple(Value(f"value {n}", 10, 0.005, None) for n in range(200))
    counts = Counts(
        breakdowns=(Breakdown("many_values", values, 2000),),
        overlaps=(overlap("many_pairs", names[:50]),),
        combinations=(sets("many_sets", names[:50], 2000),),
    )
    return report(delivery, counts)


def nothing() -> Report:
    """A project without a ledger and without models that count."""
    return report()


ALL = {
    "ordinary": ordinary,
    "hostile": hostile,
    "crowded": crowded,
    "nothing": nothing,
}
