"""What passes for Redshift in the tests refuses what Redshift does not have."""

from __future__ import annotations

import re

import pytest

from tests.warehouses.redshift_sql import NotInRedshift, to_postgres

# what is missing, and how the same can be said
LACKS = {
    "IS DISTINCT FROM": (
        "select 1 from t where a is distinct from b",
        "select 1 from t where decode(a, b, 0, 1) = 1",
    ),
    "ON CONFLICT": (
        "insert into t select 1 on conflict do nothing",
        "insert into t select 1 where not exists (select 1 from t where t.a = 1)",
    ),
    "RETURNING": ("insert into t values (1) returning a", "insert into t values (1)"),
    "FILTER": (
        "select count(*) filter (where a = 1) from t",
        "select count(case when a = 1 then 1 end) from t",
    ),
    "FOR UPDATE": ("select a from t for update skip locked", "select a from t"),
    "LATERAL": (
        "select 1 from t, lateral (select t.a) as u",
        "select 1 from t, (select a from t) as u",
    ),
    "DISTINCT ON": ("select distinct on (a) a from t", "select distinct a from t"),
    "VALUES as a table": (
        "select n from (values (1), (2)) as t (n)",
        "select n from (select 1 as n union all select 2) as t",
    ),
    "COUNT(DISTINCT) of several": (
        "select count(distinct a, b) from t",
        "select count(distinct fnv_hash(a, fnv_hash(b))) from t",
    ),
    "row constructors": (
        "select 1 from t where (a, b) = (1, 2)",
        "select 1 from t where a = 1 and b = 2",
    ),
    "indexes": ("create index i on t (a)", "create table i (a int)"),
    "CREATE OR REPLACE TABLE": (
        "create or replace table u as select 1 as a",
        "create table u as select 1 as a",
    ),
    "IF NOT EXISTS": (
        "create table if not exists u as select 1 as a",
        "create table if not exists u (a int)",
    ),
    "alias of the table of a DELETE": (
        "delete from t as u where u.a = 1",
        "delete from t where t.a = 1",
    ),
    "correlated subquery below OR": (
        "select 1 from t where a = 1 or exists (select 1 from u where u.a = t.a)",
        "select 1 from t where a = 1 and exists (select 1 from u where u.a = t.a)",
    ),
    "array_agg()": ("select array_agg(a) from t", "select max(a) from t"),
    "generate_series()": ("select a, generate_series(1, 2) from t", "select a from t"),
    "now()": ("select now() from t", "select 'now()', getdate() from t"),
    "current_timestamp": ("select current_timestamp from t", "select sysdate from t"),
    "substr()": ("select substr(a, 1, 2) from t", "select substring(a, 1, 2) from t"),
    "several statements": ("select 1 from t; select 2 from t", "select 1 from t"),
    "not SQL of Redshift": ("select from where", "select a from t where true"),
}


@pytest.mark.parametrize("lacks", LACKS)
def test_what_redshift_lacks_is_refused_and_what_stands_for_it_is_not(
    lacks: str,
) -> None:
    refused, accepted = LACKS[lacks]
    with pytest.raises(NotInRedshift, match=re.escape(lacks)):
        to_postgres(refused)
    assert to_postgres(accepted)


def test_a_text_without_a_size_is_as_short_as_there() -> None:
    assert "VARCHAR(256)" in to_postgres("select cast(a as varchar) from t")
    sized = "select cast(a as varchar(65535)) from t"
    assert to_postgres(sized) == sized
    catalog = "select cast(proname as varchar) from pg_proc"
    assert to_postgres(catalog) == catalog


def test_placeholders_survive_a_translation() -> None:
    translated = to_postgres("select dateadd(second, 5, sysdate), $1, $2 from t")
    assert "$1, $2" in translated and "dateadd" not in translated.lower()
