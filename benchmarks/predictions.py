"""How well purchases are predicted: `python -m benchmarks.predictions --cdnow FILE`.

FILE is `CDNOW_sample.txt`: the purchases of 2,357 customers who first bought in the
first quarter of 1997, to the middle of 1998 (in the wheel of `lifetimes`, `pip download
--no-deps lifetimes`). The parameters of its first 39 weeks are published.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from benchmarks.identity import Project

SUMMARY = """{{ outhaul.purchase_summary(
    source('given', 'purchases'), key='customer_id', time='bought_on', value='amount',
    holdout_days=273,
) }}"""
FIT = """{{ config(materialized='fitted') }}
{{ outhaul.fit_purchases(ref('summary')) }}"""
VALUE = "{{ outhaul.expected_value(ref('summary'), ref('fit'), key='customer_id') }}"
DECILES = "{{ outhaul.calibration(ref('summary'), ref('fit'), key='customer_id') }}"
READ = """select trim(line)[7:10] as customer_id,
    strptime(trim(line)[12:19], '%Y%m%d')::date as bought_on,
    trim(line)[23:]::double as amount
from read_csv('{file}', columns={{'line': 'varchar'}}, header=false, delim='|')"""
REPEATED = """select customer_id || '-' || n as customer_id, bought_on, amount
from ({query}) as purchases cross join range({times}) as numbers (n)"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cdnow", type=Path, required=True)
    parser.add_argument("--times", type=int, default=1, help="each customer so often")
    parser.add_argument("--write", type=Path, help="a CSV file of what is expected")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder))
        query = READ.format(file=arguments.cdnow)
        if arguments.times > 1:
            query = REPEATED.format(query=query, times=arguments.times)
        project.table("purchases", query)
        project.model("summary", "{{ config(materialized='table') }}" + SUMMARY)
        project.model("fit", FIT)
        project.model("value", "{{ config(materialized='table') }}" + VALUE)
        project.model("deciles", "{{ config(materialized='table') }}" + DECILES)
        project.run("deps")
        variables = ["--vars", "outhaul_as_of: '1998-06-30'"]
        for build in ("first", "second"):
            started = time.perf_counter()
            seconds = project.run("run", *variables)
            print(build, round(time.perf_counter() - started, 1), "s", seconds)
        show(project, "select * from benchmark.fit order by fitted_to")
        show(project, "select * from benchmark.deciles order by decile")
        show(project, "select * from benchmark.value order by customer_id limit 5")
        if arguments.write:
            project.sql(f"copy benchmark.value to '{arguments.write}'")


def show(project: Project, query: str) -> None:
    for row in project.sql(query):
        print(*(round(x, 4) if isinstance(x, float) else x for x in row), sep=" | ")


if __name__ == "__main__":
    main()
