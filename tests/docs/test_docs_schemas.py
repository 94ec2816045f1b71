"""The JSON schemas for editors: they take what the pages show, and mark mistakes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from outhaul.config.project import load_project
from outhaul.errors import ConfigurationError
from outhaul.registry.destinations import load_destinations
from outhaul.registry.platforms import PLATFORMS
from tests.docs.pages import ROOT, code, pages

SCHEMAS = {
    name: json.loads((ROOT / "docs" / "schemas" / f"{name}.json").read_text("utf-8"))
    for name in ("destinations", "models")
}


def problems(schema: str, content: Any) -> list[str]:
    """What an editor would mark; of several alternatives, each one's complaint."""
    found = Draft7Validator(SCHEMAS[schema]).iter_errors(content)
    return [str(each.message) for error in found for each in (error, *error.context)]


def examples() -> Iterator[tuple[str, str, Any]]:
    """The schema, the place and the content of each file that it is for."""
    yield (
        "destinations",
        "starter",
        yaml.safe_load((ROOT / "dbt_project" / "destinations.yml").read_text("utf-8")),
    )
    for file in sorted((ROOT / "models").glob("*/*.yml")):
        yield "models", file.stem, yaml.safe_load(file.read_text("utf-8"))
    # The schemas know our own platforms alone.
    for page in (page for page in pages() if page.stem != "your-own"):
        for block in code(page.read_text("utf-8"), "yaml"):
            content = yaml.safe_load(block) or {}
            if "destinations" in content:
                yield "destinations", page.stem, content
            elif isinstance(content.get("models"), list):
                yield "models", page.stem, content
            elif "config" in content:
                yield "models", page.stem, {"models": [content]}


EXAMPLES = list(examples())


@pytest.mark.parametrize("schema", SCHEMAS)
def test_the_schemas_are_schemas(schema: str) -> None:
    Draft7Validator.check_schema(SCHEMAS[schema])


@pytest.mark.parametrize(
    ("schema", "where", "content"), EXAMPLES, ids=[each[1] for each in EXAMPLES]
)
def test_the_starter_and_the_documentation_are_taken(
    schema: str, where: str, content: Any
) -> None:
    assert problems(schema, content) == []


def test_there_is_an_example_of_every_platform() -> None:
    declared = [
        entry["type"]
        for schema, _, content in EXAMPLES
        if schema == "destinations"
        for entry in content["destinations"].values()
    ]
    assert set(declared) == set(PLATFORMS)
    assert len([each for each in EXAMPLES if each[0] == "models"]) > 20


@pytest.mark.parametrize(
    "file",
    [
        ROOT / "dbt_project" / "destinations.yml",
        *(ROOT / "models" / "diffs").glob("*.yml"),
    ],
    ids=lambda file: file.stem,
)
def test_the_starter_names_the_schema_of_its_files(file: Path) -> None:
    first = file.read_text("utf-8").splitlines()[0]
    # What `dbt deps` links there is this repository.
    way = first.removeprefix("# yaml-language-server: $schema=").replace(
        "dbt_packages/outhaul", ".."
    )
    named = (file.parent / way).resolve()
    expected = "destinations" if file.stem == "destinations" else "models"
    assert named == ROOT / "docs" / "schemas" / f"{expected}.json"


ACCOUNT = {
    "type": "webhook",
    "url": "https://example.com",
    "secret_headers": {"Authorization": "{{ env_var('KEY') }}"},
    "concurrency": "{{ env_var('CONCURRENCY', '4') | as_number }}",
    "messages": "codes",
    "send_from": ["prod"],
    "defaults": {"rows_per_request": 10, "method": "PUT"},
}
LIST = {"destination": "crm", "service": "list", "list_name": "VIP"}


def declared(**changes: Any) -> Any:
    return {"destinations": {"crm": {**ACCOUNT, **changes}}}


def diff(**changes: Any) -> Any:
    ours = {**LIST, **changes}
    config = {"unique_key": "email", "meta": {"outhaul": ours, "owner": "me"}}
    return {"version": 2, "models": [{"name": "vip", "config": config}]}


