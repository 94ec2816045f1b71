"""`outhaul destinations`, which needs no project."""

from __future__ import annotations

import json
import sys

import pytest

from outhaul import cli
from outhaul.registry.platforms import PLATFORMS


@pytest.fixture
def outhaul(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["outhaul", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


def test_all_platforms_and_their_services_are_listed(outhaul):
    code, out, _ = outhaul("destinations")
    assert code == 0
    for name, platform in PLATFORMS.items():
        assert name in out
        assert all(service in out for service in platform.services)


def test_the_list_is_there_for_machines(outhaul):
    code, out, _ = outhaul("destinations", "--json")
    found = {each["type"]: each for each in json.loads(out)}
    assert code == 0
    assert set(found) == set(PLATFORMS)
    (contacts,) = found["splio"]["services"]
    assert contacts["consumes"] == ["inserted", "updated"]
    assert contacts["identity"] == "email"


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_one_platform_is_shown_with_settings_and_options(outhaul, name):
    code, out, _ = outhaul("destinations", name)
    assert code == 0
    assert f"type: {name}" in out
    _, text, _ = outhaul("destinations", name, "--json")
    described = json.loads(text)
    settings = {each["name"]: each for each in described["settings"]}
    secrets = [each for each in settings.values() if each["secret"]]
    assert secrets and all(each["default"] in (None, "", {}) for each in secrets)
    for setting in settings:
        assert setting in out
    for service in described["services"]:
        assert all(option["name"] in out for option in service["options"])


def test_a_platform_that_there_is_not_exits_2(outhaul):
    code, out, err = outhaul("destinations", "spilo")
    assert (code, out) == (2, "")
    assert "did you mean 'splio'?" in err
