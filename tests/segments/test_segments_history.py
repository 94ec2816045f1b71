"""Segments over time, from the builds of their diffs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.segments.segment_project import SegmentProject
from tests.warehouses.base import NOW

DIFF = (
    "{{ config(materialized='diff') }} select shopper_id, name from {{ ref('crowd') }}"
)
CROWD = {
    "name": "crowd",
    "config": {"meta": {"outhaul": {"parent": "shoppers"}}},
}
CROWD_OUT = {
    "name": "crowd_out",
    "config": {
        "unique_key": "shopper_id",
        "meta": {"outhaul": {"destination": "crm", "service": "contacts"}},
    },
}
COLUMNS = "generation, size, growth, entries, exits, is_superseded"


@pytest.fixture(scope="module")
def history(built: SegmentProject) -> Iterator[SegmentProject]:
    """A segment of 3, 2 and 4 shoppers; nothing of the second build was sent."""
    built.write_yaml("crowd", {"models": [CROWD, CROWD_OUT]})
    built.write_model("crowd_out", DIFF)
    built.write_model(
        "crowd_history", "{{ outhaul.segment_history(activation='crowd_out') }}"
    )
    for generation, ids in enumerate(("1, 2, 3", "1, 2", "2, 3, 4, 5"), start=1):
        built.write_model(
            "crowd",
            f"select * from {{{{ ref('shoppers') }}}} where shopper_id in ({ids})",
        )
        built.succeed("run", "--select", "crowd", "crowd_out")
        if generation == 1:
            built.warehouse.run(
                "insert into shop.outhaul_claims values"
                f" ('crowd_out', 1, 1, 3, 3, null, {NOW})"
            )
    built.succeed("run", "--select", "crowd_history")
    yield built
    for file in ("crowd.yml", "crowd.sql", "crowd_out.sql", "crowd_history.sql"):
        (built.folder / "models" / file).unlink()


def test_a_build_of_which_nothing_was_sent_is_counted_once(
    history: SegmentProject,
) -> None:
    assert history.rows("crowd_history", COLUMNS) == [
        (1, 3, None, 3, 0, False),
        (2, 2, -1, None, None, True),
        (3, 4, 2, 2, 1, False),
    ]


def test_size_is_told_as_a_share_of_the_declared_parent(
    history: SegmentProject,
) -> None:
    rows = history.rows(
        "crowd_history", "generation, parent, share_of_parent, turnover"
    )
    assert [row[1] for row in rows] == ["shoppers"] * 3
    assert [round(row[2], 4) for row in rows] == [0.5, 0.3333, 0.6667]
    assert [row[3] for row in rows] == [None, None, 1]


def test_turnover_far_above_the_usual_is_unusual(history: SegmentProject) -> None:
    for generation, (entered, left) in enumerate(
        [(100, 0), (4, 4), (5, 5), (3, 3), (6, 6), (30, 20), (4, 4)], start=1
    ):
        for table, columns, values in (
            (
                "builds",
                "segment, rows_in_segment, rows_acknowledged, rows_inserted,"
                " rows_removed",
                f"'steady', 100, {100 if generation > 1 else 0}, {entered}, {left}",
            ),
            ("claims", "fence, committed_seq", f"1, {entered + left}"),
        ):
            history.warehouse.run(
                f"insert into shop.outhaul_{table} (activation, generation, {columns})"
                f" values ('steady_out', {generation}, {values})"
            )
    history.write_model(
        "steady_history", "{{ outhaul.segment_history(activation='steady_out') }}"
    )
    history.succeed("run", "--select", "steady_history")
    (history.folder / "models" / "steady_history.sql").unlink()
    rows = history.rows("steady_history", "generation, is_unusual")
    assert [generation for generation, is_unusual in rows if is_unusual] == [6]


def test_every_entry_and_exit_is_counted_by_the_build_that_delivered_it(
    history: SegmentProject,
) -> None:
    builds = [  # inserted, updated, removed, held by a guard, positions committed
        (100, 0, 0, None, 50),
        (50, 5, 30, "removals", 55),
        (0, 0, 30, None, 20),
        (10, 0, 10, None, 20),
        (2, 0, 1, None, None),
    ]
    for generation, (*counts, hold, committed) in enumerate(builds, start=1):
        inserted, updated, removed = counts
        history.warehouse.run(
            "insert into shop.outhaul_builds (activation, generation, rows_in_segment,"
            " rows_inserted, rows_updated, rows_removed, hold) values ('partly_out',"
            f" {generation}, 100, {inserted}, {updated}, {removed},"
            f" {hold and repr(hold) or 'null'})"
        )
        if committed is not None:
            history.warehouse.run(
                "insert into shop.outhaul_claims (activation, generation, fence,"
                f" committed_seq) values ('partly_out', {generation}, 1, {committed})"
            )
    for seq in (1, 20):  # of ten removals and ten insertions
        history.warehouse.run(
            "insert into shop.outhaul_rejections (activation, generation, fence, seq,"
            f" change) values ('partly_out', 4, 1, {seq},"
            f" '{'removed' if seq == 1 else 'inserted'}')"
        )
    history.write_model(
        "partly_history", "{{ outhaul.segment_history(activation='partly_out') }}"
    )
    history.succeed("run", "--select", "partly_history")
    (history.folder / "models" / "partly_history.sql").unlink()
    assert history.rows("partly_history", "generation, entries, exits") == [
        (1, 50, 0),
        (2, 50, 0),
        (3, 0, 20),
        (4, 9, 9),
        (5, 2, 1),
    ]
