"""Reading the documentation: its pages, headings, tables, links and commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
CONSOLE = ("bash", "console")


def pages() -> list[Path]:
    """Every page of the project."""
    return [
        *sorted(ROOT.glob("*.md")),
        ROOT / "integration_tests" / "README.md",
        *sorted((ROOT / "docs").rglob("*.md")),
    ]


def prose(page: Path) -> str:
    """A page without its code."""
    return re.sub(r"`[^`\n]*`", "``", FENCE.sub("", page.read_text("utf-8")))


def links(page: Path) -> Iterator[str]:
    """The targets of a page's links."""
    text = FENCE.sub("", page.read_text("utf-8"))
    yield from re.findall(r"\]\(([^)\s]+)\)", text)


def anchors(page: Path) -> set[str]:
    """What a link to a heading of this page may name."""
    text = FENCE.sub("", page.read_text("utf-8"))
    return {_anchor(line) for line in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def code(text: str, *languages: str) -> list[str]:
    """The code blocks of these languages."""
    return [block for language, block in FENCE.findall(text) if language in languages]


def commands(block: str) -> list[str]:
    """The commands of a console block; with `$ ` lines, these alone."""
    joined = re.sub(r"\\\n\s*", "", block)
    lines = [line.strip() for line in joined.splitlines()]
    if any(line.startswith("$ ") for line in lines):
        return [line[2:] for line in lines if line.startswith("$ ")]
    return [line for line in lines if line]


def tables(text: str) -> dict[str, list[list[str]]]:
    """The rows of the first table below each heading, without its head."""
    found: dict[str, list[list[str]]] = {}
    for section in re.split(r"^#+ ", text, flags=re.MULTILINE)[1:]:
        heading, _, body = section.partition("\n")
        lines = [line for line in body.splitlines() if line.startswith("|")]
        rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines[2:]]
        found[heading.strip()] = [[cell.strip() for cell in row] for row in rows]
    return found
