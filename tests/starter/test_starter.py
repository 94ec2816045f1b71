"""The starter as a newcomer meets it: built without an account, then sent."""

from __future__ import annotations

import copy
import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from scripts.demo.findings import Finding, findings_of
from scripts.demo.shop import Shop
from scripts.demo.stand_ins import StandIns, sandbox

DESTINATIONS = ("batch", "emarsys", "sendgrid", "splio")


@pytest.fixture(scope="module")
def stand_ins() -> Iterator[StandIns]:
    with sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, stand_ins: StandIns) -> Shop:
    """Built in an environment that has the variables of no account."""
    made = Shop(tmp_path_factory.mktemp("starter") / "dbt_project", stand_ins)
    for command in (["dbt", "deps"], ["dbt", "build"]):
        outhaul(made, [], *command)
    return made


def outhaul(
    shop: Shop, accounts: list[str], *command: str, code: int = 0
) -> subprocess.CompletedProcess[str]:
    """Run a command with the variables of these destinations alone."""
    declared = yaml.safe_load((shop.folder / "destinations.yml").read_text())
    unset = [
        yaml.safe_dump(settings)
        for name, settings in declared["destinations"].items()
        if name not in accounts
    ]
    environ = {
        name: value
        for name, value in shop.environ.items()
        if not any(f"'{name}'" in text.replace("''", "'") for text in unset)
    }
    ran = subprocess.run(
        command, cwd=shop.folder, env=environ, text=True, capture_output=True
    )
    assert ran.returncode == code, ran
    assert "Traceback" not in ran.stdout + ran.stderr
    return ran


def test_check_says_of_each_account_what_is_missing(shop: Shop) -> None:
    ran = outhaul(shop, [], "outhaul", "check", "--json", code=2)
    found = {each["name"]: each["problems"] for each in json.loads(ran.stdout)}
    assert found.pop("the ledger") == []
    for destination in DESTINATIONS:
        problems = [found[name] for name in found if f"__{destination}_" in name]
        assert problems
        for told in problems:
            assert f"destinations.{destination}: " in "".join(told)
            assert f"'{destination.upper()}_" in "".join(told)
    splio = "".join(found["newsletter_customers__splio_contacts"])
    for variable in ("HOST", "USER", "PASSWORD", "FINGERPRINT"):
        assert f"'SPLIO_SFTP_{variable}' is not set" in splio


def test_each_is_sent_without_the_secrets_of_others_and_holds_what_its_rules_say(
    shop: Shop, stand_ins: StandIns
) -> None:
    assert not any(each.is_right for each in findings(shop, stand_ins.state()))
    for destination in DESTINATIONS:
        select = f"*__{destination}_*"
        outhaul(shop, [destination], "outhaul", "sync", "--select", select)
    held = stand_ins.state()
    found = findings(shop, held)
    assert [each for each in found if not each.is_right] == []
    assert sum(each.current[1] for each in found) > 1_500

    for platform in ("sendgrid", "splio", "emarsys"):
        assert_is_wrong(shop, held, platform, lambda contacts: contacts.pop())
        assert_is_wrong(shop, held, platform, add_somebody)
    changed = copy.deepcopy(held)
    users = next(iter(changed["batch"]["apps"].values()))
    users[next(user for user, values in users.items() if values)].popitem()
    assert {each.service for each in findings(shop, changed) if not each.is_right} == {
        "batch.contacts"
    }


def findings(shop: Shop, held: Any) -> list[Finding]:
    segments = shop.segments()
    return findings_of(segments, segments, held)


def add_somebody(contacts: list[Any]) -> None:
    somebody = {**contacts[0], "email": "somebody.else@example.com"}
    contacts.append(somebody)


def assert_is_wrong(shop: Shop, held: Any, platform: str, change: Any) -> None:
    changed = copy.deepcopy(held)
    change(changed[platform]["contacts"])
    wrong = [each.service for each in findings(shop, changed) if not each.is_right]
    assert f"{platform}.contacts" in wrong
    assert all(service.startswith(platform) for service in wrong)
