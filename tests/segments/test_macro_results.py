"""What the macros compute, on rows that are counted by hand.

All that runs on every warehouse is in this one file: the tests of a file share a build,
and one takes half a minute to a minute on what stands in for a warehouse.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from dataclasses import fields
from datetime import date
from decimal import Decimal
from math import erfc, sqrt
from statistics import NormalDist, mean, stdev, variance
from typing import Any

import pytest

from outhaul.errors import RowRefused
from outhaul.kit.identifiers.formats import Identifier
from tests.identity.components import grouped
from tests.predictions.reference import CDNOW, Parameters
from tests.segments.segment_project import SegmentProject

pytestmark = pytest.mark.conformance

NUMBERS = (
    "shopper_id, purchase_count, amount_count, shop_count, total_spent, spent_30_days"
)
HORIZONS = (1, 3, 6, 9, 12)
TEXTS = "shopper_id, first_status, last_status, favourite_shop, shops, tier"


def test_the_project_builds_with_its_unit_tests(built: SegmentProject) -> None:
    found = built.dbt("list", "--resource-type", "unit_test").result
    assert len(found) >= 11


def test_aggregates_over_a_related_model(built: SegmentProject) -> None:
    assert built.rows("shopper_fields", NUMBERS) == [
        (1, 3, 3, 2, Decimal("40.50"), Decimal("40.50")),
        (2, 2, 2, 2, 500, 0),
        (3, 2, 2, 1, Decimal("77.25"), Decimal("7.25")),
        (4, 0, 0, 0, 0, 0),
        (5, 0, 0, 0, 0, 0),
        (6, 1, 0, 1, 0, 0),
    ]


def test_picked_values_and_labels(built: SegmentProject) -> None:
    assert built.rows("shopper_fields", TEXTS) == [
        (1, "returned", "done", "web", "store, web", "silver"),
        (2, "done", "open", "store", "store, web", "gold"),
        (3, "done", "done", "web", "web", "none"),
        (4, None, "never", None, None, "none"),
        (5, None, "never", None, None, "none"),
        (6, None, "never", "web", "web", "none"),
    ]


def test_a_column_that_is_all_null_gives_no_value(built: SegmentProject) -> None:
    columns = "shopper_id, average_amount, largest_amount, spent_or_nothing"
    assert built.rows("shopper_fields", columns)[5] == (6, None, None, None)


def test_a_default_of_counts_is_the_same_whatever_stands_beside_it(
    built: SegmentProject,
) -> None:
    columns = "shopper_id, alone, beside, beside_distinct, beside_none"
    assert built.rows("counted_fields", columns)[:3] == [
        (1, -1, -1, -1, None),
        (2, 1, 1, 1, 1),
        (3, -1, -1, -1, None),
    ]


def test_a_field_can_be_called_like_its_column(built: SegmentProject) -> None:
    columns = "shopper_id, place, amount, for_shopper_id"
    assert built.rows("counted_fields", columns)[:3] == [
        (1, "y", 35, 7),
        (2, "x", 1, 8),
        (3, None, 0, None),
    ]


def test_columns_of_a_key_can_be_called_like_the_counts(built: SegmentProject) -> None:
    columns = "key_row_count, key_fault, is_null_key, row_count, fault"
    assert built.rows("counted_duplicates", columns) == [
        (2, "f", 0, 2, "duplicate key")
    ]


def test_columns_of_a_parent_and_of_its_parent(built: SegmentProject) -> None:
    columns = "shopper_id, country, continent"
    assert built.rows("shopper_fields", columns)[1:4] == [
        (2, "Germany", "Europe"),
        (3, "Japan", "Asia"),
        (4, None, None),
    ]


def test_a_condition_of_a_block_holds_for_all_its_fields(built: SegmentProject) -> None:
    columns = "shopper_id, done_count, done_in_web, done_mostly_in"
    assert built.rows("shopper_fields", columns) == [
        (1, 2, 2, "web"),
        (2, 1, 0, "store"),
        (3, 2, 2, "web"),
        (4, 0, 0, None),
        (5, 0, 0, None),
        (6, 0, 0, None),
    ]


def test_several_aggregates_cost_one_scan(built: SegmentProject) -> None:
    sql = built.compiled("shopper_fields")
    # two blocks, seventeen fields
    assert scans_of_purchases(sql) == 2
    # values that no aggregate picks are steps of their own
    if built.warehouse.adapter == "redshift":
        return
    scans = 1 if "mode(" in sql else 2
    assert sql.count("from purchases\n") == scans
    assert sql.count("from _outhaul_model_1 as purchases\n") == scans


def test_conditions_over_several_hops(built: SegmentProject) -> None:
    assert built.rows("recent_buyers", "shopper_id") == [(1,), (3,)]


def test_conditions_on_one_related_model_share_its_scan(built: SegmentProject) -> None:
    assert scans_of_purchases(built.compiled("recent_buyers")) == 1


def scans_of_purchases(sql: str) -> int:
    """How often the table is read; its name has quotes on some warehouses."""
    return len(re.findall(r"""\.["`]?purchases\b""", sql))


