"""`outhaul report` writes a file, or to standard output."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from outhaul.cli import cli
from outhaul.errors import ConfigurationError
from tests.report.conftest import ReportProject
from tests.report.markup import Page


def run(project: ReportProject, *options: str) -> int:
    folder = str(project.folder)
    places = ["--project-dir", folder, "--profiles-dir", folder]
    return int(cli.main(["report", *places, *options], standalone_mode=False))


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_page_is_written_where_the_command_runs(
    project: ReportProject, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(project) == 0
    assert capsys.readouterr().out == "Written: outhaul-report.html\n"
    page = Page((tmp_path / "outhaul-report.html").read_text("utf-8"))
    assert page.problems == [] and "日本" in page.text


def test_a_page_is_for_its_owner_alone_unless_it_was_shared(
    project: ReportProject, tmp_path: Path
) -> None:
    page = tmp_path / "outhaul-report.html"
    run(project)
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    page.chmod(0o644)
    run(project)
    assert stat.S_IMODE(page.stat().st_mode) == 0o644


def test_a_dash_is_standard_output(
    project: ReportProject, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(project, "--output", "-") == 0
    assert Page(capsys.readouterr().out).problems == []
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_named(project: ReportProject) -> None:
    with pytest.raises(ConfigurationError, match=r"no/folder\.html cannot be written"):
        run(project, "--output", "no/folder.html")
