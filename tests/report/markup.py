"""Reading a page: whether its markup is sound, and what it refers to."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"meta", "link", "img", "br", "hr", "input", "wbr"}


class Page(HTMLParser):
    """`problems` says what is unsound; `elements` are (tag, attributes) in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.source = text
        self.problems: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.problems += [f"<{tag}> is not closed" for tag in self._open]
        ids = [element["id"] for _, element in self.elements if "id" in element]
        self.problems += [
            f"id {each} twice" for each in set(ids) if ids.count(each) > 1
        ]

    @property
    def text(self) -> str:
        """What a reader sees, with the style sheet."""
        return " ".join(" ".join(self.texts).split())

    @property
    def references(self) -> list[str]:
        """All that the page would load or lead to, but for parts of itself."""
        found = [
            value
            for _, element in self.elements
            for name, value in element.items()
            if name in ("href", "src", "srcset", "action", "data", "xlink:href")
        ]
        found += re.findall(r"url\(['\"]?([^)]*)\)", self.source)
        found += re.findall(r"@import[^;]*", self.source)
        return [each for each in found if not each.startswith("#")]

    def all(self, tag: str) -> list[dict[str, str]]:
        return [element for name, element in self.elements if name == tag]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.problems.append(f"<{tag}> has an attribute twice")
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.problems.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
