"""The data: invented customers, made by the warehouse itself, and one day's changes.

The statements are the same on DuckDB and PostgreSQL.
"""

from __future__ import annotations

COLUMNS = (
    "customer_id",
    "email",
    "full_name",
    "country",
    "lifetime_value",
    "order_count",
    "is_subscribed",
    "born_on",
    "last_seen_at",
    "note",
)

_FIRST = ("Ada", "Zoë", "Björn", "Chidi", "Mei", "Núria", "Omar", "Ravi", "Sinéad")
_LAST = ("O'Neill", "Müller", "Nguyen", "Okafor", "Silva", "Novák", "Sato", "Kaya")
_COUNTRIES = ("AT", "BR", "DE", "ES", "FR", "GR", "IE", "IN", "JP", "NG", "PL", "US")
_SHUFFLE = 1_000_003
"""A prime above the largest number of rows: rows lie in no order of their key."""


def create(table: str, rows: int) -> str:
    """Create the table with so many customers, their keys from 1 on."""
    return (
        f"create table {table} as {_customers(1, rows)}"
        f" order by (number * cast(7919 as bigint)) % {_SHUFFLE}"
    )


def one_day(table: str, rows: int) -> list[str]:
    """Statements that change 1 % of the rows, remove 0.5 % and add 0.5 %."""
    added = max(1, rows // 200)
    return [
        f"update {table} set lifetime_value = lifetime_value + 12.5,"
        " order_count = order_count + 1,"
        " last_seen_at = last_seen_at + interval '1 day' where customer_id % 100 = 7",
        f"delete from {table} where customer_id % 200 = 11",
        f"insert into {table} {_customers(rows + 1, rows + added)}",
    ]


def _customers(first: int, last: int) -> str:
    return (
        "select cast(number as bigint) as customer_id,"
        " 'customer.' || number || '@' || (number % 97) || '.example.com' as email,"
        f" {_pick(_FIRST, 'number')} || ' ' || {_pick(_LAST, 'number / 7')}"
        " as full_name,"
        f" {_pick(_COUNTRIES, 'number / 3')} as country,"
        " cast((number * cast(7907 as bigint)) % 1000000 / 100.0 as numeric(10, 2))"
        " as lifetime_value,"
        " cast(number % 41 as integer) as order_count,"
        " number % 3 = 0 as is_subscribed,"
        " date '1950-01-01' + cast(number % 20000 as integer) as born_on,"
        " timestamp '2025-01-01' + interval '37 second' * (number % 800000)"
        " as last_seen_at,"
        " case when number % 5 > 0 then 'Asked about order ' || number % 9973"
        " || ', answered the same day' end as note"
        f" from generate_series({first}, {last}) as numbers (number)"
    )


def _pick(words: tuple[str, ...], number: str) -> str:
    escaped = (word.replace("'", "''") for word in words)
    listed = ", ".join(f"'{word}'" for word in escaped)
    index = f"cast(floor({number}) as integer) % {len(words)} + 1"
    return f"(array[{listed}])[{index}]"
