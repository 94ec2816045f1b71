"""In random histories, builds agree with a model of them, and all converges."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from tests.dbt.oracle import Destination, Fate, Oracle, Published, Values
from tests.dbt.warehouse_project import DiffProject

KEYS = 40
BUILDS = 5
NAMES = ("Ann", "Bob", None)


@pytest.mark.parametrize(
    "seed", [pytest.param(0, marks=pytest.mark.conformance(lengthy=True)), 1, 2, 3]
)
def test_F15_O1_O4_O8_random_histories_follow_the_model_and_converge(
    project: DiffProject, seed: int
) -> None:
    """Each key has a history of its own, so four seeds are 160 of them."""
    chance = random.Random(seed)
    # leavers are not held: guards have tests of their own
    project.configure(max_removed=1)
    oracle, destination = Oracle(), Destination()
    segment: dict[int, Values] = {}
    published: list[Published] = []
    fate = Fate()
    for number in range(BUILDS + 2):
        is_last = number >= BUILDS
        if not is_last:
            change_segment(segment, chance)
        releases = is_last or (number > 0 and chance.random() < 0.3)
        oracle.fold(published, fate)
        published = build(project, segment, releases)
        assert as_unnumbered(published) == oracle.diff(segment, releases)
        check_order_and_counts(project, published, segment)
        sendable = sum(row.seq is not None for row in published)
        fate = Fate(sendable, sendable) if is_last else random_fate(sendable, chance)
        project.deliver_positions(
            fate.claimed, fate.committed, split(fate, False), minutes_ago=0
        )
        project.deliver_positions(
            fate.claimed, fate.committed, split(fate, True), is_in_doubt=True
        )
        destination.apply(published, fate, chance)
    assert destination.store == segment
    assert build(project, segment, releases=False) == []


def change_segment(segment: dict[int, Values], chance: random.Random) -> None:
    """Let some people enter, change, change back and leave; some always stay."""
    for key in range(KEYS):
        if chance.random() < 0.5:
            segment[key] = (chance.choice(NAMES), chance.choice(NAMES))
        elif key > 0 and chance.random() < 0.4:
            segment.pop(key, None)


def random_fate(sendable: int, chance: random.Random) -> Fate:
    """Claim and commit somewhere, and refuse some of what was claimed."""
    claimed = chance.randint(0, sendable)
    refused = {
        seq: chance.random() < 0.3
        for seq in range(1, claimed + 1)
        if chance.random() < 0.2
    }
    return Fate(claimed, chance.randint(0, claimed), refused)


def split(fate: Fate, is_in_doubt: bool) -> dict[int, str]:
    return {
        seq: "rejected" for seq, doubt in fate.refused.items() if doubt == is_in_doubt
    }


def build(
    project: DiffProject, segment: dict[int, Values], releases: bool
) -> list[Published]:
    """Build this segment; the rows of the diff in order of position."""
    project.people(*((key, *values) for key, values in segment.items()))
    if releases:
        project.control("retry")
    project.build()
    rows = project.run_sql(
        "select _outhaul_seq, _outhaul_change, id, name, city, _outhaul_changed_columns"
        f" from {project.table('people_out')} order by _outhaul_seq"
    )
    return [
        Published(
            seq,
            change,
            key,
            (name, city),
            None if changed is None else tuple(json.loads(changed)),
        )
        for seq, change, key, name, city, changed in rows
    ]


def as_unnumbered(published: list[Published]) -> set[Published]:
    return {replace(row, seq=None if row.seq is None else -1) for row in published}


def check_order_and_counts(
    project: DiffProject, published: list[Published], segment: dict[int, Values]
) -> None:
    """Positions are dense, removals come first, and the ledger counts every row."""
    sent = [row for row in published if row.seq is not None]
    assert sorted(row.seq or 0 for row in sent) == list(range(1, len(sent) + 1))
    order = ["removed", "inserted", "updated"]
    ranks = [order.index(row.change) for row in sorted(sent, key=lambda r: r.seq or 0)]
    assert ranks == sorted(ranks)
    counts = project.activation(
        "rows_in_segment, rows_removed, rows_inserted, rows_updated, rows_held,"
        " rows_invalid, last_seq"
    )
    by_change = [sum(row.change == change for row in sent) for change in order]
    held = len(published) - len(sent)
    assert counts == (len(segment), *by_change, held, 0, len(sent))