def test_windows_of_time_in_zones_and_by_the_clock(built: SegmentProject) -> None:
    found = defaultdict(list)
    for name, key in built.rows("every_window", "name, id"):
        found[name].append(key)
    assert found == {
        "this week": [3, 4, 5],
        "last month of a point in time": [1, 2, 3],
        "this quarter": [4, 5],
        "today in a zone": [3, 4, 5],
        "today in a zone of a point in time": [3, 4, 5],
        "until a day in a zone": [1, 2],
        "birthdays around a leap day": [1, 2],
        "birthdays in a common year": [1, 2, 3],
        "birthdays at the end of a year": [4, 5],
        "now": [1],
        "now in a zone": [1],
    }


def test_what_came_after_what_and_what_did_not(built: SegmentProject) -> None:
    found = defaultdict(list)
    for name, shopper in built.rows("every_sequence", "name, shopper_id"):
        found[name].append(shopper)
    assert found == {
        # the second took a second more
        "ordered within 3 days": [1, 5],
        # and the fifth ordered on the same day
        "ordered within 3 days, by day": [1, 2],
        "ordered less": [1],
        "abandoned, by day": [4, 5, 6],
        "abandoned that basket": [2, 4, 5, 6],
    }


def test_stays_in_segments_are_kept_from_build_to_build(
    built: SegmentProject,
) -> None:
    later = "{outhaul_as_of: '2026-07-05', changing: '2, 3', growing: '4'}"
    names = ("changing", "growing", "stays", "by_stay")
    built.succeed("run", "--full-refresh", "--select", *names, "--vars", later)
    columns = "segment, shopper_id, is_from_start, left_at is null"
    assert built.rows("stays", columns) == [
        ("changing", 1, True, False),
        ("changing", 2, True, True),
        ("changing", 3, False, True),
        # of a segment that nobody was in
        ("growing", 4, False, True),
    ]
    entered = "cast(entered_at as date), cast(left_at as date)"
    assert built.rows("stays where shopper_id = 1", entered) == [
        (date(2026, 7, 1), date(2026, 7, 5))
    ]
    assert built.rows("by_stay", "name, shopper_id") == [
        ("entered the other", 4),
        ("entered", 3),
        ("for a day", 2),
        ("left", 1),
        ("since", 2),
    ]
    if built.warehouse.adapter != "duckdb":
        return
    # 46 days later, of which 30 are kept
    much_later = "{outhaul_as_of: '2026-08-20', changing: '1, 2', growing: '4'}"
    built.succeed("run", "--select", *names, "--vars", much_later)
    assert built.rows("stays", columns) == [
        ("changing", 1, False, True),
        ("changing", 2, True, True),
        ("changing", 3, False, False),
        ("growing", 4, False, True),
    ]


