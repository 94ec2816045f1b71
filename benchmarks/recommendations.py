"""How often recommendations hit: `python -m benchmarks.recommendations`.

With `--chinook` and the folder of that shop for music, as CSV files: what its 59
customers bought in the last year, beside what is recommended by the years before.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.identity import Project

BOUGHT = """select i.customer_id, t.{item} as item
from read_csv('{folder}/invoice_lines.csv') as l
join read_csv('{folder}/invoices.csv') as i using (invoice_id)
join read_csv('{folder}/tracks.csv') as t using (track_id)
where i.invoice_date {when} '2025-01-01'"""
SIMILAR = """{{{{ config(materialized='table') }}}}{{{{ outhaul.item_similarity(
    source('given', '{name}_before'), key='customer_id', item='item',
    min_support={support},
) }}}}"""
OFFERS = """{{{{ config(materialized='table') }}}}{{{{ outhaul.recommendations(
    source('given', '{name}_before'), ref('{name}_similar'), key='customer_id',
    item='item', top=5,
) }}}}"""
HITS = """{{{{ config(materialized='table') }}}}{{{{ outhaul.recommendation_hits(
    ref('{name}_offers'), source('given', '{name}_before'),
    source('given', '{name}_after'), key='customer_id', item='item', top=5,
) }}}}"""
ITEMS = {"album_id": "album", "track_id": "track"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chinook", type=Path, required=True)
    folder = parser.parse_args().chinook
    with tempfile.TemporaryDirectory() as place:
        project = Project(Path(place))
        for item, name in ITEMS.items():
            for suffix, when in (("before", "<"), ("after", ">=")):
                query = BOUGHT.format(item=item, folder=folder, when=when)
                project.table(f"{name}_{suffix}", query)
            project.model(f"{name}_similar", SIMILAR.format(name=name, support=2))
            project.model(f"{name}_offers", OFFERS.format(name=name))
            project.model(f"{name}_hits", HITS.format(name=name))
        project.run("deps")
        project.run("run")
        print("| items | method | customers | hits | rate |")
        print("| --- | --- | --- | --- | --- |")
        for name in ITEMS.values():
            for row in project.sql(f"from benchmark.{name}_hits order by all"):
                print("|", name, *(f"| {each}" for each in row), "|")


if __name__ == "__main__":
    main()
