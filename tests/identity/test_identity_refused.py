"""What a wrong argument of the identities says."""

from __future__ import annotations

import pytest

from tests.segments.segment_project import SegmentProject
from tests.warehouses.choice import only_on

pytestmark = only_on("duckdb")


def keys(
    key: str = "'record_id'",
    identifiers: str = "{'email': 'email'}",
    rules: str = "{'r': 'email'}",
    rest: str = "",
) -> str:
    return (
        f"{{{{ outhaul.identity_keys(ref('people'), key={key},"
        f" identifiers={identifiers}, rules={rules}{rest}) }}}}"
    )


def clean(steps: str) -> str:
    return keys(identifiers=f"{{'email': {{'column': 'email', 'clean': {steps}}}}}")


def profiles(fields: str, rest: str = "") -> str:
    return (
        "{{ outhaul.profiles(ref('people'), ref('people_lookup'),"
        f" key=['source', 'record_id'], fields={fields}{rest}) }}}}"
    )


CASES = {
    "keys_without_key": (
        keys(key="none"),
        "outhaul.identity_keys in model keys_without_key: 'key' is missing",
    ),
    "keys_of_no_column": (keys(key="'id'"), "key: 'id' is no column of people"),
    "identifiers_as_list": (
        keys(identifiers="['email']"),
        "identifiers: wants a mapping of name to column",
    ),
    "identifier_of_no_column": (
        keys(identifiers="{'email': 'emial'}"),
        "identifiers.email: 'emial' is no column of people; did you mean 'email'?",
    ),
    "identifier_with_typo": (
        keys(identifiers="{'email': {'column': 'email', 'cleen': 'trim'}}"),
        "identifiers.email: unknown 'cleen'; did you mean 'clean'?",
    ),
    "step_unknown": (clean("['trim', 'lowr']"), "did you mean 'lower'?"),
    "step_without_country": (
        clean("'phone'"),
        "identifiers.email.clean.phone: wants a country such as {'phone': 'DE'}",
    ),
    "step_with_unknown_country": (clean("{'phone': 'XX'}"), "not the text 'XX'"),
    "step_with_unknown_column": (
        clean("{'phone': {'column': 'land'}}"),
        "clean.phone.column: 'land' is no column of people",
    ),
    "ignore_numbers": (
        keys(identifiers="{'email': {'column': 'email', 'ignore': [0]}}"),
        "identifiers.email.ignore: wants a text or a list of texts",
    ),
    "rules_missing": (keys(rules="none"), "rules: wants a mapping of name"),
    "rule_of_unknown": (
        keys(rules="{'r': ['email', 'fone']}"),
        "rules.r: 'fone' is no identifier (there are email)",
    ),
    "rule_empty": (keys(rules="{'r': []}"), "rules.r: wants an identifier"),
    "limit_of_one": (
        keys(rest=", conflict_limit=1"),
        "conflict_limit: wants a whole number from 2 on, not the number 1",
    ),
    "limit_of_a_rule": (
        keys(rules="{'r': {'all': 'email', 'conflict_limit': 'ten'}}"),
        "rules.r.conflict_limit: wants a whole number from 2 on",
    ),
    "resolve_as_table": (
        "{{ outhaul.resolve(ref('people_keys'), key=['source', 'record_id']) }}",
        "the model wants config(materialized='resolved')",
    ),
    "resolve_of_no_keys": (
        "{{ config(materialized='resolved') }}"
        "{{ outhaul.resolve(ref('people'), key=['source', 'record_id']) }}",
        "keys: 'rule' is no column of people",
    ),
    "resolve_of_own_query": (
        "{{ config(materialized='resolved') }} select 1 as n",
        "must be the query of outhaul.resolve",
    ),
    "resolve_with_typo": (
        "{{ config(materialized='resolved', meta={'outhaul': {'rounds': 3}}) }}"
        "{{ outhaul.resolve(ref('people_keys'), key=['source', 'record_id']) }}",
        "meta.outhaul: unknown 'rounds'",
    ),
    "resolve_without_keys": (
        "{{ config(materialized='resolved') }}"
        "{{ outhaul.resolve(ref('keyless'), key='record_id') }}",
        "1 rows have no key: null in record_id",
    ),
    "profiles_of_no_fields": (profiles("none"), "fields: wants a mapping of name"),
    "profiles_by_typo": (
        profiles("{'email': 'longst'}"),
        "fields.email: unknown rule: the text 'longst'; did you mean 'longest'?",
    ),
    "profiles_without_time": (
        profiles("{'email': 'most_recent'}"),
        "fields.email: 'time' is missing",
    ),
    "profiles_without_source": (
        profiles("{'email': 'source_priority'}"),
        "fields.email: 'source' is missing",
    ),
    "profiles_without_priority": (
        profiles("{'email': 'source_priority'}", ", source='source'"),
        "fields.email: 'priority' must be a list of sources",
    ),
    "profiles_of_no_column": (
        profiles("{'mail': 'longest'}"),
        "fields.mail: 'mail' is no column of people",
    ),
    "profiles_of_a_taken_name": (
        profiles("{'profile_id': {'column': 'email', 'by': 'longest'}}"),
        "fields.profile_id: the result has a column of that name already",
    ),
    "profiles_without_lookup": (
        "{{ outhaul.profiles(ref('people'), ref('people'), key='record_id',"
        " fields={'email': 'longest'}) }}",
        "lookup: 'profile_id' is no column of people",
    ),
    "pairs_of_no_keys": (
        "{{ outhaul.matched_pairs(ref('people'), key='record_id') }}",
        "keys: 'identity_key' is no column of people",
    ),
    "unresolved_without_key": (
        "{{ outhaul.unresolved(ref('people_keys'), key=none) }}",
        "'key' is missing",
    ),
    "report_of_no_profiles": (
        "{{ outhaul.identity_report(ref('people_keys'), ref('people')) }}",
        "lookup: 'profile_id' is no column of people",
    ),
}


@pytest.fixture(scope="module")
def messages(built: SegmentProject) -> dict[str, str]:
    keyless = (
        "select null::integer as record_id, 'r' as rule, 'k' as identity_key,"
        " false as is_conflict"
    )
    models = {name: sql for name, (sql, _) in CASES.items()}
    return built.refusals({"keyless": keyless, **models})


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_said(messages: dict[str, str], name: str) -> None:
    assert CASES[name][1] in messages[name]