def test_outcomes_of_groups_are_compared_with_those_of_the_control_group(
    built: SegmentProject,
) -> None:
    people = built.rows("trial", "person_id, split_group, spent, is_back")
    reach = NormalDist().inv_cdf(0.95)
    columns = (
        "outcome, split_group, row_count, control_count, average, control_average,"
        " difference, lift, standard_error, difference_low, difference_high, p_value"
    )
    found = built.rows("trial_lift", columns)
    assert [row[:2] for row in found] == [
        (outcome, group)
        for outcome in ("is_back", "spent")
        for group in ("call", "mail")
    ]
    for outcome, group, *figures in found:
        place = 2 if outcome == "spent" else 3
        treated, control = (
            [float(row[place] or 0) for row in people if row[1] == each]
            for each in (group, "control")
        )
        wanted = compared(treated, control, reach)
        assert list(map(float, figures)) == pytest.approx(wanted, abs=2e-7), outcome


def compared(treated: list[float], control: list[float], reach: float) -> list[float]:
    """What the macro says of two groups, by the normal distribution."""
    difference = mean(treated) - mean(control)
    error = sqrt(variance(treated) / len(treated) + variance(control) / len(control))
    return [
        *(len(treated), len(control), mean(treated), mean(control)),
        *(difference, difference / mean(control), error),
        *(difference - reach * error, difference + reach * error),
        erfc(abs(difference) / error / sqrt(2)),
    ]


def test_only_who_was_acknowledged_counts_as_treated(built: SegmentProject) -> None:
    columns = (
        "split_group, row_count, left_out_count, control_count, control_left_out_count"
    )
    # of the control group one was sent all the same, of the mails one is in doubt
    assert built.rows("acknowledged_lift", columns) == [
        ("call", 8, 2, 9, 1),
        ("mail", 14, 5, 9, 1),
    ]


def test_a_holdout_has_its_share_in_each_stratum_and_lasts(
    built: SegmentProject,
) -> None:
    columns = "person_id, country, is_held_out"
    before = built.rows("trial_holdout", columns)
    held = Counter(country for _, country, is_held_out in before if is_held_out)
    assert held == {"DE": 1, "FR": 7}
    if built.warehouse.adapter == "databricks":
        # what stands in for it lacks what dbt asks of an incremental model's table
        return
    built.warehouse.run("delete from shop.trial_holdout where person_id > 36")
    kept = [row for row in before if row[0] <= 36]
    built.succeed("run", "--full-refresh", "--select", "trial_holdout")
    after = built.rows("trial_holdout", columns)
    assert [row for row in after if row[0] <= 36] == kept
    # the fortieth is the last of the eight
    new = [is_held_out for id, _, is_held_out in after if id > 36]
    assert sorted(new) == [False, False, False, True]


def test_texts_by_patterns_and_in_any_case(built: SegmentProject) -> None:
    found = defaultdict(list)
    for name, key in built.rows("every_text", "name, id"):
        found[name].append(key)
    assert found == {
        "pattern": [1],
        "pattern with a backslash": [3],
        "pattern in any case": [6],
        "no pattern": [4],
        "text in any case": [1, 3],
        "in any case": [1, 6],
        "empty": [4],
    }


def test_figures_over_related_rows(built: SegmentProject) -> None:
    columns = (
        "shopper_id, median_amount, high_amount, amount_deviation, web_share,"
        " active_days, web_days, days_spanned, days_between"
    )
    found = built.rows("shopper_figures", columns)
    expected = [
        (30.5, 86.092, stdev([10, 30.5, 99.99]), 2 / 3, 3, 2, 545, 272.5),
        (250.5, 450.1, stdev([500, 1]), 0.5, 1, 1, 0, 0),
        (38.625, 63.725, stdev([7.25, 70]), 1, 2, 2, 1, 1),
        (None, None, None, None, 0, 0, None, None),
        (None, None, None, None, 0, 0, None, None),
        (None, None, None, 1, 1, 1, 0, None),
    ]
    assert [row[0] for row in found] == [1, 2, 3, 4, 5, 6]
    for row, wanted in zip(found, expected, strict=True):
        figures = [None if each is None else float(each) for each in row[1:]]
        assert figures == pytest.approx(list(wanted)), row[0]


