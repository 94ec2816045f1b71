"""Every operator on columns of its kinds, with missing values; dbt runs all at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.segments.segment_project import SegmentProject

pytestmark = pytest.mark.also_on_duckdb

TIMES = ("at_time", "on_day", "at_zone")
# of which a day has other rows than a time of that day
DAYS = {
    "after": "",
    "on": "",
    "between": "'between': ['2026-06-30', '2026-07-01']",
    "ago": "'between_days_ago': [0, 1]",
    "long_ago": "'between_days_ago': [1, 30]",
    "next": "'within_next_days': 1",
    "today": "'in_this': 'day'",
    "come_round": "'anniversary_within_next_days': 1",
}


def on_text(operator: str) -> str:
    return f"{{'column': 'text', {operator}}}"


# name: (model, tree, the ids that meet it); as_of is 2026-07-01
CASES: dict[str, tuple[str, str, list[int]]] = {
    "equals": ("texts", on_text("'equals': 'plain'"), [1]),
    "equals_quote": ("texts", on_text("'equals': \"it's\""), [2]),
    "equals_injection": ("texts", on_text("'equals': \"' or 1=1 --\""), [5]),
    "equals_backslash": ("texts", on_text("'equals': '100% \\\\ sure'"), [3]),
    "not_equals_keeps_missing": (
        "texts",
        on_text("'not_equals': 'plain'"),
        [2, 3, 4, 5, 6],
    ),
    "in_list": ("texts", on_text("'in': ['plain', 'A_c']"), [1, 6]),
    "not_in_list": ("texts", on_text("'not_in': ['plain', 'A_c']"), [2, 3, 4, 5]),
    "contains_percent": ("texts", on_text("'contains': '%'"), [3]),
    "contains_underscore": ("texts", on_text("'contains': '_'"), [6]),
    "contains_two_spaces": ("texts", on_text("'contains': '  '"), []),
    "starts_with": ("texts", on_text("'starts_with': 'A_'"), [6]),
    "starts_with_case": ("texts", on_text("'starts_with': 'a'"), []),
    "ends_with": ("texts", on_text("'ends_with': 'sure'"), [3]),
    "equals_any_case": (
        "texts",
        on_text("'equals': 'PLAIN', 'ignore_case': true"),
        [1],
    ),
    "not_equals_any_case": (
        "texts",
        on_text("'not_equals': 'PLAIN', 'ignore_case': true"),
        [2, 3, 4, 5, 6],
    ),
    "in_any_case": (
        "texts",
        on_text("'in': ['PLAIN', 'a_C'], 'ignore_case': true"),
        [1, 6],
    ),
    "contains_any_case": (
        "texts",
        on_text("'contains': 'SURE', 'ignore_case': true"),
        [3],
    ),
    "starts_any_case": (
        "texts",
        on_text("'starts_with': 'a', 'ignore_case': true"),
        [6],
    ),
    "contains_one_of": ("texts", on_text("'contains': ['%', '_', 'none']"), [3, 6]),
    "not_contains": ("texts", on_text("'not_contains': 'a'"), [2, 3, 4, 5, 6]),
    "contains_none_of": (
        "texts",
        on_text("'not_contains': ['A', 'IT'], 'ignore_case': true"),
        [3, 4, 5],
    ),
    "not_starts_with": ("texts", on_text("'not_starts_with': 'p'"), [2, 3, 4, 5, 6]),
    "not_ends_with": ("texts", on_text("'not_ends_with': ['n', 'c']"), [2, 3, 4, 5]),
    "matches": ("texts", on_text("'matches': '^[a-z]+$'"), [1]),
    "matches_within": ("texts", on_text("'matches': '[0-9]=[0-9]'"), [5]),
    "matches_backslash": ("texts", on_text("'matches': '\\\\d{3}%'"), [3]),
    "matches_any_case": (
        "texts",
        on_text("'matches': '^a_C$', 'ignore_case': true"),
        [6],
    ),
    "not_matches": ("texts", on_text("'not_matches': '[a-z]'"), [4]),
    "is_empty": ("blanks", "{'column': 'word', 'is_empty': true}", [2, 3, 4]),
    "is_not_empty": ("blanks", "{'column': 'word', 'is_not_empty': true}", [1]),
    "beside_equal": ("blanks", "{'column': 'a', 'equals': {'column': 'b'}}", [1]),
    "beside_not_equal": (
        "blanks",
        "{'column': 'a', 'not_equals': {'column': 'b'}}",
        [2, 3, 4],
    ),
    "beside_less": (
        "blanks",
        "{'column': 'low', 'less_than': {'column': 'high'}}",
        [2],
    ),
    "beside_times": (
        "moments",
        "{'column': 'at_time', 'after': {'column': 'on_day'}}",
        [],
    ),
    "beside_times_of_a_day": (
        "moments",
        "{'column': 'at_zone', 'equals': {'column': 'on_day'}}",
        [1, 3, 4],
    ),
    "in_a_model": ("blanks", "{'column': 'a', 'in': ref('letters')}", [1, 3]),
    "not_in_a_model": ("blanks", "{'column': 'a', 'not_in': ref('letters')}", [2, 4]),
    "in_a_column": (
        "blanks",
        "{'column': 'b', 'in': {'model': ref('letters'), 'column': 'a'}}",
        [1],
    ),
    "is_null": ("texts", on_text("'is_null': true"), [4]),
    "is_not_null": ("texts", on_text("'is_not_null': true"), [1, 2, 3, 5, 6]),
    "is_true": ("texts", "{'column': 'flag', 'is_true': true}", [1, 5]),
    "is_false": ("texts", "{'column': 'flag', 'is_false': true}", [2, 6]),
    "not_true": ("texts", "{'not': {'column': 'flag', 'is_true': true}}", [2, 3, 4, 6]),
    "greater_than": ("texts", "{'column': 'number', 'greater_than': 0}", [1, 5, 6]),
    "at_least": ("texts", "{'column': 'number', 'at_least': 0}", [1, 3, 5, 6]),
    "less_than": ("texts", "{'column': 'number', 'less_than': 0}", [2]),
    "at_most": ("texts", "{'column': 'number', 'at_most': 1.5}", [1, 2, 3]),
    "between": ("texts", "{'column': 'number', 'between': [0, 1.5]}", [1, 3]),
    "any_of_all": (
        "texts",
        "{'any': [{'all': [{'column': 'flag', 'is_true': true}, 'number > 2']},"
        " {'column': 'number', 'equals': -2}]}",
        [2, 5],
    ),
    "not_any": (
        "texts",
        "{'not': {'any': [{'column': 'number', 'at_least': 1},"
        " {'column': 'text', 'equals': \"it's\"}]}}",
        [3, 4],
    ),
    "everything": ("texts", "none", [1, 2, 3, 4, 5, 6]),
    **{
        f"{name}_{column}": (
            "moments",
            f"{{'column': '{column}', {operator}}}",
            expected,
        )
        for column in TIMES
        for name, operator, expected in [
            ("before", "'before': '2026-06-30'", [1, 2]),
            ("after", "'after': '2026-06-30'", [3, 4, 5]),
            ("on", "'on': '2026-07-01'", [4, 5]),
            ("within", "'within_last_days': 30", [2, 3, 4]),
            ("not_within", "'not_within_last_days': 30", [1, 5, 6]),
            ("at_least", "'at_least': '2026-07-01'", [4, 5]),
            ("between", "'between': ['2026-06-30', '2026-07-01']", [3, 4, 5]),
            ("until", "'on_or_before': '2026-06-30'", [1, 2, 3]),
            ("from", "'on_or_after': '2026-07-01'", [4, 5]),
            ("ago", "'between_days_ago': [0, 1]", [3, 4]),
            ("long_ago", "'between_days_ago': [1, 30]", [2]),
            ("next", "'within_next_days': 1", [4, 5]),
            ("today", "'in_this': 'day'", [4, 5]),
            ("yesterday", "'in_last': 'day'", [3]),
            ("this_week", "'in_this': 'week'", [3, 4, 5]),
            ("last_month", "'in_last': 'month'", [1, 2, 3]),
            ("this_quarter", "'in_this': 'quarter'", [4, 5]),
            ("last_quarter", "'in_last': 'quarter'", [1, 2, 3]),
            ("this_year", "'in_this': 'year'", [1, 2, 3, 4, 5]),
            ("next_year", "'in_next': 'year'", []),
            ("come_round", "'anniversary_within_next_days': 1", [4, 5]),
            ("all_come_round", "'anniversary_within_next_days': 365", [1, 2, 3, 4, 5]),
        ]
        if not (column == "on_day" and name in DAYS)
    },
    **{
        f"{name}_on_day": ("moments", f"{{'column': 'on_day', {DAYS[name]}}}", expected)
        for name, expected in {
            "between": [3, 4],
            "ago": [4],
            "long_ago": [2, 3],
            "next": [4],
            "today": [4],
            "come_round": [4],
        }.items()
    },
    "tomorrow": ("moments", "{'column': 'on_day', 'in_next': 'day'}", [5]),
    "between_times": (
        "moments",
        "{'column': 'at_time', 'between': ['2026-06-30', '2026-07-01 00:00:00']}",
        [3, 4],
    ),
    "after_on_day": ("moments", "{'column': 'on_day', 'after': '2026-06-30'}", [4, 5]),
    "on_on_day": ("moments", "{'column': 'on_day', 'on': '2026-07-01'}", [4]),
    "after_time": (
        "moments",
        "{'column': 'at_zone', 'after': '2026-06-30 23:29:59'}",
        [3, 4, 5],
    ),
}

VISIT = (
    "{'related': ref('visits'), 'time': 'at_time',"
    " 'where': {'column': 'kind', 'equals': '%s'}}"
)
BASKET, ORDER = VISIT % "basket", VISIT % "order"

# name: (arguments of segment, the ids of the shoppers)
RELATED: dict[str, tuple[str, list[int]]] = {
    "r_any": ("{'related': ref('purchases')}", [1, 2, 3, 6]),
    "r_never": ("{'related': ref('purchases'), 'never': true}", [4, 5]),
    "r_exactly": ("{'related': ref('purchases'), 'exactly': 2}", [2, 3]),
    "r_at_most": ("{'related': ref('purchases'), 'at_most': 1}", [4, 5, 6]),
    "r_sum": (
        "{'related': ref('purchases'), 'sum': 'amount', 'more_than': 77.25}",
        [1, 2],
    ),
    "r_sum_of_none": (
        "{'related': ref('purchases'), 'sum': 'amount', 'less_than': 1}",
        [4, 5, 6],
    ),
    "r_max_date": (
        "{'related': ref('purchases'), 'max': 'bought_on', 'at_least': '2026-06-30'}",
        [1, 3],
    ),
    "r_average_of_none": (
        "{'related': ref('purchases'), 'average': 'amount', 'less_than': 40}",
        [3],
    ),
    "r_distinct": (
        "{'related': ref('purchases'), 'count_distinct': 'shop', 'at_least': 2}",
        [1, 2],
    ),
    "r_between": ("{'related': ref('purchases'), 'between': [1, 2]}", [2, 3, 6]),
    "r_every": (
        "{'related': ref('purchases'), 'every': {'column': 'status', 'equals':"
        " 'done'}}",
        [3],
    ),
    "r_every_of_some": (
        "{'related': ref('purchases'), 'where': \"shop = 'web'\", 'every': [{'column':"
        " 'status', 'equals': 'done'}, 'amount > 0']}",
        [1, 3],
    ),
    "r_share": (
        "{'related': ref('purchases'), 'share': {'column': 'shop', 'equals': 'web'},"
        " 'between': [0.6, 0.7]}",
        [1],
    ),
    "r_median": (
        "{'related': ref('purchases'), 'median': 'amount', 'between': [30.5, 38.63]}",
        [1, 3],
    ),
    "r_percentile": (
        "{'related': ref('purchases'), 'percentile': 'amount', 'at': 0.75,"
        " 'exactly': 375.25}",
        [2],
    ),
    "r_active_days": (
        "{'related': ref('purchases'), 'active_days': 'bought_at', 'exactly': 1}",
        [2, 6],
    ),
    "r_days_between": (
        "{'related': ref('purchases'), 'days_between': 'bought_at', 'at_most': 1}",
        [2, 3],
    ),
    "r_sequence": (f"{{'first': {BASKET}, 'then': {ORDER}}}", [1, 2, 5]),
    "r_sequence_of_the_same": (
        f"{{'first': {BASKET}, 'then': {ORDER}, 'same': 'basket'}}",
        [1, 2],
    ),
    # the third may still order
    "r_no_sequence": (
        f"{{'first': {BASKET}, 'then_not': {ORDER}, 'within_days': 3}}",
        [2, 4, 6],
    ),
    "r_no_sequence_so_far": (f"{{'first': {BASKET}, 'then_not': {ORDER}}}", [3, 4, 6]),
    "r_no_sequence_lately": (
        f"{{'first': dict({BASKET}, within_days=7), 'then_not': {ORDER},"
        " 'within_days': 3}",
        [6],
    ),
    "r_sequence_or_age": (
        f"{{'any': [{{'first': {BASKET}, 'then': {ORDER}}},"
        " {'column': 'age', 'at_least': 50}]}",
        [1, 2, 4, 5],
    ),
    "r_not_a_sequence": (
        f"{{'not': {{'first': {BASKET}, 'then': {ORDER}}}}}",
        [3, 4, 6],
    ),
    "r_parent": (
        "{'related': ref('countries'), 'by': 'country_id',"
        " 'where': {'column': 'country', 'equals': 'Japan'}}",
        [3, 6],
    ),
    "r_grandparent": (
        "{'related': ref('countries'), 'by': 'country_id', 'where': {'related':"
        " ref('continents'), 'by': 'continent_id', 'where': \"continent = 'Asia'\"}}",
        [3, 6],
    ),
    "r_in_segment": ("{'in_segment': ref('members')}", [1, 3, 6]),
    "r_not_in_segment": ("{'not_in_segment': ref('members')}", [2, 4, 5]),
    "r_segment_beside_rows": (
        "[{'in_segment': ref('purchases')},"
        " {'related': ref('purchases'), 'where': \"status = 'returned'\","
        " 'never': true}]",
        [2, 3, 6],
    ),
    "r_letter_case": (
        "[{'related': ref('purchases'), 'where': \"status = 'done'\"},"
        " {'related': ref('purchases'), 'where': \"status = 'DONE'\", 'never': true}]",
        [1, 2, 3],
    ),
}

# name: (model, tree, time zone, as_of, the ids)
ZONES: dict[str, tuple[str, str, str | None, str, list[int]]] = {
    **{
        f"z_{name}": ("moments", tree, zone, "2026-07-01", expected)
        for zone, cases in {
            "Europe/Berlin": {
                "on": ("{'column': 'at_time', 'on': '2026-07-01'}", [3, 4, 5]),
                "until": (
                    "{'column': 'at_zone', 'on_or_before': '2026-06-30'}",
                    [1, 2],
                ),
                "month": ("{'column': 'at_time', 'in_this': 'month'}", [3, 4, 5]),
                "day_of_dates": ("{'column': 'on_day', 'on': '2026-07-01'}", [4]),
            },
            "America/New_York": {
                "today": ("{'column': 'at_zone', 'in_this': 'day'}", [3, 4, 5]),
                "today_of_dates": ("{'column': 'on_day', 'in_this': 'day'}", [3]),
                "last_of_dates": ("{'column': 'on_day', 'within_last_days': 1}", [3]),
                "last_moments": (
                    "{'column': 'at_time', 'within_last_days': 1}",
                    [3, 4],
                ),
                "after": (
                    "{'column': 'at_time', 'after': '2026-06-30 19:30:00'}",
                    [4, 5],
                ),
            },
        }.items()
        for name, (tree, expected) in cases.items()
    },
    **{
        f"b_{day}_{days}": (
            "birthdays",
            f"{{'column': 'born_on', 'anniversary_within_next_days': {days}}}",
            None,
            day,
            expected,
        )
        for day, days, expected in [
            ("2027-02-28", 1, [1, 2]),
            ("2028-02-28", 1, [2]),
            ("2028-02-29", 1, [1]),
            ("2028-02-28", 2, [1, 2]),
            ("2027-02-28", 2, [1, 2, 3]),
            ("2026-12-31", 2, [4, 5]),
            ("2026-12-31", 60, [1, 2, 4, 5]),
            ("2026-12-31", 61, [1, 2, 3, 4, 5]),
            ("2027-12-30", 61, [2, 4, 5]),
            ("2027-12-30", 62, [1, 2, 4, 5]),
            ("2028-03-01", 365, [1, 2, 3, 4, 5]),
        ]
    },
}

SUMS = (
    "[{'related': ref('counted'), 'sum': 'amount', 'where': \"status = 'a'\", %s},"
    " {'related': ref('counted'), 'sum': 'amount', 'where': \"status = 'b'\", %s},"
    " {'related': ref('counted'), 'sum': 'amount_2', %s}]"
)

# Names that a query of ours could have for itself: (tree, the ids of the shoppers)
NAMED: dict[str, tuple[str, list[int]]] = {
    "n_two_sums_and_a_column": (
        SUMS % ("'at_least': 10", "'at_least': 25", "'at_least': 1000"),
        [1],
    ),
    "n_other_two_sums": (
        SUMS % ("'at_most': 10", "'at_most': 25", "'at_most': 500"),
        [2, 3, 4, 5, 6],
    ),
    "n_columns_in_text": (
        "{'related': ref('counted'), 'where': [\"row_count = 2 and place = 'x'\","
        " 'matching_rows = 1 and counted.for_shopper_id = 7']}",
        [1],
    ),
    "n_one_model_twice": (
        "[{'related': ref('shoppers'), 'by': 'city', 'where': 'shoppers.age < 25'},"
        " {'related': ref('shoppers'), 'by': 'city', 'where': 'shoppers.age > 30'}]",
        [1, 6],
    ),
    "n_one_model_in_itself": (
        "{'related': ref('shoppers'), 'by': 'city', 'where': 'shoppers.age < 25'}",
        [1, 5, 6],
    ),
    "n_quoted_parentheses": (
        "\"name <> ')(' /* ) */ and (name <> 'it''s (') -- )\n and age > 40\"",
        [2, 4],
    ),
}

# name: (further arguments of segment, the ids)
OPTIONS: dict[str, tuple[str, list[int]]] = {
    "o_exclude": ("exclude=[ref('members')]", [2, 4, 5]),
    "o_exclude_name": ("exclude='members'", [2, 4, 5]),
    "o_exclude_by": (
        "exclude=[{'model': 'texts', 'by': {'shopper_id': 'id'}}]",
        [],
    ),
    "o_exclude_before_an_or": (
        "exclude=[ref('members')], where='age > 100 or 1 = 1'",
        [2, 4, 5],
    ),
    "o_exclude_and_hold_out": (
        "exclude=[ref('members')], holdout={'salt': 'autumn', 'share': 0.25},"
        " where={'related': ref('purchases'), 'never': true}",
        [4],
    ),
    "o_holdout_none": ("holdout={'salt': 'autumn', 'share': 0}", [1, 2, 3, 4, 5, 6]),
    "o_holdout": ("holdout={'salt': 'autumn', 'share': 0.25}", [1, 2, 3, 4, 6]),
    "o_holdout_all": ("holdout={'salt': 'autumn', 'share': 1}", []),
    "o_as_of": (
        "as_of='2025-01-02', where={'related': ref('purchases'), 'within_days': 2,"
        " 'time': 'bought_at'}",
        [1],
    ),
}


@pytest.fixture(scope="module")
def found(built: SegmentProject) -> Iterator[dict[str, list[int]]]:
    """The ids that each of these segments has; one model holds all of them."""
    segments = {
        name: f"{{{{ outhaul.segment(ref('{model}'), where={tree}, columns='id') }}}}"
        for name, (model, tree, _) in CASES.items()
    }
    for name, (model, tree, zone, as_of, _) in ZONES.items():
        zoned = f", time_zone='{zone}'" if zone else ""
        segments[name] = (
            f"{{{{ outhaul.segment(ref('{model}'), where={tree}, columns='id',"
            f" as_of='{as_of}'{zoned}) }}}}"
        )
    for name, (tree, _) in (RELATED | NAMED).items():
        segments[name] = shoppers(f"where={tree}")
    for name, (arguments, _) in OPTIONS.items():
        segments[name] = shoppers(arguments)
    selects = [
        f"select '{name}' as name, picked.* from (\n{sql}\n) as picked"
        for name, sql in segments.items()
    ]
    built.write_model("all_segments", "\nunion all\n".join(selects))
    built.succeed("run", "--select", "all_segments")
    (built.folder / "models" / "all_segments.sql").unlink()
    ids: dict[str, list[int]] = {name: [] for name in segments}
    for name, key in built.rows("all_segments"):
        ids[name].append(key)
    yield {name: sorted(found) for name, found in ids.items()}


def shoppers(arguments: str) -> str:
    return (
        "{{ outhaul.segment(ref('shoppers'), key='shopper_id',"
        f" columns=['shopper_id'], {arguments}) }}}}"
    )


@pytest.mark.parametrize("name", CASES)
def test_conditions_on_columns(found: dict[str, list[int]], name: str) -> None:
    assert found[name] == CASES[name][2]


@pytest.mark.parametrize("name", ZONES)
def test_days_of_a_time_zone_and_anniversaries(
    found: dict[str, list[int]], name: str
) -> None:
    assert found[name] == ZONES[name][4]


@pytest.mark.parametrize("name", RELATED)
def test_conditions_on_other_models(found: dict[str, list[int]], name: str) -> None:
    assert found[name] == RELATED[name][1]


@pytest.mark.parametrize("name", NAMED)
def test_names_of_users_meet_no_names_of_steps(
    found: dict[str, list[int]], name: str
) -> None:
    assert found[name] == NAMED[name][1]


@pytest.mark.parametrize("name", OPTIONS)
def test_exclusions_holdouts_and_times(found: dict[str, list[int]], name: str) -> None:
    assert found[name] == OPTIONS[name][1]


def test_the_list_of_exclusions_holds_for_every_segment(built: SegmentProject) -> None:
    everybody = shoppers("where=none")
    built.write_model("excluded", everybody)
    built.write_model(
        "not_excluded", everybody.replace("where", "exclude=false, where")
    )
    built.succeed(
        *("run", "--select", "excluded", "not_excluded"),
        *("--vars", "{outhaul_exclusions: [members]}"),
    )
    for name in ("excluded", "not_excluded"):
        (built.folder / "models" / f"{name}.sql").unlink()
    assert built.rows("excluded") == [(2,), (4,), (5,)]
    assert len(built.rows("not_excluded")) == 6
