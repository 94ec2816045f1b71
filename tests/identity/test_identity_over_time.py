"""Profiles from build to build, and many records at once."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from tests.identity.components import components, grouped
from tests.segments.segment_project import SegmentProject
from tests.warehouses.base import NOW

pytestmark = pytest.mark.also_on_duckdb

KEYS = """{{ outhaul.identity_keys(
    ref('moving'), key='n', identifiers={'email': 'email', 'phone': 'phone'},
    rules={'email': 'email', 'phone': {'all': 'phone', 'conflict_limit': 3}},
) }}"""
LOOKUP = """{{ config(materialized='resolved') }}
{{ outhaul.resolve(ref('moving_keys'), key='n') }}"""
TRACKED = """{{ config(materialized='diff', unique_key='profile_id', meta={'outhaul': {
    'destination': 'crm', 'service': 'contacts',
}}) }}
select profile_id, min(n) as first_record from {{ ref('moving_lookup') }}
group by profile_id"""
GRAPH = """{{ config(
    materialized='resolved', meta={'outhaul': {'max_rounds': ROUNDS}}
) }}
{{ outhaul.resolve(api.Relation.create(
    database=target.database, schema='shop', identifier='graph_keys'
), key='n') }}"""

Record = tuple[int, str | None, str | None]
ALONE = ["e10", "e12", "e14"]
BUILDS: Sequence[Sequence[Record]] = [
    [
        *[(1, "a", None), (2, "a", None), (3, "b", None)],
        *[(n, None, "c") for n in (4, 5)],
        (6, "d", None),
        *[(int(email[1:]), email, None) for email in ALONE],
        *[(n, "g", None) for n in range(20, 29)],
        *[(n, "h", None) for n in range(30, 33)],
    ],
    [
        # 3 joins 1 and 2
        *[(1, "a", "p"), (2, "a", None), (3, "b", "p")],
        # 7 is new, 6 is gone
        *[(n, None, "c") for n in (4, 5, 7)],
        *[(int(email[1:]), email, None) for email in ALONE],
        *[(int(email[1:]) + 1, f"{email}+1", None) for email in ALONE],
        # four of nine go over to the three others
        *[(n, "g", None) for n in range(24, 29)],
        *[(n, "h", None) for n in (*range(20, 24), *range(30, 33))],
    ],
    [
        # 3 leaves again
        *[(1, "a", None), (2, "a", None), (3, "b", None)],
        # one more than the limit
        *[(n, None, "c") for n in (4, 5, 7, 8)],
        (6, "d", None),
        # one of the first build and one of the second
        *[(int(email[1:]), email, None) for email in ALONE],
        *[(int(email[1:]) + 1, email, None) for email in ALONE],
        *[(n, "g", None) for n in range(24, 29)],
        *[(n, "h", None) for n in (*range(20, 24), *range(30, 33))],
    ],
]


@dataclass(frozen=True)
class Told:
    """The profile of each record after each build, and what was noted at the end.

    tracked: what a diff of the profiles publishes after each build, by their ids, where
    all was sent before the next one.
    """

    profiles: Sequence[dict[int, str]]
    changes: set[tuple[str, str, str, int, str]]
    tracked: Sequence[dict[str, str]]
    graph: Sequence[tuple[int, str | None, bool]]
    graph_profiles: dict[int, str]
    bounded: str


@pytest.fixture(scope="module")
def told(built: SegmentProject) -> Iterator[Told]:
    graph = list(random_links(random.Random(5)))
    write_graph(built, graph)
    built.write_model("moving_keys", KEYS)
    built.write_model("moving_lookup", LOOKUP)
    built.write_model("moving_tracked", TRACKED)
    built.write_model("graph_lookup", GRAPH.replace("ROUNDS", "30"))
    models = ("moving", "moving_keys", "moving_lookup", "moving_tracked")
    profiles: list[dict[int, str]] = []
    tracked: list[dict[str, str]] = []
    for number, records in enumerate(BUILDS):
        built.write_model("moving", select_of(records))
        if number == 0:
            built.succeed("run", "--select", *models, "graph_lookup")
            graph_profiles = dict(built.rows("graph_lookup"))
            built.write_model("graph_lookup", GRAPH.replace("ROUNDS", "1"))
        elif number == 1:
            built.succeed("run", "--full-refresh", "--select", *models)
        else:
            result = built.dbt("run", "--select", *models, "graph_lookup")
            assert built.statuses(result)["moving_lookup"] == "success"
            bounded = built.messages(result)["graph_lookup"]
        profiles.append(dict(built.rows("moving_lookup")))
        changes = built.rows("moving_tracked", "profile_id, _outhaul_change")
        tracked.append(dict(changes))
        acknowledge(built, number + 1, len(changes))
    columns = "change, former_id, profile_id, record_count, reason"
    noted = set(built.rows("moving_lookup__changes", columns))
    assert dict(built.rows("graph_lookup")) == graph_profiles
    yield Told(profiles, noted, tracked, graph, graph_profiles, bounded)
    for name in (*models, "graph_lookup"):
        (built.folder / "models" / f"{name}.sql").unlink()


def acknowledge(built: SegmentProject, generation: int, row_count: int) -> None:
    """Say in the ledger that all of a generation has arrived."""
    built.warehouse.run(
        "insert into shop.outhaul_claims (activation, generation, fence, claimed_seq,"
        f" committed_seq, recorded_at) values ('moving_tracked', {generation}, 1,"
        f" {row_count}, {row_count}, {NOW})"
    )


def random_links(chance: random.Random) -> Iterator[tuple[int, str | None, bool]]:
    """Records and keys of many shapes; whether a key is in conflict, so joins none."""
    nodes = list(range(1000))
    chance.shuffle(nodes)
    chain, sparse, stars, alone = (
        nodes[:200],
        nodes[200:600],
        nodes[600:900],
        nodes[900:],
    )
    for number, node in enumerate(chain):
        yield node, f"chain {number}", False
        yield node, f"chain {number + 1}", False
    for number in range(220):
        for node in chance.sample(sparse, 2):
            yield node, f"sparse {number}", False
    yield from ((node, None, False) for node in sparse)
    yield from (
        (node, f"star {number // 30}", False) for number, node in enumerate(stars)
    )
    yield from ((node, "everybody", True) for node in nodes)
    yield from ((node, None, False) for node in alone)


def write_graph(
    built: SegmentProject, graph: Sequence[tuple[int, str | None, bool]]
) -> None:
    rows = ", ".join(
        f"({n}, 'rule', {'null' if key is None else repr(key)}, {str(flag).lower()})"
        for n, key, flag in graph
    )
    built.warehouse.run(
        "create table shop.graph_keys (n integer, rule varchar(9),"
        f" identity_key varchar(20), is_conflict boolean);"
        f" insert into shop.graph_keys values {rows}"
    )


def select_of(records: Sequence[Record]) -> str:
    def text(value: str | None) -> str:
        return "null" if value is None else f"'{value}'"

    return " union all ".join(
        f"select {n} as n, cast({text(email)} as varchar(9)) as email,"
        f" cast({text(phone)} as varchar(9)) as phone"
        for n, email, phone in records
    )


def test_components_are_those_of_union_find(told: Told) -> None:
    links = [(n, None if is_conflict else key) for n, key, is_conflict in told.graph]
    wanted = components(links)
    assert 10 < len(wanted) < 500
    assert grouped(told.graph_profiles) == wanted


def test_nothing_is_published_where_the_rounds_do_not_suffice(told: Told) -> None:
    assert "outhaul.resolve in model graph_lookup: after 1 rounds" in told.bounded
    assert "nothing was published: raise meta.outhaul.max_rounds" in told.bounded


def test_a_profile_that_grows_keeps_its_id_even_in_a_full_refresh(told: Told) -> None:
    first, second, _ = told.profiles
    assert second[4] == second[5] == second[7] == first[4]
    assert {n: second[n] for n in (10, 12, 14)} == {n: first[n] for n in (10, 12, 14)}


def test_a_merge_keeps_the_id_that_most_records_had(told: Told) -> None:
    first, second, _ = told.profiles
    assert second[1] == second[2] == second[3] == first[1] != first[3]
    assert ("merged", first[3], first[1], 1, "matched by: phone") in told.changes


def test_of_equal_profiles_a_merge_keeps_the_oldest(told: Told) -> None:
    first, second, third = told.profiles
    for n in (10, 12, 14):
        assert third[n] == third[n + 1] == first[n] != second[n + 1]


def test_a_split_gives_those_who_leave_a_new_id(told: Told) -> None:
    first, second, third = told.profiles
    assert third[1] == third[2] == first[1]
    assert third[3] not in {*first.values(), *second.values()}
    reason = "no identifier in common any more"
    assert ("split", first[1], third[3], 1, reason) in told.changes


def test_records_over_the_limit_part_and_one_of_them_keeps_the_id(told: Told) -> None:
    first, second, third = told.profiles
    parted = [third[n] for n in (4, 5, 7)]
    assert len({*parted, third[8]}) == 4
    assert first[4] in parted
    reason = "over the conflict limit: phone"
    new = {profile for profile in parted if profile != first[4]}
    noted = {("split", first[4], profile, 1, reason) for profile in new}
    assert noted <= told.changes


def test_who_loses_a_profile_to_a_larger_part_takes_the_next_best(told: Told) -> None:
    first, second, _ = told.profiles
    assert {second[n] for n in range(24, 29)} == {first[20]}
    assert {second[n] for n in (*range(20, 24), *range(30, 33))} == {first[30]}
    assert ("moved", first[20], first[30], 4, "matched by: email") in told.changes


def test_a_record_that_comes_back_has_the_id_that_it_had(told: Told) -> None:
    first, second, third = told.profiles
    assert 6 not in second
    assert third[6] == first[6]


def test_a_diff_follows_the_ids_through_merges_and_splits(told: Told) -> None:
    first, second, third = (set(each.values()) for each in told.profiles)
    published = [
        {id for id, change in each.items() if change == wanted}
        for each in told.tracked
        for wanted in ("inserted", "removed")
    ]
    wanted = [first, set(), second - first, first - second, third - second]
    assert published == [*wanted, second - third]
    assert second - first and first - second and third - second


def test_nothing_else_is_noted(told: Told) -> None:
    # 3 with 1; four of 20 to 30; 11, 13 and 15; 3 alone; two of 4, 5 and 7
    assert len(told.changes) == 1 + 1 + 3 + 1 + 2