def test_values_by_their_place_among_related_rows(built: SegmentProject) -> None:
    columns = "shopper_id, rarest_shop, second_status, last_but_one, statuses"
    assert built.rows("shopper_figures", columns) == [
        (1, "store", "done", "done", "returned>done>done"),
        (2, "store", "open", "done", "done>open"),
        (3, "web", "done", "done", "done>done"),
        (4, None, None, None, None),
        (5, None, None, None, None),
        (6, "web", None, None, None),
    ]


def test_arrays_of_values_sorted_and_in_the_order_of_time(
    built: SegmentProject,
) -> None:
    if built.warehouse.adapter == "redshift":
        pytest.skip("Redshift has no arrays")
    columns = "shopper_id, shops, statuses"
    # what stands in for BigQuery cannot take the different values alone
    twice = ["web"] * (built.warehouse.adapter == "bigquery")
    found = built.rows("shopper_arrays", columns)
    assert [(row[0], *map(as_list, row[1:])) for row in found] == [
        (1, ["store", "web", *twice], ["done", "done"]),
        (2, ["store", "web"], ["open"]),
        (3, ["web", *twice], ["done", "done"]),
        (4, None, None),
        (5, None, None),
        (6, ["web"], None),
    ]


def as_list(array: object) -> list[str] | None:
    """An array as drivers give it: a list, or its text as JSON; none where empty.

    What stands in for Snowflake keeps nulls in it, which Snowflake leaves out.
    """
    found = json.loads(array) if isinstance(array, str) else array or []
    return [each for each in found if each is not None] or None


def test_a_split_is_the_same_as_anywhere_else(built: SegmentProject) -> None:
    def group(key: int) -> str:
        digest = hashlib.md5(f"autumn:{key}".encode(), usedforsecurity=False)
        return "control" if digest.hexdigest()[:8] < "40000000" else "treated"

    expected = [(key, group(key)) for key in range(1, 7)]
    assert built.rows("groups", "shopper_id, split_group") == expected


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


def test_purchases_are_summed_up_and_expected_as_published(
    built: SegmentProject,
) -> None:
    columns = "shopper_id, frequency, recency_days, age_days, average_value"
    summary = built.rows("shopper_summary", columns)
    assert len(summary) == 4
    found = {row[0]: row[1:] for row in built.rows("shopper_value")}
    for shopper, x, recency, age, average in summary:
        weeks = (x, recency / 7, age / 7)
        value = CDNOW.value(x, average or 0)
        expected = [
            CDNOW.purchases(*weeks, months * 365.25 / 84) for months in HORIZONS
        ]
        assert found[shopper][4:] == pytest.approx(
            (
                CDNOW.alive(*weeks),
                value,
                *expected,
                *(value * each for each in expected),
            )
        )


def test_the_calibration_tells_the_hold_out_by_deciles(built: SegmentProject) -> None:
    columns = (
        "calibration_frequency, calibration_recency_days, calibration_age_days,"
        " holdout_purchases"
    )
    rows = [row for row in built.rows("shopper_summary", columns) if row[0] is not None]
    expected = sorted(
        (
            CDNOW.purchases(x, recency / 7, age / 7, 20 / 7)
            for x, recency, age, _ in rows
        ),
        reverse=True,
    )
    columns = "decile, customer_count, predicted_purchases, actual_purchases"
    found = built.rows("shopper_calibration", columns)
    assert [row[:2] for row in found] == [(n + 1, 1) for n in range(len(rows))]
    assert [row[2] for row in found] == pytest.approx(expected)
    assert sum(row[3] for row in found) == sum(row[3] for row in rows) > 0


