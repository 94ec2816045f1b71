"""What a page points to exists: files, headings, commands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from outhaul.cli import cli
from tests.docs.pages import CONSOLE, ROOT, anchors, code, commands, links, pages, prose

TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
PAGES = pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)


def problem_with_link(page: Path, link: str) -> str | None:
    """Why a relative link leads nowhere, or None."""
    name, _, anchor = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    if not target.exists():
        return f"{link}: there is no such file"
    if anchor and anchor not in anchors(target):
        return f"{link}: there is no such heading"
    return None


def problem_with_command(command: str) -> str | None:
    """Why one of our commands does not exist as it is written, or None."""
    words = shlex.split(command.replace("…", "..."), comments=True)
    if words[:1] == ["make"]:
        unknown = [word for word in words[1:2] if word not in TARGETS]
        return f"{command}: no such target" if unknown else None
    if words[:1] != ["outhaul"]:
        return None
    name = words[1] if len(words) > 1 else ""
    if name not in cli.commands:
        return f"{command}: no such command"
    options = {each for item in cli.commands[name].params for each in item.opts}
    unknown = [w for w in words[2:] if w.startswith("-") and w not in options]
    return f"{command}: no such option" if unknown else None


@PAGES
def test_relative_links_resolve(page: Path) -> None:
    found = [
        problem_with_link(page, link)
        for link in links(page)
        if not link.startswith(("https://", "http://", "mailto:"))
    ]
    assert [each for each in found if each] == []


@pytest.mark.parametrize("link", ["no-such-page.md", "docs/ledger.md#no-such-heading"])
def test_a_link_that_leads_nowhere_is_noticed(link: str) -> None:
    assert problem_with_link(ROOT / "README.md", link)


@PAGES
def test_commands_in_code_blocks_exist(page: Path) -> None:
    blocks = code(page.read_text("utf-8"), *CONSOLE)
    found = [problem_with_command(line) for block in blocks for line in commands(block)]
    assert [each for each in found if each] == []


@pytest.mark.parametrize(
    "command", ["make coffee", "outhaul sail", "outhaul plan --now"]
)
def test_a_command_that_does_not_exist_is_noticed(command: str) -> None:
    assert problem_with_command(command)


def test_the_session_of_the_readme_shows_the_main_job() -> None:
    text = (ROOT / "README.md").read_text("utf-8").split("<!-- session -->")[1]
    session = code(text, "console")[0]
    shown = commands(session)
    assert shown[:1] == ["dbt build"]
    assert {"outhaul plan", "outhaul sync"} <= set(shown)
    assert not [line for line in session.splitlines() if line != line.rstrip()]


def test_the_readme_names_the_test_command() -> None:
    blocks = code((ROOT / "README.md").read_text("utf-8"), "console")
    assert "make test" in [
        line.split("  ")[0] for block in blocks for line in commands(block)
    ]


@PAGES
def test_pages_are_calm(page: Path) -> None:
    text = re.sub(r"!\[|<!--.*?-->", "", prose(page), flags=re.DOTALL)
    assert "!" not in text
    assert not re.search(r"\bsimply\b", text, re.IGNORECASE)
