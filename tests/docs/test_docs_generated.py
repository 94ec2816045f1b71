"""Reference pages say what the code says."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from outhaul.registry.diff_keys import BUILD_KEYS
from outhaul.sandbox.faults import ALL_FAULTS, FILES, Fault
from scripts import generate_docs
from tests.docs.pages import ROOT, tables

GENERATED = generate_docs.generated()
PUBLIC = re.compile(r"{%-? *macro ([a-z]\w*)\(([^)]*)\)")
GENERIC_TEST = re.compile(r"{%-? test ([a-z]\w*)\(([^)]*)\)")


@pytest.mark.parametrize("file", GENERATED, ids=lambda file: file.name)
def test_what_is_generated_is_up_to_date(file: Path) -> None:
    assert not generate_docs.is_stale(file, GENERATED[file]), (
        "run: python scripts/generate_docs.py"
    )


def test_a_part_that_is_out_of_date_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- generated: results -->\nold\n<!-- /generated -->\n")
    assert "`succeeded`" in generate_docs.filled(page)
    assert generate_docs.is_stale(page, generate_docs.filled(page))
    assert generate_docs.is_stale(tmp_path / "missing.json", "{}")


def test_every_generated_part_stands_on_some_page() -> None:
    written = "".join(page.read_text("utf-8") for page in generate_docs.pages())
    used = {found["name"].split()[0] for found in generate_docs.PART.finditer(written)}
    assert used == set(generate_docs.PARTS)


def public_macros() -> dict[str, dict[str, list[str]]]:
    """Folder to the public macros in its files, each with its arguments."""
    found: dict[str, dict[str, list[str]]] = {}
    for file in sorted((ROOT / "macros").glob("*/*.sql")):
        for name, arguments in PUBLIC.findall(file.read_text("utf-8")):
            if "__" not in name:
                names = [each.split("=")[0].strip() for each in arguments.split(",")]
                found.setdefault(file.parent.name, {})[name] = [n for n in names if n]
    for file in sorted((ROOT / "macros").glob("*/tests/*.sql")):
        for name, arguments in GENERIC_TEST.findall(file.read_text("utf-8")):
            names = [each.split("=")[0].strip() for each in arguments.split(",")]
            found.setdefault(file.parents[1].name, {})[f"test_{name}"] = names
    return found


def test_every_public_macro_is_described_with_its_arguments() -> None:
    described = {
        folder: {
            entry["name"]: [each["name"] for each in entry.get("arguments", [])]
            for entry in entries
            if not generate_docs.is_materialization(entry)
        }
        for folder, entries in generate_docs.documented_macros().items()
    }
    described = {folder: entries for folder, entries in described.items() if entries}
    assert described == public_macros()


# Of dbt itself, which warns of others from 1.12 on: bool, and not boolean; list[any],
# and not list.
TYPE = re.compile(
    r"string|bool|integer|float|any|relation|column|list\[\w+\]|dict\[\w+, \w+\]"
)


def test_the_types_of_arguments_are_those_that_dbt_knows() -> None:
    types = [
        argument["type"]
        for entries in generate_docs.documented_macros().values()
        for entry in entries
        for argument in entry.get("arguments", [])
    ]
    assert [each for each in types if not TYPE.fullmatch(each)] == []
    assert not TYPE.fullmatch("boolean") and not TYPE.fullmatch("list")


def test_what_differs_between_warehouses_is_not_shown_to_users() -> None:
    assert len(generate_docs.documented_macros()["warehouses"]) > 40
    assert generate_docs.public_macros("warehouses") == []
    shown = [each["name"] for each in generate_docs.public_macros("ledger")]
    assert shown == ["create_ledger", "release_leases", "ledger_relation"]


def test_every_materialization_is_described() -> None:
    files = sorted((ROOT / "macros").glob("*/*.sql"))
    text = "".join(file.read_text() for file in files)
    written = re.findall(r"{% materialization (\w+), (\w+) %}", text)
    described = [
        entry["name"]
        for entries in generate_docs.documented_macros().values()
        for entry in entries
        if generate_docs.is_materialization(entry)
    ]
    wanted = [f"materialization_{name}_{kind}" for name, kind in written]
    assert sorted(described) == sorted(wanted)


def test_the_keys_of_a_build_are_documented() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    rows = tables(page)["Keys that the build uses"]
    assert [row[0].strip("`") for row in rows[1:]] == list(BUILD_KEYS)


def test_the_faults_of_the_sandbox_are_documented() -> None:
    page = (ROOT / "docs" / "sandbox.md").read_text("utf-8").partition("## Faults")[2]
    kinds, keys = (each for each in page.split("\n\n") if each.startswith("|"))
    assert set(re.findall(r"^\| `(\w+)`", kinds, re.MULTILINE)) == {"what"} | ALL_FAULTS
    documented = re.findall(r"^\| `(\w+)` \| (.+?) \|", keys, re.MULTILINE)
    fields = {each.name: each for each in dataclasses.fields(Fault)}
    assert [name for name, _ in documented] == list(fields)
    assert all(f"`{name}`" in keys for name in FILES)
