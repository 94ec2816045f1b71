"""Each segment macro beside hand-written SQL: `python -m benchmarks.segments`.

dbt compiles the macros; the SQL of both is then run in turn in one DuckDB, each as
`create table … as`, and the best of the repetitions counts. What is measured is
processor time, which other programs on the machine disturb less than the clock's. Both
must give the same rows, so a query that is fast because it is wrong is noticed.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import yaml

ROOT = Path(__file__).resolve().parents[1]
PROJECT = Path(__file__).parent / "segments_project"
ALLOWED = 1.2
"""How much longer than by hand a macro may take."""


@dataclass(frozen=True)
class Case:
    """What a macro computes, and the same by hand."""

    name: str
    model: str
    by_hand: str


def data(customers: int, orders: int) -> list[str]:
    """Statements that make the tables; numbers come in no order of the key."""
    return [
        "create schema benchmark",
        f"""create table benchmark.customers as
        select n as customer_id, 'customer' || n || '@example.org' as email,
            'C' || (n * 7919 % 40) as country,
            timestamp '2018-01-01' + to_days(cast(n * 31 % 2900 as integer))
                as registered_at
        from range(1, {customers + 1}) as numbers (n)
        order by n * 7919 % 1000003""",
        f"""create table benchmark.orders as
        select n as order_id, 1 + n * 7919 % {customers * 11 // 10} as customer_id,
            timestamp '2024-01-01' + to_seconds(cast(n * 104729 % 63072000 as bigint))
                as ordered_at,
            cast(n * 37 % 50000 / 100.0 as decimal(10, 2)) as amount,
            ['completed', 'shipped', 'returned', 'cancelled'][1 + n * 13 % 17 % 4]
                as status
        from range(1, {orders + 1}) as numbers (n)""",
        "create table benchmark.countries as select 'C' || n as country,"
        " 'region ' || n % 5 as region from range(40) as numbers (n)",
    ]


SEGMENTS = ("vip", "recent", "german")
CUSTOMERS = "source('shop', 'customers')"
ORDERS = "source('shop', 'orders')"


def fields(declared: str) -> str:
    """A model with these aggregates over the orders."""
    return (
        f"{{{{ outhaul.with_fields({CUSTOMERS}, key='customer_id', as_of='2025-12-01',"
        f" aggregates={{'over': {ORDERS}, 'time': 'ordered_at',"
        f" 'fields': {declared}}}) }}}}"
    )


def by_hand(aggregates: str, columns: str) -> str:
    return f"""with figures as (
        select customer_id, {aggregates} from benchmark.orders group by customer_id
    )
    select customers.*, {columns}
    from benchmark.customers
    left join figures on customers.customer_id = figures.customer_id"""


CASES = [
    Case(
        "key_report",
        f"{{{{ outhaul.key_report({ORDERS}, 'order_id') }}}}",
        """with counted as (
            select order_id, count(*) as n from benchmark.orders group by order_id
        )
        select sum(n)::bigint, count(order_id),
            coalesce(sum(n) filter (where order_id is null), 0)::bigint,
            count(*) filter (where order_id is not null and n > 1),
            sum(n - 1) filter (where order_id is not null)::bigint,
            count(order_id)::double / sum(n) filter (where order_id is not null),
            'clean'
        from counted""",
    ),
    Case(
        "with_fields: count, sum, average, max, two filters",
        fields(
            "{'orders': {'count': '*'}, 'spent': {'sum': 'amount'},"
            " 'average_order': {'average': 'amount'}, 'last_at': {'max': 'ordered_at'},"
            " 'returned': {'count': '*', 'where': {'column': 'status',"
            " 'equals': 'returned'}}, 'lately': {'sum': 'amount', 'within_days': 90}}"
        ),
        by_hand(
            "count(*) as orders, sum(amount) as spent, avg(amount) as average_order,"
            " max(ordered_at) as last_at,"
            " count(*) filter (where status = 'returned') as returned,"
            " sum(amount) filter (where ordered_at > timestamp '2025-09-02'"
            " and ordered_at <= timestamp '2025-12-01') as lately",
            "coalesce(orders, 0), coalesce(spent, 0), average_order, last_at,"
            " coalesce(returned, 0), coalesce(lately, 0)",
        ),
    ),
    Case(
        "with_fields: first, last",
        fields("{'first': {'first': 'status'}, 'last': {'last': 'status'}}"),
        by_hand(
            "first(status order by ordered_at, status) as first_status,"
            " last(status order by ordered_at, status) as last_status",
            "first_status, last_status",
        ),
    ),
    Case(
        "with_fields: most_frequent",
        fields("{'favourite': {'most_frequent': 'status'}}"),
        """with ranked as (
            select customer_id, status, row_number() over (
                partition by customer_id order by count(*) desc, status
            ) as place
            from benchmark.orders group by customer_id, status
        )
        select customers.*, ranked.status
        from benchmark.customers
        left join ranked
            on customers.customer_id = ranked.customer_id and place = 1""",
    ),
    Case(
        "with_fields: list, count_distinct",
        fields("{'statuses': {'list': 'status'}, 'n': {'count_distinct': 'status'}}"),
        by_hand(
            "string_agg(distinct status, ', ' order by status) as statuses,"
            " count(distinct status) as n",
            "statuses, coalesce(n, 0)",
        ),
    ),
    Case(
        "with_fields: related, formula, label",
        f"{{{{ outhaul.with_fields({CUSTOMERS}, related={{'from':"
        " source('shop', 'countries'), 'by': 'country',"
        " 'fields': {'region': 'region'}},"
        " formulas={'name_length': 'length(email)'}, labels={'age': {'cases': {'old':"
        " {'column': 'registered_at', 'before': '2020-01-01'}}, 'default': 'new'}})"
        " }}",
        """select customers.*, region, length(email),
            case when registered_at < timestamp '2020-01-01' then 'old' else 'new' end
        from benchmark.customers left join benchmark.countries using (country)""",
    ),
    Case(
        "segment: at least 3 orders over 100 in 180 days",
        f"{{{{ outhaul.segment({CUSTOMERS}, key='customer_id', as_of='2025-12-01',"
        f" where={{'related': {ORDERS}, 'where': {{'column': 'amount', 'greater_than':"
        " 100}, 'within_days': 180, 'time': 'ordered_at', 'at_least': 3}) }}",
        """select * from benchmark.customers where customer_id in (
            select customer_id from benchmark.orders
            where amount > 100 and ordered_at > timestamp '2025-06-04'
                and ordered_at <= timestamp '2025-12-01'
            group by customer_id having count(*) >= 3
        )""",
    ),
    Case(
        "segment: own columns, has never, in and not in segments",
        f"{{{{ outhaul.segment({CUSTOMERS}, key='customer_id', where=["
        "{'column': 'country', 'in': ['C1', 'C2', 'C3', 'C5', 'C7', 'C8']},"
        f" {{'related': {ORDERS}, 'where': {{'column': 'status', 'equals':"
        " 'cancelled'}, 'never': true}, {'in_segment': ref('recent')},"
        " {'not_in_segment': ref('vip')}]) }}",
        """select * from benchmark.customers as c
        where country in ('C1', 'C2', 'C3', 'C5', 'C7', 'C8')
            and not exists (select 1 from benchmark.orders as o
                where o.customer_id = c.customer_id and status = 'cancelled')
            and exists (select 1 from benchmark.recent as r
                where r.customer_id = c.customer_id)
            and not exists (select 1 from benchmark.vip as v
                where v.customer_id = c.customer_id)""",
    ),
    Case(
        "segment: two conditions on the same related model",
        f"{{{{ outhaul.segment({CUSTOMERS}, key='customer_id', where={{'any': ["
        f"{{'related': {ORDERS}, 'at_least': 8}}, {{'related': {ORDERS},"
        " 'sum': 'amount', 'at_least': 1500}]}) }}",
        """with figures as (
            select customer_id, count(*) as orders, sum(amount) as spent
            from benchmark.orders group by customer_id
        )
        select customers.* from benchmark.customers
        join figures on customers.customer_id = figures.customer_id
        where orders >= 8 or spent >= 1500""",
    ),
    Case(
        "split",
        "select customer_id, {{ outhaul.split('customer_id', 'a', {'x': 0.1,"
        " 'y': 0.9}) }}"
        f" as part from {{{{ {CUSTOMERS} }}}}",
        """select customer_id, case when md5('a:' || customer_id) < '1999999a'
            then 'x' else 'y' end as part from benchmark.customers""",
    ),
    Case(
        "breakdown",
        f"{{{{ outhaul.breakdown({CUSTOMERS}, 'country', top=5) }}}}",
        """with counted as (
            select country, count(*) as n from benchmark.customers group by country
        ), ranked as (
            select *, row_number() over (order by n desc, country) as place from counted
        )
        select least(place, 6)::bigint,
            case when place <= 5 then country else 'other' end,
            place > 5, count(*), sum(n)::bigint,
            sum(n) / (select count(*) from benchmark.customers)::double
        from ranked group by 1, 2, 3""",
    ),
    Case(
        "overlap of three segments",
        "{{ outhaul.overlap([ref('vip'), ref('recent'),"
        " ref('german')], key='customer_id') }}",
        " union all ".join(
            f"""select '{left}', '{right}', a, b, c, a + b - c, c / (a + b - c)::double,
                c / a::double, c / b::double from (select
                (select count(distinct customer_id) from benchmark.{left}) as a,
                (select count(distinct customer_id) from benchmark.{right}) as b,
                (select count(distinct customer_id) from benchmark.{left}
                    join benchmark.{right} using (customer_id)) as c)"""
            for left, right in (
                ("vip", "recent"),
                ("vip", "german"),
                ("recent", "german"),
            )
        ),
    ),
]


def compiled(folder: Path, database: Path) -> dict[str, str]:
    """The SQL of every case, as dbt compiles its macro."""
    from dbt.cli.main import dbtRunner

    project = folder / "project"
    shutil.copytree(PROJECT, project)
    packages = project / "packages.yml"
    packages.write_text(packages.read_text().replace("OUTHAUL_ROOT", str(ROOT)))
    output = {"type": "duckdb", "path": str(database), "schema": "benchmark"}
    profile = {"benchmark": {"target": "dev", "outputs": {"dev": output}}}
    (project / "profiles.yml").write_text(yaml.safe_dump(profile))
    for number, case in enumerate(CASES):
        (project / "models" / f"case_{number}.sql").write_text(case.model)
    places = ["--project-dir", str(project), "--profiles-dir", str(project)]
    for command in (["deps"], ["run", "--select", *SEGMENTS], ["compile"]):
        result = dbtRunner().invoke(["--quiet", *command, *places])
        assert result.success, result.exception
    target = project / "target" / "compiled" / "benchmark_segments" / "models"
    return {
        case.name: (target / f"case_{number}.sql").read_text()
        for number, case in enumerate(CASES)
    }


def measure(customers: int, orders: int, repeat: int) -> list[tuple[str, float, float]]:
    """Name, seconds of the macro and seconds by hand of each case."""
    with tempfile.TemporaryDirectory(prefix="outhaul-benchmark-") as name:
        database = Path(name) / "segments.duckdb"
        with duckdb.connect(str(database)) as connection:
            for statement in data(customers, orders):
                connection.execute(statement)
        queries = compiled(Path(name), database)
        with duckdb.connect(str(database)) as connection:
            return [_compare(connection, case, queries, repeat) for case in CASES]


def _compare(
    connection: duckdb.DuckDBPyConnection,
    case: Case,
    queries: dict[str, str],
    repeat: int,
) -> tuple[str, float, float]:
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeat):
        for side, query in enumerate((queries[case.name], case.by_hand)):
            started = time.process_time()
            connection.execute(f"create or replace table result_{side} as {query}")
            times[side].append(time.process_time() - started)
    differing = connection.execute(
        "select count(*) from ((from result_0 except all from result_1) union all"
        " (from result_1 except all from result_0))"
    ).fetchone()
    assert differing == (0,), f"{case.name} differs from the same by hand"
    return case.name, min(times[0]), min(times[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--orders", type=int, default=5_000_000)
    parser.add_argument("--repeat", type=int, default=5)
    given = parser.parse_args()
    found = measure(given.customers, given.orders, given.repeat)
    print("| macro | CPU seconds | by hand | ratio |\n| --- | ---: | ---: | ---: |")
    for name, macro, hand in found:
        print(f"| {name} | {macro:.2f} | {hand:.2f} | {macro / hand:.2f} |")
    median = statistics.median(macro / hand for _, macro, hand in found)
    slow = [name for name, macro, hand in found if macro > ALLOWED * hand]
    print(f"\nMedian ratio {median:.2f}; above {ALLOWED}: {', '.join(slow) or 'none'}.")


if __name__ == "__main__":
    main()
