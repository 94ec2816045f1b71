"""Keys of records and who belongs together, on rows that are compared by hand."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.identity.components import grouped
from tests.segments.segment_project import SegmentProject

pytestmark = pytest.mark.conformance


def test_a_record_has_a_key_for_each_rule_whose_identifiers_it_has(
    built: SegmentProject,
) -> None:
    columns = "source, record_id, rule, record_count, is_conflict"
    found = defaultdict(dict)
    for source, record_id, rule, count, is_conflict in built.rows(
        "people_keys", columns
    ):
        found[source, record_id][rule] = "conflict" if is_conflict else count
    assert found == {
        ("shop", 1): {"address": 2, "phone": 2, "name and email": 1},
        ("web", 1): {"address": 2},
        ("news", 1): {"address": 1, "phone": 2, "name and email": 1},
        ("shop", 2): {"address": 1, "name and email": 1},
        # an address that stands for none
        ("web", 2): {None: 0},
        ("web", 3): {None: 0},
        # no identifier at all
        ("web", 4): {None: 0},
        # one address of three people
        ("web", 5): {"address": "conflict", "name and email": 1},
        ("web", 6): {"address": "conflict", "name and email": 1},
        ("web", 7): {"address": "conflict", "name and email": 1},
        ("web", 8): {"address": 2, "phone": 2, "name and email": 2},
        ("shop", 8): {"address": 2, "phone": 2, "name and email": 2},
    }


def test_spellings_of_one_identifier_have_one_key(built: SegmentProject) -> None:
    columns = "kind, place, side, identity_key"
    keys: dict[tuple[str, int], dict[str, str]] = defaultdict(dict)
    model = "spelling_keys where rule = kind"
    for kind, place, side, key in built.rows(model, columns):
        keys[kind, place][side] = key
    wanted = built.rows("spellings", "kind, place, expected")
    assert len(wanted) > 20
    for kind, place, expected in wanted:
        found = keys[kind, place]
        if expected:
            assert found["given"] == found["expected"], (kind, place)
        else:
            assert found == {}, (kind, place)


def test_other_identifiers_have_other_keys(built: SegmentProject) -> None:
    rows = built.rows("spelling_keys where rule = kind", "kind, side, identity_key")
    expected = {(kind, key) for kind, side, key in rows if side == "expected"}
    texts = {
        (kind, text) for kind, text in built.rows("spellings", "kind, expected") if text
    }
    assert len(expected) == len(texts)


def test_records_with_a_key_in_common_have_one_profile(built: SegmentProject) -> None:
    rows = built.rows("people_lookup", "source, record_id, profile_id")
    assert grouped({(source, number): found for source, number, found in rows}) == {
        frozenset({("shop", 1), ("web", 1), ("news", 1)}),
        frozenset({("shop", 2)}),
        frozenset({("web", 2)}),
        frozenset({("web", 3)}),
        frozenset({("web", 4)}),
        frozenset({("web", 5)}),
        frozenset({("web", 6)}),
        frozenset({("web", 7)}),
        frozenset({("web", 8), ("shop", 8)}),
    }


def test_a_profile_has_the_best_value_of_each_field(built: SegmentProject) -> None:
    columns = "email, country, name, phone, phone_in_news, record_count"
    found = built.rows("people_profiles where record_count > 1", columns)
    # the most recent, the most frequent, the longest, that of the shop, that of news
    ada = ("ada@example.com", "DE", "Ada Byron", "030 123 4567", "+49 30 1234567")
    # of the same time, the first by its key
    flo = ("FLO@example.net", "GB", "Flo", "+44 20 7946 0958", "+44 20 7946 0958")
    assert found == [(*flo, 2), (*ada, 3)]


def test_a_field_can_be_a_boolean(built: SegmentProject) -> None:
    columns = "record_count, is_member"
    assert built.rows("people_membership", columns) == [
        (1, False),
        *[(1, None)] * 6,
        (2, True),
        (3, False),
    ]


def test_pairs_are_told_with_the_rules_that_join_them(built: SegmentProject) -> None:
    columns = "one_source, one_record_id, other_source, other_record_id, rule"
    found = {
        (frozenset({(one, number), (other, other_number)}), rule)
        for one, number, other, other_number, rule in built.rows(
            "people_pairs", columns
        )
    }
    flo = frozenset({("shop", 8), ("web", 8)})
    assert found == {
        (frozenset({("shop", 1), ("web", 1)}), "address"),
        (frozenset({("shop", 1), ("news", 1)}), "phone"),
        (flo, "address"),
        (flo, "phone"),
        (flo, "name and email"),
    }


def test_records_that_are_joined_to_none_are_told_with_the_reason(
    built: SegmentProject,
) -> None:
    assert built.rows("people_unresolved", "source, record_id, reason") == [
        ("shop", 2, "nobody else has it"),
        *[("web", n, "no identifier") for n in (2, 3, 4)],
        *[("web", n, "over the conflict limit") for n in (5, 6, 7)],
    ]


def test_the_report_counts_profiles_rules_and_conflicts(built: SegmentProject) -> None:
    columns = "topic, name, profile_count, key_count, record_count, pair_count"
    assert built.rows("people_report", columns) == [
        ("conflicts", "address", None, 1, 3, 0),
        ("profiles by size", "1", 7, None, 7, 0),
        ("profiles by size", "2", 1, None, 2, 1),
        ("profiles by size", "3", 1, None, 3, 3),
        ("rules", "address", None, 4, 6, 2),
        ("rules", "name and email", None, 7, 8, 1),
        ("rules", "phone", None, 2, 4, 2),
    ]