def test_a_fit_that_is_refused_is_recorded_with_the_reason(
    built: SegmentProject,
) -> None:
    columns = "frequency, recency_days, age_days, average_value"
    rows = built.rows("shopper_summary", columns)
    columns = "refusal, customer_count, log_likelihood, value_log_likelihood"
    numbers = ", ".join(field.name for field in fields(Parameters))
    model = "shopper_fit where fitted_to = 'everything'"
    [row] = built.rows(model, f"{columns}, {numbers}")
    refusal, count, *likelihoods = row[:4]
    assert "no best parameters after 1 rounds" in refusal
    assert count == len(rows)
    at = Parameters(*map(float, row[4:]))
    expected = [
        sum(at.log_likelihood(x, recency / 7, age / 7) for x, recency, age, _ in rows),
        sum(at.value_log_likelihood(x, float(value)) for x, *_, value in rows if value),
    ]
    # values are counted to 0.1 %
    assert likelihoods == pytest.approx(expected, rel=1e-3)


def test_items_are_alike_that_the_same_customers_have(built: SegmentProject) -> None:
    columns = "item, similar_item, score, customer_count, place"
    cup, pot = 3 / sqrt(15) * 3 / 4, 2 / sqrt(10) * 2 / 3
    found = built.rows("basket_similarity", columns)
    assert [(*row[:2], *row[3:]) for row in found] == [
        ("cup", "tea", 3, 1),
        ("pot", "tea", 2, 1),
        ("tea", "cup", 3, 1),
        ("tea", "pot", 2, 2),
    ]
    assert [row[2] for row in found] == pytest.approx([cup, pot, cup, pot])


def test_similar_items_are_recommended_and_then_popular_ones(
    built: SegmentProject,
) -> None:
    assert built.rows("basket_offers", "customer, rec_1, rec_2, similar_count") == [
        ("a", "pot", "rice", 1),
        ("b", "pot", "rice", 1),
        ("c", "rice", "milk", 0),
        ("d", "cup", "pot", 2),
        ("e", "cup", "rice", 1),
        ("f", "tea", "rice", 0),
        *[(customer, "tea", "cup", 0) for customer in "ghij"],
    ]


def test_hits_are_counted_beside_those_of_popularity(built: SegmentProject) -> None:
    columns = "method, customer_count, hit_count, hit_rate"
    assert built.rows("basket_hits", columns) == [
        ("popularity alone", 4, 0, 0),
        ("recommendations", 4, 2, 0.5),
    ]


def test_rows_have_places_tiles_and_percentiles_within_their_group(
    built: SegmentProject,
) -> None:
    columns = "shop, place, purchase_id, tile, percentile"
    found = built.rows("ranked_purchases", columns)
    assert [row[:4] for row in found] == [
        ("store", 1, 4, 1),
        ("store", 2, 3, 2),
        *[("web", n + 1, id, 1) for n, id in enumerate((7, 2, 8, 1))],
        # the last one has no value
        *[("web", n + 5, id, 2) for n, id in enumerate((6, 5, 9))],
    ]
    percentiles = [1, 0, *[each / 6 for each in (6, 5, 4, 3, 2, 1, 0)]]
    assert [row[4] for row in found] == pytest.approx(percentiles)


def test_the_top_rows_are_those_within_the_share_and_the_budget(
    built: SegmentProject,
) -> None:
    # half of nine are five, and the fourth would cost more than there is
    found = built.rows("top_purchases", "place, purchase_id")
    assert found == [(1, 4), (2, 3), (3, 7)]


def test_customers_who_are_alike_have_the_same_scores(built: SegmentProject) -> None:
    columns = "shopper_id, recency_days, frequency, rfm, monetary"
    found = built.rows("shopper_rfm", columns)
    assert [row[:4] for row in found] == [
        (1, 1, 3, "343"),
        (2, 61, 2, "134"),
        (3, 0, 1, "412"),
        (6, 21, 1, "211"),
    ]
    # some warehouses make another type of number of what may be missing
    assert [float(row[4]) for row in found] == pytest.approx([140.49, 501, 7.25, 0])