def test_what_is_right_is_taken() -> None:
    assert problems("destinations", declared()) == []
    assert problems("destinations", declared(defaults=None)) == []
    two = "{{ env_var('A') | trim }}{{ env_var(\"B\") }}"
    assert problems("destinations", declared(signing_key=two)) == []
    assert problems("models", diff()) == []
    assert problems("models", diff(refresh_after="30 days", max_removed=0)) == []
    assert problems("models", {"models": [{"name": "no_diff", "config": {}}]}) == []


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"type": "webhok"}, "'webhok' is not one of ['batch'"),
    ({"ulr": "x"}, "Additional properties are not allowed ('ulr' was unexpected)"),
    ({"concurrency": "four"}, "'four' is not of type 'integer'"),
    ({"concurrency": 65}, "65 is greater than the maximum of 64"),
    ({"concurrency": None}, "None is not of type 'integer'"),
    ({"signing_key": "written here"}, "'written here' does not match"),
    ({"signing_key": "{{ env_var('K', 'default') }}"}, "does not match"),
    ({"signing_key": "{{ env_var('K') ~ 'more' }}"}, "does not match"),
    ({"secret_headers": {"A": "b"}}, "'b' does not match"),
    ({"allow_private": "yes"}, "'yes' is not of type 'boolean'"),
    ({"messages": "none"}, "'none' is not one of ['masked', 'codes']"),
    ({"send_from": "prod"}, "'prod' is not of type 'array'"),
    ({"send_from": ["{{ target.name }}"]}, "should not be valid under"),
    ({"defaults": {"list_name": "x"}}, "('list_name' was unexpected)"),
    ({"defaults": {"method": "GET"}}, "'GET' is not one of"),
    ({"defaults": {"path": "{{ env_var('P') }}"}}, "should not be valid under"),
]


@pytest.mark.parametrize(("changes", "problem"), MISTAKES)
def test_a_mistake_in_an_account_is_marked(
    changes: dict[str, Any], problem: str
) -> None:
    found = problems("destinations", declared(**changes))
    assert any(problem in each for each in found)


@pytest.mark.parametrize("changes", [{}, *(changes for changes, _ in MISTAKES)])
def test_what_is_marked_is_refused(
    changes: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("dbt_project.yml").write_text("name: shop\nprofile: shop\n")
    Path("profiles.yml").write_text(
        "shop: {target: dev, outputs: {dev: {type: duckdb, path: x.duckdb}}}"
    )
    Path("destinations.yml").write_text(yaml.safe_dump(declared(**changes)))
    project = load_project(environ={"KEY": "an-invented-key"})
    # What kind of value an option of a service is, shows when a diff is bound.
    is_late = changes.get("defaults") == {"method": "GET"}
    with nullcontext() if not changes or is_late else pytest.raises(ConfigurationError):
        assert load_destinations(project)["crm"].account


def test_what_is_missing_in_an_account_is_marked() -> None:
    content = declared()
    del content["destinations"]["crm"]["url"]
    assert problems("destinations", content) == ["'url' is a required property"]
    del content["destinations"]["crm"]["type"]
    assert problems("destinations", content) == ["'type' is a required property"]


@pytest.mark.parametrize(
    "content", [{"destination": {}}, {"destinations": {"1a": ACCOUNT}}]
)
def test_a_wrong_key_at_the_top_is_marked(content: Any) -> None:
    assert problems("destinations", content)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"service": "lists"}, "'lists' is not one of"),
        ({"servcie": "list"}, "('servcie' was unexpected)"),
        ({"insert": True}, "('insert' was unexpected)"),
        ({"list_name": 3}, "3 is not of type 'string'"),
        ({"append_only": "yes"}, "'yes' is not of type 'boolean'"),
        ({"max_removed": 20}, "20 is greater than the maximum of 1"),
        ({"refresh_after": "monthly"}, "'monthly' does not match"),
        ({"fields": ["a"]}, "['a'] is not of type 'object'"),
        ({"service": "table"}, "'connection' is a required property"),
        ({"service": "contacts", "null_mode": "keep"}, "'keep' is not one of"),
    ],
)
def test_a_mistake_in_a_diff_is_marked(changes: dict[str, Any], problem: str) -> None:
    assert any(problem in each for each in problems("models", diff(**changes)))


def test_what_is_missing_in_a_diff_is_marked() -> None:
    content = diff()
    del content["models"][0]["config"]["meta"]["outhaul"]["destination"]
    assert "'destination' is a required property" in problems("models", content)
    content = diff()
    content["models"][0]["config"]["unique_key"] = []
    assert "[] should be non-empty" in problems("models", content)


def test_an_option_of_several_platforms_says_whose_it_is() -> None:
    options = SCHEMAS["models"]["definitions"]["contacts"]["properties"]
    said = options["insert"]["description"]
    assert "SendGrid (contacts)" in said
    assert "Batch (contacts): Must stay `false`" in said
    assert options["lookup_first"]["description"].startswith("With `insert`: look")
