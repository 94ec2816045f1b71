"""What is refused while a model is compiled, and with which words; each has a twin."""

from __future__ import annotations

import pytest

from tests.segments.segment_project import SegmentProject

SEGMENT = "{{{{ outhaul.segment(ref('shoppers'), key='shopper_id', where={0}) }}}}"
FIELDS = "{{{{ outhaul.with_fields(ref('shoppers'), key='shopper_id', {0}) }}}}"
STEP = "{'related': ref('purchases'), 'time': 'bought_at'}"
LIFT = (
    "{{{{ outhaul.lift(ref('trial'), key='person_id', group='split_group',"
    " control='control', {0}) }}}}"
)
OVER = "aggregates=[{{'over': ref('purchases'), 'time': 'bought_at', 'fields': {0}}}]"


def segment(where: str) -> str:
    return SEGMENT.format(where)


def fields(arguments: str) -> str:
    return FIELDS.format(arguments)


def over(declared: str) -> str:
    return fields(OVER.format(declared))


# name: (the model, what the message must say); none where it must compile
CASES: dict[str, tuple[str, str | None]] = {
    # ranks and priorities
    "rank_of_no_column": (
        "{{ outhaul.ranked(ref('shoppers'), key='shopper_id', by='agee') }}",
        "by: 'agee' is no column of shoppers; did you mean 'age'?",
    ),
    "rank_with_wrong_numbers": (
        "{{ outhaul.ranked(ref('shoppers'), key='shopper_id', by='age', top=0,"
        " share=2, budget=5) }}",
        "budget: wants {'column': …, 'at_most': a number}, not the number 5; top: wants"
        " a whole number from 1 on, not the number 0; share: wants a share from 0 to 1",
    ),
    "scores_of_two_digits": (
        "{{ outhaul.rfm(ref('purchases'), key='shopper_id', time='bought_at',"
        " value='amount', scores=10) }}",
        "scores: wants a whole number from 1 to 9, not the number 10",
    ),
    "priority_of_one": (
        "{{ outhaul.priority_list([ref('members')], key='shopper_id') }}",
        "models: wants a list of two or more",
    ),
    "caps_without_order": (
        "{{ outhaul.priority_list([ref('members'), ref('shoppers')],"
        " key='shopper_id', caps={'member': 3}) }}",
        "caps: unknown 'member'; did you mean 'members'? (known are members, shoppers);"
        " by: wants the column",
    ),
    # identifiers of advertising networks
    "hash_for_no_network": (
        "select {{ outhaul.hashed_email('email', network='myspace') }} as email",
        "outhaul.hashed_email: there is no network 'myspace' (known are criteo, ",
    ),
    "hash_of_what_is_sent_in_clear": (
        "select {{ outhaul.hashed_postal_code('zip', network='google') }} as zip",
        "outhaul.hashed_postal_code: google takes postal_code in clear, so select the"
        " column as it is (hashed are email, phone, first_name, last_name)",
    ),
    "hash_that_a_network_does_not_take": (
        "select {{ outhaul.hashed_name('name', network='criteo') }} as name",
        "outhaul.hashed_name: criteo takes no last_name (hashed are email)",
    ),
    "phone_of_no_country": (
        "select {{ outhaul.hashed_phone('phone', network='meta', country='XX') }} as p",
        "outhaul.hashed_phone: country: wants a country such as",
    ),
    "hash_of_a_number": (
        "select {{ outhaul.hashed_identifier('1', kind='external_id',"
        " network='meta') }} as id",
        None,
    ),
    # predictions
    "summary_of_no_column": (
        "{{ outhaul.purchase_summary(ref('purchases'), key='shopper_id',"
        " time='bougt_at', value='amount', holdout_days=0) }}",
        "time: 'bougt_at' is no column of purchases; did you mean 'bought_at'? (it has"
        " purchase_id, shopper_id, bought_at, bought_on, status, shop, amount);"
        " holdout_days: wants a whole number from 1 on, not the number 0",
    ),
    "summary_without_key": (
        "{{ outhaul.purchase_summary(ref('purchases'), key=none, time='bought_at',"
        " value='amount') }}",
        "'key' is missing",
    ),
    "similarity_of_wrong_numbers": (
        "{{ outhaul.item_similarity(ref('baskets'), key='customer', item='item',"
        " min_support=0, shrinkage=-1, top='all', max_items=1.5) }}",
        "min_support: wants a whole number from 1 on, not the number 0; top: wants a"
        " whole number from 1 on, not the text 'all'; max_items: wants a whole number"
        " from 1 on, not the number 1.5; shrinkage: wants a number from 0 on, not the",
    ),
    "recommendations_by_another_model": (
        "{{ outhaul.recommendations(ref('baskets'), ref('shoppers'), key='customer',"
        " item='itm', top=0) }}",
        "item: 'itm' is no column of baskets; did you mean 'item'? (it has customer,"
        " item); similarity: 'item' is no column of shoppers",
    ),
    # columns
    "column_misspelled": (
        segment(
            "{'all': [{'column': 'age', 'at_least': 18},"
            " {'any': [{'column': 'citty', 'equals': 'Kiel'}]}]}"
        ),
        "outhaul.segment in model column_misspelled: where.all[1].any[0]: 'citty' is no"
        " column of shoppers; did you mean 'city'?",
    ),
    "column_found": (segment("{'column': 'CITY', 'equals': 'Kiel'}"), None),
    "column_of_related_misspelled": (
        segment(
            "{'related': ref('purchases'), 'where': {'column': 'state', 'equals': 'x'}}"
        ),
        "where.where: 'state' is no column of purchases",
    ),
    # operators
    "operator_unknown": (
        segment("{'column': 'city', 'equal': 'Kiel'}"),
        "'equal' is no operator; did you mean 'equals'?",
    ),
    "operators_two": (
        segment("{'column': 'age', 'at_least': 1, 'at_most': 2}"),
        "needs one operator, not at_least, at_most",
    ),
    "operator_of_another_kind": (
        segment("{'column': 'age', 'contains': '1'}"),
        "'contains' does not apply to the column 'age'",
    ),
    "operator_on_text": (
        segment("{'column': 'city', 'greater_than': 3}"),
        "'greater_than' does not apply to the column 'city'",
    ),
    # operands
    "number_as_text": (
        segment("{'column': 'age', 'equals': '18'}"),
        "where.equals: the column 'age'",
    ),
    "text_as_number": (
        segment("{'column': 'city', 'in': ['Kiel', 3]}"),
        "where.in[1]: the column 'city'",
    ),
    "date_that_is_none": (
        segment("{'column': 'joined_at', 'before': '2026-02-30'}"),
        "wants a date (YYYY-MM-DD) or a time",
    ),
    "date_that_is_one": (
        segment("{'column': 'joined_at', 'before': '2024-02-29'}"),
        None,
    ),
    "boolean_as_number": (
        segment("{'column': 'is_member', 'equals': 1}"),
        "wants true or false, not the number 1",
    ),
    "null_operand": (
        segment("{'column': 'age', 'equals': none}"),
        "for missing ones there are is_null and is_not_null",
    ),
    "list_is_empty": (
        segment("{'column': 'age', 'in': []}"),
        "is compared with an empty list, but wanted is a list of one or more values",
    ),
    "between_reversed": (
        segment("{'column': 'age', 'between': [30, 20]}"),
        "the lowest value before the highest",
    ),
    "days_negative": (
        segment("{'column': 'joined_at', 'within_last_days': -3}"),
        "wants a number of days from 1 on",
    ),
    "days_ago_reversed": (
        segment("{'column': 'joined_at', 'between_days_ago': [14, 7]}"),
        "where.between_days_ago: wants two numbers of days, the smaller one first",
    ),
    "days_ago_in_order": (
        segment("{'column': 'joined_at', 'between_days_ago': [7, 14]}"),
        None,
    ),
    "unit_unknown": (
        segment("{'column': 'joined_at', 'in_this': 'fortnight'}"),
        "where.in_this: wants one of day, week, month, quarter, year, not the text",
    ),
    "anniversary_of_years": (
        segment("{'column': 'joined_at', 'anniversary_within_next_days': 366}"),
        "wants a number of days from 1 to 365, not the number 366",
    ),
    "day_with_a_time": (
        segment("{'column': 'joined_at', 'on_or_before': '2026-06-30 10:00:00'}"),
        "where.on_or_before: wants a date (YYYY-MM-DD), not the text",
    ),
    "zone_unknown": (
        "{{ outhaul.segment(ref('shoppers'), time_zone='Europe/Berlyn') }}",
        "'time_zone' must be one such as Europe/Berlin, not the text 'Europe/Berlyn'",
    ),
    "case_of_a_number": (
        segment("{'column': 'age', 'equals': 18, 'ignore_case': true}"),
        "where.ignore_case: 'equals' of 'age' knows no case",
    ),
    "texts_of_which_one_is_empty": (
        segment("{'column': 'city', 'contains': ['Kiel', '']}"),
        "wanted is a text that is not empty, or a list of such",
    ),
    "column_beside_another_kind": (
        segment("{'column': 'age', 'less_than': {'column': 'joined_at'}}"),
        "where.less_than: 'age' (",
    ),
    "column_beside_its_kind": (
        segment("{'column': 'age', 'less_than': {'column': 'shopper_id'}}"),
        None,
    ),
    "column_beside_none": (
        segment("{'column': 'age', 'less_than': {'column': 'agee'}}"),
        "where.less_than: 'agee' is no column of shoppers; did you mean 'age'?",
    ),
    "in_a_model_without_the_column": (
        segment("{'column': 'age', 'in': ref('purchases')}"),
        "where.in.by: 'age' is no column of purchases",
    ),
    "every_with_a_measure": (
        segment("{'related': ref('purchases'), 'every': 'amount > 1', 'at_least': 2}"),
        "where.every: stands without a measure",
    ),
    "percentile_without_share": (
        segment("{'related': ref('purchases'), 'percentile': 'amount', 'at_least': 2}"),
        "where.at: wants a share from 0 to 1, not nothing",
    ),
    "between_counts_reversed": (
        segment("{'related': ref('purchases'), 'between': [3, 2]}"),
        "the lowest value before the highest",
    ),
    "sequence_of_one_step": (
        segment(f"{{'first': {STEP}, 'within_days': 3}}"),
        "where: wants one of then, then_not beside 'first'",
    ),
    "sequence_without_time": (
        segment(f"{{'first': {STEP}, 'then': {{'related': ref('purchases')}}}}"),
        "where.then: 'time' is missing: the column of purchases that says when",
    ),
    "sequence_of_a_name": (
        segment(f"{{'first': 'purchases', 'then_not': {STEP}}}"),
        "where.first: wants {'related': ref('…'), 'time': 'a column', …}, not the text",
    ),
    "sequence_with_other_columns": (
        segment(f"{{'first': {STEP}, 'then': {STEP}, 'same': {{'shop': 'amount'}}}}"),
        "where.same: 'shop' (",
    ),
    "sequence_with_a_pair_that_is_not_whole": (
        segment(f"{{'first': {STEP}, 'then': {STEP}, 'pair': 'later.amount > 1)'}}"),
        "where.pair: the SQL 'later.amount > 1)' is not whole",
    ),
    "sequence_of_a_pair": (
        segment(
            f"{{'first': {STEP}, 'then': {STEP}, 'same': 'shop',"
            " 'pair': 'later.amount > earlier.amount'}"
        ),
        None,
    ),
    "stay_of_no_kind": (
        segment("{'members': ref('stays'), 'segment': 'changing'}"),
        "where: wants one of entered_within_days, left_within_days, for_days, since",
    ),
    "stay_in_no_segment": (
        segment("{'members': ref('stays'), 'since': '2026-01-31'}"),
        "where.segment: wants the name of a segment, not nothing",
    ),
    "stay_since_no_day": (
        segment("{'members': ref('stays'), 'segment': 'changing', 'since': 'May'}"),
        "where.since: wants a date (YYYY-MM-DD), not the text 'May'",
    ),
    "stay_in_no_history": (
        segment("{'members': ref('members'), 'segment': 'changing', 'for_days': 3}"),
        "'segment' is no column of members",
    ),
    "membership_as_a_table": (
        "{{ outhaul.membership([ref('members')], key='shopper_id') }}",
        "the model wants config(materialized='membership'), which keeps when somebody",
    ),
    "membership_of_nothing": (
        "{{ config(materialized='membership', meta={'outhaul': {'keep_days': 0}}) }}"
        "{{ outhaul.membership([], key='shopper_id') }}",
        "models: wants a list of segments",
    ),
    "membership_kept_for_no_day": (
        "{{ config(materialized='membership', meta={'outhaul': {'keep_days': 0}}) }}"
        "{{ outhaul.membership([ref('members')], key='shopper_id') }}",
        "meta.outhaul.keep_days: wants a whole number from 1 on, not the number 0",
    ),
    "membership_of_one": (
        "{{ config(materialized='membership') }}"
        "{{ outhaul.membership([ref('members')], key='shopper_id') }}",
        None,
    ),
    "lift_of_a_text": (
        LIFT.format("outcomes='country'"),
        "outcomes: 'country' (",
    ),
    "lift_of_nothing": (
        LIFT.format("outcomes=[], confidence=0.5"),
        "outcomes: wants a column, or a list of columns; confidence: wants one of 0.8,",
    ),
    "lift_of_a_name": (
        LIFT.format("outcomes='spent', acknowledged='trial_out'"),
        "acknowledged: wants ref('…') of a diff, not the text 'trial_out'",
    ),
    "lift_of_a_number": (LIFT.format("outcomes='spent'"), None),
    "holdout_of_no_strata": (
        "{{ outhaul.stratified_holdout(ref('trial'), key='person_id', salt='s',"
        " share=2, by=none) }}",
        "by: wants the column, or columns, whose values are the strata; share: wants a",
    ),
    "nth_of_nothing": (
        over("{'a': {'nth': 'shop', 'n': 0}}"),
        "fields.a.n: wants a whole number: 1 is the first, -1 the last, not the number",
    ),
    # the tree
    "tree_empty": (segment("{'all': []}"), "where.all: wants a list of at least one"),
    "tree_misspelled": (
        segment("{'colum': 'age', 'equals': 3}"),
        "this one has colum, equals; did you mean 'column'?",
    ),
    "tree_key_unknown": (
        segment("{'related': ref('purchases'), 'atleast': 3}"),
        "where: unknown 'atleast'; did you mean 'at_least'?",
    ),
    "tree_several": (
        segment(
            "[{'column': 'age', 'equals': 30.5}, {'column': 'sity', 'equals': 'x'},"
            " {'column': 'age', 'equals': 'x'}]"
        ),
        "; where[2].equals: the column 'age'",
    ),
    # SQL as text
    "text_that_ends_its_parenthesis": (
        segment("'1=1) or (1=1'"),
        "where: the SQL '1=1) or (1=1' is not whole: there is a ')' in it without its",
    ),
    "text_with_a_parenthesis_too_few": (
        segment("['age > 1', '(age > 1']"),
        "where[1]: the SQL '(age > 1' is not whole: there is a '(' in it without its",
    ),
    "text_with_a_quote_too_few": (
        segment('"city = \'Kiel"'),
        "its ' is of a quote or a comment that does not end in it",
    ),
    "text_with_a_comment_without_end": (
        segment("'age > 1 /* ) or (1=1'"),
        "its /* is of a quote or a comment",
    ),
    "text_with_a_comment_at_its_end": (
        segment("'age > 1 -- adults'"),
        "it ends with a comment, which would go on after it: write it as /* … */",
    ),
    "text_with_two_statements": (segment("'1=1; select 1'"), "there is a ';' in it"),
    "text_with_all_of_them_whole": (
        segment("\"(city <> ';)''(') /* ) */ and -- (\\n age > 1\""),
        None,
    ),
    "text_of_related_that_is_not_whole": (
        segment("{'related': ref('purchases'), 'where': 'amount > 1)'}"),
        "where.where: the SQL 'amount > 1)' is not whole",
    ),
    "text_of_related_on_columns_outside": (
        segment("{'related': ref('purchases'), 'where': 'age > 40'}"),
        "age",
    ),
    "text_of_related_on_its_own_columns": (
        segment("{'related': ref('purchases'), 'where': 'amount > 40'}"),
        None,
    ),
    "formula_that_is_not_whole": (
        fields("formulas={'a': '1) as b, (2'}"),
        "formulas.a: the SQL '1) as b, (2' is not whole",
    ),
    # exclusions
    "exclusion_misspelled": (
        "{{ outhaul.segment(ref('shoppers'), key='shopper_id',"
        " exclude=[{'model': 'members', 'bi': 'shopper_id'}]) }}",
        "exclude[0]: unknown 'bi'; did you mean 'by'?",
    ),
    # names
    "column_named_like_a_step": (
        "{{ outhaul.segment(ref('named_like_steps'), key='shopper_id') }}",
        "model: the column '_outhaul_key_1' of named_like_steps is named like the steps"
        " of outhaul's own queries: rename it",
    ),
    "field_named_like_our_own": (
        fields("formulas={'_outhaul_a': '1'}"),
        "formulas._outhaul_a: '_outhaul_a' is named like outhaul's own",
    ),
    # related models
    "related_without_key": (
        "{{ outhaul.segment(ref('shoppers'), where={'related': ref('purchases')}) }}",
        "where: 'by' is missing: the column that joins purchases to shoppers",
    ),
    "related_with_by": (
        "{{ outhaul.segment(ref('shoppers'),"
        " where={'related': ref('purchases'), 'by': 'shopper_id'}) }}",
        None,
    ),
    "related_key_not_there": (
        segment("{'related': ref('countries')}"),
        "where.by: 'shopper_id' is no column of countries",
    ),
    "related_keys_of_two_kinds": (
        segment("{'related': ref('purchases'), 'by': {'shopper_id': 'shop'}}"),
        "are of different kinds",
    ),
    "related_without_time": (
        segment("{'related': ref('purchases'), 'within_days': 30}"),
        "'time' is missing",
    ),
    "related_sum_of_text": (
        segment("{'related': ref('purchases'), 'sum': 'shop', 'at_least': 1}"),
        "'sum' does not apply to the column 'shop'",
    ),
    "related_sum_without_bound": (
        segment("{'related': ref('purchases'), 'sum': 'amount'}"),
        "wants one of at_least",
    ),
    "related_is_a_name": (segment("{'related': 'purchases'}"), "wants ref("),
    # calculated fields
    "field_taken": (over("{'city': {'count': '*'}}"), "'city' is a column of shoppers"),
    "field_twice": (
        fields("formulas={'a': '1', 'A': '2'}"),
        "there are two fields named 'A'",
    ),
    "field_badly_named": (fields("formulas={'a b': '1'}"), "letters, digits and _"),
    "field_of_nothing": (fields("formulas={}"), "no field is asked for"),
    "field_without_function": (over("{'a': {'total': 'amount'}}"), "unknown 'total'"),
    "field_default_of_another_kind": (
        over("{'a': {'max': 'amount', 'default': 'none'}}"),
        "wants a number, not the text 'none'",
    ),
    "field_last_without_time": (
        fields(
            "aggregates={'over': ref('purchases'), 'fields': {'a': {'last': 'shop'}}}"
        ),
        "'time' is missing",
    ),
    "label_of_unknown_column": (
        fields(
            "labels={'a': {'cases': {'x': {'column': 'agee', 'at_least': 1}},"
            " 'default': none}}"
        ),
        "labels.a.cases.x: 'agee' is no column",
    ),
    "label_without_default": (
        fields("labels={'a': {'cases': {'x': 'age > 1'}}}"),
        "labels.a: wants {'cases'",
    ),
    "parent_not_unique": (
        fields(
            "related=[{'from': ref('purchases'), 'by': 'shopper_id',"
            " 'fields': {'a': 'shop'}}]"
        ),
        "nothing says that purchases has one row for each shopper_id",
    ),
    "parent_unique_in_part": (
        fields(
            "related=[{'from': ref('partly_unique'), 'by': 'country_id',"
            " 'fields': {'a': 'country'}}]"
        ),
        "nothing says that partly_unique has one row for each country_id",
    ),
    "parent_unique_with_exceptions": (
        fields(
            "related=[{'from': ref('nearly_unique'), 'by': 'country_id',"
            " 'fields': {'a': 'country'}}]"
        ),
        "outhaul.unique_key with fail_above: 0",
    ),
    "parent_unique": (
        fields(
            "related=[{'from': ref('countries'), 'by': 'country_id',"
            " 'fields': {'a': 'country'}}]"
        ),
        None,
    ),
    # the rest
    "breakdown_of_nothing": (
        "{{ outhaul.breakdown(ref('shoppers'), 'town') }}",
        "outhaul.breakdown in model breakdown_of_nothing: column: 'town' is no column",
    ),
    "breakdown_top_zero": (
        "{{ outhaul.breakdown(ref('shoppers'), 'city', top=0) }}",
        "top: wants a whole number from 1 on",
    ),
    "overlap_of_two_parents": (
        "{{ outhaul.overlap([ref('members'), ref('purchase_keys')], 'shopper_id') }}",
        "only segments of the same parent can be compared",
    ),
    "overlap_of_two_without_parents": (
        "{{ outhaul.overlap([ref('countries'), ref('continents')], 'continent_id') }}",
        "models: countries is a part of no model or source that outhaul knows and"
        " continents is a part of no model",
    ),
    "overlap_of_one": (
        "{{ outhaul.overlap([ref('members')], 'shopper_id') }}",
        "two or more",
    ),
    "overlap_without_key": (
        "{{ outhaul.overlap([ref('members'), ref('recent_buyers')], none) }}",
        "'key' is missing",
    ),
    "keys_of_nothing": (
        "{{ outhaul.key_report(ref('shoppers'), 'id') }}",
        "key: 'id' is no column of shoppers",
    ),
    "keys_thresholds": (
        "{{ outhaul.key_report(ref('shoppers'), 'shopper_id', 0.2, 0.1) }}",
        "must be shares from 0 to 1",
    ),
    "split_shares": (
        "select {{ outhaul.split('a', 's', {'x': 0.5, 'y': 0.4}) }} as b",
        "add up to 1, not 0.5 + 0.4",
    ),
    "split_whole": ("select {{ outhaul.split('1', 's', {'x': 1}) }} as b", None),
    "as_of_wrong": (
        "{{ outhaul.segment(ref('shoppers'), as_of='yesterday') }}",
        "'as_of' must be a date",
    ),
    "holdout_without_key": (
        "{{ outhaul.segment(ref('shoppers'), holdout={'salt': 'a', 'share': 0.1}) }}",
        "holdout: 'key' is missing",
    ),
}


@pytest.fixture(scope="module")
def messages(built: SegmentProject) -> dict[str, str]:
    return built.refusals({name: sql for name, (sql, _) in CASES.items()})


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_said_while_compiling(
    messages: dict[str, str], name: str
) -> None:
    wanted = CASES[name][1]
    if wanted is None:
        assert messages[name] == ""
    else:
        assert wanted in messages[name]