def test_each_key_is_in_the_first_segment_that_has_room_for_it(
    built: SegmentProject,
) -> None:
    assert built.rows("shopper_priorities", "shopper_id, segment, priority") == [
        (1, "members", 1),
        (2, "shoppers", 3),
        # a member without an age, so over the cap
        (3, "recent_buyers", 2),
        (4, "shoppers", 3),
        (5, "shoppers", 3),
        (6, "members", 1),
    ]


def test_identifiers_are_hashed_as_a_sync_hashes_them(built: SegmentProject) -> None:
    kinds = {"last_name": "name", "birth_date": "born_on", "mobile_ad_id": "device"}
    given = named(built, "contacts")
    hashed = named(built, "hashed_contacts")
    columns = [name for name in hashed[0] if "__" in name]
    assert len(given) == len(hashed) == 5 and len(columns) == 18
    for row, found in zip(given, hashed, strict=True):
        for column in columns:
            kind, network = column.split("__")
            country = "" if kind.startswith("bare_") else "DE"
            kind = kind.removeprefix("bare_")
            wanted = Identifier(network, kind, country)
            value = row[kinds.get(kind, kind)]
            try:
                expected = None if value is None else wanted.one(kind, value)
            except RowRefused:
                expected = None
            assert found[column] == expected, (row["place"], column)
    assert hashed[0]["email__google"] == sha256(b"cloudysanfrancisco@gmail.com")
    assert hashed[2]["email__meta"] == sha256(b"person@example.com")
    assert hashed[0]["member_id"] == sha256(b"CA|Female")
    assert hashed[3]["member_id"] is None


def sha256(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def named(built: SegmentProject, model: str) -> list[dict[str, Any]]:
    """The rows of a model, by the names of its columns."""
    names = built.warehouse.run(
        "select lower(column_name) from information_schema.columns where"
        f" lower(table_schema) = 'shop' and lower(table_name) = '{model}'"
        " order by ordinal_position"
    )
    columns = [name for (name,) in names]
    rows = built.rows(model, ", ".join(columns))
    return [dict(zip(columns, row, strict=True)) for row in rows]


def test_a_cyclic_reference_says_which_models(built: SegmentProject) -> None:
    for name, other in (("ring_a", "ring_b"), ("ring_b", "ring_a")):
        built.write_model(
            name,
            "{{ outhaul.segment(ref('shoppers'), key='shopper_id',"
            f" where={{'not_in_segment': ref('{other}')}}) }}}}",
        )
    try:
        result = built.dbt("compile", "--select", "ring_a")
    finally:
        for name in ("ring_a", "ring_b"):
            (built.folder / "models" / f"{name}.sql").unlink()
    assert not result.success
    message = str(result.exception)
    assert "Found a cycle" in message
    assert "ring_a" in message and "ring_b" in message


@pytest.mark.parametrize("model", ["shop_breakdown", "people_overlap", "purchase_keys"])
def test_results_have_the_columns_that_are_documented(
    built: SegmentProject, model: str
) -> None:
    macro = {
        "shop_breakdown": "breakdown",
        "people_overlap": "overlap",
        "purchase_keys": "key_report",
    }[model]
    found = built.warehouse.run(
        "select lower(column_name) from information_schema.columns where"
        f" lower(table_schema) = 'shop' and lower(table_name) = '{model}'"
        " order by ordinal_position"
    )
    entries = yaml_entries()
    text = " ".join(entries[macro].split())
    positions = [text.index(f"`{name}`") for (name,) in found]
    assert positions


def yaml_entries() -> dict[str, str]:
    import yaml

    from tests.segments.segment_project import ROOT

    file = ROOT / "macros" / "segments" / "_segments.yml"
    return {
        entry["name"]: entry["description"]
        for entry in yaml.safe_load(file.read_text("utf-8"))["macros"]
    }
