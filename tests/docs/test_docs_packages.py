"""The versions with hashes, and the licences of what outhaul is used with."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest

from scripts.locked import LOCK, entries
from tests.docs.pages import ROOT

PIN = re.compile(r"([A-Za-z0-9._-]+==[^ ;\\]+)(?: *; *([^\\]+?))? *\\?$")


def pins(text: str) -> list[tuple[str, str]]:
    """Each version with its marker."""
    text = text.replace("python_full_version", "python_version").replace("'", '"')
    found = map(PIN.match, text.splitlines())
    return sorted((m[1].lower(), m[2] or "") for m in found if m)


def test_every_version_that_was_tested_has_hashes() -> None:
    """Renew requirements.lock where this fails: see CONTRIBUTING.md."""
    constraints = pins((ROOT / "constraints.txt").read_text("utf-8"))
    locked = LOCK.read_text("utf-8")
    assert pins(locked) == constraints and len(constraints) > 100
    for name, entry in entries(locked):
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), name


def test_the_dbt_package_and_the_python_package_have_one_version() -> None:
    found = {
        re.search(r"^version\W+([\d.]+)", (ROOT / name).read_text(), re.MULTILINE)[1]
        for name in ("dbt_project.yml", "pyproject.toml")
    }
    assert len(found) == 1


def locked(report: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "scripts" / "locked.py", report]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("name", "code"), [("Jinja2", 0), ("nobody-has-this", 1)])
def test_the_part_of_an_installation_is_printed(
    tmp_path: Path, name: str, code: int
) -> None:
    report = tmp_path / "needed.json"
    wanted = [{"metadata": {"name": each}} for each in (name, "outhaul", "PyYAML")]
    report.write_text(json.dumps({"install": wanted}))
    ran = locked(report)
    assert ran.returncode == code
    if code:
        assert "nobody-has-this" in ran.stderr and not ran.stdout
        return
    assert [each for each, _ in entries(ran.stdout)] == ["jinja2", "pyyaml"]
    assert ran.stdout.count("--hash=") > 10


def test_licences_that_ask_for_more_than_a_notice_are_named() -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8")
    assert '"NOTICE"' in (ROOT / "pyproject.toml").read_text("utf-8")
    for name in ("paramiko", "psycopg2-binary"):
        told = distribution(name).metadata
        assert "LGPL" in f"{told.get('License')}{told.get('License-Expression')}"
        assert name in notice and "LGPL" in notice
