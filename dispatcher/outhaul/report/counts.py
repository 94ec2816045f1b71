"""Reading the models that count, each as the macro of its kind writes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from outhaul.errors import RelationMissing, WarehouseError, WarehouseUnreachable
from outhaul.ledger import Warehouse
from outhaul.report.data import (
    Breakdown,
    Combination,
    Combinations,
    Counts,
    LeftOut,
    Overlap,
    Pair,
    Turnover,
    Value,
)
from outhaul.report.manifest import Relation, ReportModel
from outhaul.text.redaction import mask_value

Rows = Callable[[Sequence[str], str, int], list[dict[str, Any]]]

MOST_VALUES = 200
MOST_PAIRS = 5_000
MOST_SETS = 2_000
MOST_BUILDS = 20_000
"""Rows that are read of a model, whatever its size."""


def read_counts(
    warehouse: Warehouse, models: Sequence[ReportModel], left_out: Sequence[LeftOut]
) -> Counts:
    """What the models count; those that cannot be read join `left_out`."""
    found: dict[str, list[Any]] = {kind: [] for kind in _READERS}
    missed = list(left_out)
    for model in models:
        try:
            found[model.kind] += _READERS[model.kind](
                model.name, _rows_of(warehouse, model.relation)
            )
        except WarehouseUnreachable:
            raise
        except RelationMissing:
            reason = "it is not built in this target; run 'dbt build'"
            missed.append(LeftOut(model.name, reason))
        except (WarehouseError, TypeError, ValueError):
            reason = f"it cannot be read as the result of outhaul.{_macro(model.kind)}"
            missed.append(LeftOut(model.name, reason))
    return Counts(
        breakdowns=tuple(found["breakdown"]),
        overlaps=tuple(found["overlap"]),
        combinations=tuple(found["combinations"]),
        turnovers=_once(found["history"]),
        left_out=tuple(missed),
    )


def _once(turnovers: Sequence[Turnover]) -> tuple[Turnover, ...]:
    """By activation: the package's view and a model may tell of the same one."""
    found = {each.activation: each for each in turnovers}
    return tuple(found[name] for name in sorted(found))


def _rows_of(warehouse: Warehouse, relation: Relation) -> Rows:
    def rows(columns: Sequence[str], order: str, most: int) -> list[dict[str, Any]]:
        return warehouse.counted(relation, columns, order, most)

    return rows


def _macro(kind: str) -> str:
    return "segment_history" if kind == "history" else kind


def _breakdown(model: str, rows: Rows) -> list[Breakdown]:
    columns = ("place", "value", "is_other", "value_count", "row_count", "share")
    values = [
        Value(
            text=None if row["value"] is None else _category(str(row["value"])),
            rows=int(row["row_count"]),
            share=float(row["share"]),
            gathered=int(row["value_count"]) if row["is_other"] else None,
        )
        for row in rows(columns, "place", MOST_VALUES)
    ]
    return [Breakdown(model, tuple(values), sum(value.rows for value in values))]


def _category(text: str) -> str:
    """A value as it may be shown: one with an @ may be somebody's address."""
    return str(mask_value(text)) if "@" in text else text


def _overlap(model: str, rows: Rows) -> list[Overlap]:
    columns = (
        *("left_segment", "right_segment", "left_size", "right_size"),
        *("intersection_size", "jaccard", "left_in_right", "right_in_left"),
    )
    sizes: dict[str, int] = {}
    pairs: dict[tuple[str, str], Pair] = {}
    for row in rows(columns, "intersection_size desc", MOST_PAIRS):
        left, right = str(row["left_segment"]), str(row["right_segment"])
        sizes |= {left: int(row["left_size"]), right: int(row["right_size"])}
        common, jaccard = int(row["intersection_size"]), _share(row["jaccard"])
        pairs[left, right] = Pair(common, _share(row["left_in_right"]), jaccard)
        pairs[right, left] = Pair(common, _share(row["right_in_left"]), jaccard)
    return [Overlap(model, _largest_first(sizes), pairs)]


def _combinations(model: str, rows: Rows) -> list[Combinations]:
    columns = ("segments", "segment_count", "key_count")
    sets = [
        Combination(
            _names(str(row["segments"]), int(row["segment_count"])),
            int(row["key_count"]),
        )
        for row in rows(columns, "key_count desc", MOST_SETS + 1)
    ]
    kept = sets[:MOST_SETS]
    sizes: Counter[str] = Counter()
    for combination in kept:
        sizes.update(dict.fromkeys(combination.segments, combination.rows))
    is_cut = len(sets) > MOST_SETS
    return [Combinations(model, tuple(kept), _largest_first(sizes), is_cut)]


def _names(text: str, count: int) -> tuple[str, ...]:
    """The names of a set; one that holds the separator cannot be told apart."""
    names = tuple(text.split(" & "))
    return names if len(names) == count else (text,)


def _history(model: str, rows: Rows) -> list[Turnover]:
    columns = (
        *("activation", "segment", "generation", "size", "share_of_parent"),
        *("entries", "exits", "turnover", "usual_turnover", "is_unusual"),
    )
    last: dict[str, Turnover] = {}
    for row in rows(columns, "built_at desc", MOST_BUILDS):
        if row["activation"] not in last:
            last[row["activation"]] = Turnover(
                activation=str(row["activation"]),
                segment=str(row["segment"]),
                rows=int(row["size"]),
                share_of_parent=_share(row["share_of_parent"]),
                entries=_count(row["entries"]),
                exits=_count(row["exits"]),
                turnover=_share(row["turnover"]),
                usual=_share(row["usual_turnover"]),
                is_unusual=bool(row["is_unusual"]),
            )
    return list(last.values())


def _share(value: Any) -> float | None:
    return None if value is None else float(value)


def _count(value: Any) -> int | None:
    return None if value is None else int(value)


def _largest_first(sizes: dict[str, int]) -> dict[str, int]:
    return dict(sorted(sizes.items(), key=lambda item: (-item[1], item[0])))


_READERS: dict[str, Callable[[str, Rows], list[Any]]] = {
    "breakdown": _breakdown,
    "overlap": _overlap,
    "combinations": _combinations,
    "history": _history,
}
