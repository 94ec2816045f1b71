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
