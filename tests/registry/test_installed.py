"""Platforms that packages of others register: the one of the page, and broken ones."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from outhaul import extension
from outhaul.errors import ConfigurationError
from outhaul.kit.service import Activation
from outhaul.model import Change, Column, Kind, Row, Status
from outhaul.registry.destinations import load_destinations
from outhaul.registry.installed import Installed
from outhaul.sandbox import Sandbox
from tests.destinations.driver import deliver
from tests.docs.pages import ROOT, code
from tests.unconnected import unconnected

PAGE = (ROOT / "docs" / "destinations" / "your-own.md").read_text("utf-8")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder that the package of the page is installed in, without a network."""
    source = tmp_path_factory.mktemp("source")
    (source / "pyproject.toml").write_text(code(PAGE, "toml")[0])
    (source / "outhaul_loyalty.py").write_text(code(PAGE, "python")[0])
    target = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target)]
    offline = ["--no-deps", "--no-build-isolation", "--no-index", str(source)]
    subprocess.run([*pip, *offline], check=True, capture_output=True)  # noqa: S603
    return target


def register(folder, name, *lines, version="1.0"):
    """What pip leaves of a package: its entry points, and its name."""
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(
        "\n".join(["[outhaul.destinations]", *lines])
    )


def project(folder, destinations):
    file = folder / "destinations.yml"
    file.write_text(json.dumps({"destinations": destinations}))
    return unconnected(folder, {"LOYALTY_API_KEY": "canary-key", "SECRET": "SG.x"})


LOYALTY = {"type": "loyalty", "api_key": "{{ env_var('LOYALTY_API_KEY') }}"}
SENDGRID = {"type": "sendgrid", "api_key": "{{ env_var('SECRET') }}"}


def test_the_package_of_the_page_sends_rows(site, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(site))
    with Sandbox() as sandbox:
        declared = {**LOYALTY, "base_url": sandbox.url("webhook")}
        (found,) = load_destinations(project(tmp_path, {"crm": declared})).values()
        options = found.platform.services["members"].Options()
        sender = found.platform.bind(
            found.account, "members", options, Activation("vip__crm", "vip", "crm")
        )
        columns = [Column("email", "email", Kind.TEXT, "varchar")]
        rows = [Row(1, Change.INSERTED, {"email": "ann@example.com"})]
        outcomes = deliver(sender, columns, rows)
        assert {each.status for each in outcomes.values()} == {Status.ACCEPTED}
        assert set(sandbox.state()["webhook"]["rows"]) == {"ann@example.com"}


def test_the_command_lists_it_and_says_which_package_it_is_from(site, tmp_path):
    register(tmp_path, "acme-mail", "sendgrid = acme:PLATFORM", "acme = acme:PLATFORM")
    environ = {**os.environ, "PYTHONPATH": f"{site}{os.pathsep}{tmp_path}"}

    def outhaul(*arguments):
        command = [sys.executable, "-m", "outhaul", "destinations", *arguments]
        return subprocess.run(  # noqa: S603
            command, env=environ, capture_output=True, text=True, cwd=tmp_path
        )

    listed = outhaul()
    assert listed.returncode == 0
    assert re.search(r"loyalty .*members .*outhaul-loyalty 1\.0", listed.stdout)
    assert "acme-mail 1.0 registers 'sendgrid', which outhaul has itself" in (
        listed.stderr
    )
    assert "No module named 'acme'" in listed.stderr
    shown = json.loads(outhaul("loyalty", "--json").stdout)
    assert (shown["package"], shown["services"][0]["name"]) == (
        "outhaul-loyalty 1.0",
        "members",
    )
    broken = outhaul("acme")
    assert (broken.returncode, broken.stdout) == (2, "")
    assert "the package acme-mail 1.0, which registers 'acme', is broken" in (
        broken.stderr
    )


BROKEN = {
    "raises": ("raise ValueError('no licence')", "(ValueError: no licence)"),
    "exits": ("raise SystemExit(3)", "(SystemExit: 3)"),
    "lacks": ("", "has no attribute 'PLATFORM'"),
    "other": ("PLATFORM = dict()", "is not a Platform but dict"),
    "ours": (
        "from outhaul.destinations.sftp import PLATFORM",
        "its account has the type 'sftp'",
    ),
    "bare": (
        "from outhaul.extension import Platform, ApiAccount\n"
        "class Bare(ApiAccount): pass\nPLATFORM = Platform.of(Bare)",
        "Bare lacks 'type'",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_package_ends_its_own_destinations_alone(name, tmp_path, monkeypatch):
    content, said = BROKEN[name]
    (tmp_path / f"broken_{name}.py").write_text(content)
    register(tmp_path, "acme", f"acme = broken_{name}:PLATFORM")
    monkeypatch.syspath_prepend(str(tmp_path))
    declared = {"mail": SENDGRID, "crm": {"type": "acme", "anything": 1}}
    found = load_destinations(project(tmp_path, declared))
    assert list(found) == ["mail"]
    assert found["mail"].account.type == "sendgrid"
    with pytest.raises(ConfigurationError) as caught:
        found.find("crm", "model x: meta.outhaul")
    assert str(caught.value).startswith("model x: meta.outhaul: the destination 'crm'")
    assert said in str(caught.value)
    assert Installed().problems() == [str(caught.value).partition("'crm': ")[2]]


def test_a_type_that_is_taken_is_refused(tmp_path, monkeypatch):
    for name in ("acme", "zeta"):
        register(tmp_path, name, "crm = anything:PLATFORM", "sftp = anything:PLATFORM")
    monkeypatch.syspath_prepend(str(tmp_path))
    platforms = Installed()
    assert platforms.package_of("sftp") == ""
    assert platforms["sftp"].title == "SFTP file"
    with pytest.raises(ConfigurationError, match="acme 1.0 and zeta 1.0 both register"):
        platforms["crm"]
    assert "xyz" not in platforms and "crm" in platforms


def test_what_may_be_imported_is_there():
    assert sorted(set(extension.__all__)) == sorted(extension.__all__)
    imported = {name for name in vars(extension) if name[0] != "_"} - {"annotations"}
    assert imported == set(extension.__all__)
