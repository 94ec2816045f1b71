"""Activations are selected as dbt selects their models."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.cli.shop import Ran, Shop
from tests.dbt_runs import run_dbt

BUYERS = "select lower(name) || '@example.com' as email from {{ ref('customers') }}"
SPECS = [
    "people_out",
    "*_out",
    "people_out buyers_out",
    "customers+",
    "customers+1",
    "0+people_out",
    "+buyers_out",
    "@customers",
    "source:shop+",
    "source:shop.people+1",
    "tag:nightly",
    "tag:night*",
    "path:models/crm",
    "models/crm/buyers_out.sql",
    "buyers_out.sql",
    "file:buyers_out",
    "crm",
    "diff_tests.crm",
    "fqn:diff_tests.crm.*",
    "config.materialized:diff",
    "config.meta.owner:crm",
    "config.enabled:true,tag:nightly",
    "customers+,config.meta.owner:crm",
    "package:diff_tests,config.materialized:diff",
    "resource_type:model,tag:nightly",
]
SELECTORS = {
    "by_text": "tag:nightly",
    "by_word": {"tag": "nightly"},
    "below": {"method": "fqn", "value": "customers", "children": True},
    "all_but": {
        "union": [
            {"method": "config.materialized", "value": "diff"},
            {"exclude": [{"method": "tag", "value": "nightly"}]},
        ]
    },
    "both": {"intersection": ["customers+", {"tag": "nightly"}]},
    "other": {"method": "selector", "value": "both"},
    "but": {"method": "fqn", "value": "*_out", "exclude": ["people_out"]},
}


@pytest.fixture
def many(shop: Shop) -> Shop:
    """Two diffs of a source, and a third one of a model of it, in folders."""
    models = shop.folder / "models"
    for folder in ("marts", "crm"):
        (models / folder).mkdir()
    source = "{{ source('shop', 'people') }}"
    (models / "marts" / "customers.sql").write_text(
        f"{{{{ config(materialized='view') }}}} select * from {source}"
    )
    shop.bind("buyers_out", BUYERS, "email", "list", list_name="Buyers")
    for ending in ("sql", "yml"):
        file = f"buyers_out.{ending}"
        (models / file).rename(models / "crm" / file)
    described = yaml.safe_load((models / "crm" / "buyers_out.yml").read_text())
    config = described["models"][0]["config"]
    config |= {"tags": ["nightly"], "meta": {**config["meta"], "owner": "crm"}}
    (models / "crm" / "buyers_out.yml").write_text(yaml.safe_dump(described))
    listed = [{"name": name, "definition": what} for name, what in SELECTORS.items()]
    (shop.folder / "selectors.yml").write_text(yaml.safe_dump({"selectors": listed}))
    shop.build("Ann")
    parse(shop)
    yield shop
    (shop.folder / "selectors.yml").unlink()


def parse(shop: Shop) -> None:
    assert run_dbt(shop.folder, "parse", writes_artifacts=True).success


def by_dbt(shop: Shop, *options: str) -> list[str]:
    """The diffs that dbt selects."""
    listed = ["list", "--resource-type", "model", "--output", "name"]
    found = run_dbt(shop.folder, *listed, *options)
    assert found.success, found.exception
    return sorted(name for name in found.result if name.endswith("_out"))


def test_the_same_is_selected_as_by_dbt(
    many: Shop, outhaul: Callable[..., Ran], tmp_path: Path
) -> None:
    def ours(*options: str) -> list[str]:
        ran = outhaul("ls", *options)
        assert ran.code == 0, (options, ran.err)
        return sorted(ran.out.split())

    for spec in SPECS:
        assert ours("--select", spec) == by_dbt(many, "--select", *spec.split()), spec
    for spec in ("tag:nightly", "customers+", "people_out crm"):
        left = ("--select", "config.materialized:diff", "--exclude")
        assert ours(*left, spec) == by_dbt(many, *left, *spec.split()), spec
    for name in SELECTORS:
        chosen = ("--selector", name)
        assert ours(*chosen) == by_dbt(many, *chosen), name
    assert ours("--selector", "both") == ["buyers_out"]
    assert ours("people_out", "--select", "tag:nightly") == ["buyers_out", "people_out"]

    # a change of a model, of a macro, and a model that is new
    before = tmp_path / "before"
    before.mkdir()
    shutil.copy(many.folder / "target" / "manifest.json", before)
    customers = many.folder / "models" / "marts" / "customers.sql"
    customers.write_text(customers.read_text() + " where id > 0")
    many.bind("buyers_too_out", BUYERS, "email", "list", list_name="Buyers too")
    many.build("Ann")
    parse(many)
    for spec in ("state:modified", "state:modified+", "state:new", "state:unmodified"):
        chosen = ("--select", spec, "--state", str(before))
        assert ours(*chosen) == by_dbt(many, *chosen), spec
    assert ours("-s", "state:new", "--state", str(before)) == ["buyers_too_out"]


def test_activations_are_selected_by_what_the_ledger_knows(
    many: Shop, outhaul: Callable[..., Ran]
) -> None:
    assert outhaul("ls", "-s", "service:contacts").out == "people_out\n"
    assert len(outhaul("ls", "-s", "destination:mail", "--json").json) == 3
    assert len(outhaul("ls", "result:never").out.split()) == 3
    ran = outhaul("sync", "--json", "config.unique_key:customer_id")
    assert [each["name"] for each in ran.json] == ["people_out"]
    assert outhaul("ls", "result:succeeded").out == "people_out\n"
    planned = outhaul("plan", "--exclude", "result:never", "--json").json
    assert [each["name"] for each in planned] == ["people_out"]
    # nothing has failed: that is no mistake, and nothing is sent
    sent = len(many.requests())
    ran = outhaul("sync", "--json", "--select", "result:failed")
    assert (ran.code, ran.json, ran.err) == (0, [], "no activation is selected\n")
    assert outhaul("sync", "--select", "result:failed").out == ""
    assert len(many.requests()) == sent
    ran = outhaul("pause", "tag:nightly", "--reason", "a test")
    assert ran.code == 0
    assert outhaul("status", "config.meta.owner:crm", "--json").json[0]["paused"]
    assert outhaul("resume", "--selector", "both").code == 0


REFUSED = {
    "buyer_out": "no activation matches 'buyer_out' (did you mean 'buyers_out'?)",
    "tag:nightli": "no activation matches 'tag:nightli'",
    "tags:nightly": "there is no method 'tags' (did you mean 'tag'?)",
    "--exclude buyer_out": "no activation matches 'buyer_out'",
    "@customers+": "leave out '+'",
    "people_out,": "a value is missing",
    "state:changed --state target": "'state:changed': there are new",
    "state:new": "'state:' needs --state",
    "state:new --state nowhere": "there is no nowhere/manifest.json",
    "--selector weekly": "there is no selector 'weekly'",
    "--selector both people_out": "not both",
}


def test_what_cannot_be_selected_is_told(
    many: Shop, outhaul: Callable[..., Ran]
) -> None:
    for options, said in REFUSED.items():
        ran = outhaul("ls", *options.split())
        assert (ran.code, ran.out) == (2, ""), options
        assert said in " ".join(ran.err.split())


def test_diffs_are_validated_by_the_manifest_that_dbt_writes(
    many: Shop, outhaul: Callable[..., Ran]
) -> None:
    ran = outhaul("validate", f"--project-dir={many.folder}", "--json", here=False)
    names = [each["name"] for each in ran.json]
    assert names == ["buyers_out", "members_out", "people_out"]
    assert {each["file"].split("/")[0] for each in ran.json} == {"models"}
    assert not any(each["problems"] for each in ran.json)


def test_names_need_no_manifest(many: Shop, outhaul: Callable[..., Ran]) -> None:
    (many.folder / "target" / "manifest.json").unlink()
    assert outhaul("ls", "buyers_*", "--exclude", "people_out").out == "buyers_out\n"
    ran = outhaul("ls", "tag:nightly")
    assert ran.code == 2
    assert "run 'dbt parse'" in ran.err
