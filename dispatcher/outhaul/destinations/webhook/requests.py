"""The request that tells a change: its method and its path, with columns of the row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from outhaul.config.settings import did_you_mean
from outhaul.errors import RowRefused
from outhaul.http.addresses import path_part, path_problem
from outhaul.kit import values
from outhaul.model import Change

METHODS = ("POST", "PUT", "PATCH", "DELETE")
_COLUMN = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Template:
    """A method, and a path and query in which `{column}` is a value of the row."""

    method: str
    path: str

    @classmethod
    def of(cls, text: str) -> Template:
        """Of what a diff declares, such as `PATCH /customers/{customer_id}`."""
        method, _, path = text.partition(" ")
        return cls(method, path)

    @property
    def shown(self) -> str:
        """The path for messages, which holds no value."""
        return self.path.partition("?")[0]

    @cached_property
    def columns(self) -> frozenset[str]:
        """The columns whose values the path has: then a request holds one row."""
        return frozenset(_COLUMN.findall(self.path))

    def problem(self) -> str | None:
        """Why no request can be made of it, or None."""
        if self.method not in METHODS:
            known = ", ".join(METHODS)
            return f"write a method and a path, the method one of {known}"
        plain = _COLUMN.sub("x", self.path)
        if "{" in plain or "}" in plain:
            return "has a brace that is not one of a pair, such as {customer_id}"
        return path_problem(plain)

    def missing(self, fields: Iterable[str]) -> str | None:
        """That the select lacks a column of the path, or None."""
        for name in sorted(self.columns.difference(fields)):
            return (
                f"'{self.path}': there is no column '{name}'"
                f"{did_you_mean(name, fields)}; the select has: {', '.join(fields)}"
            )
        return None

    def path_of(self, row: Mapping[str, Any]) -> str:
        """The path with the values of a row, percent-encoded. Raises RowRefused."""
        return _COLUMN.sub(lambda found: _part(found[1], row.get(found[1])), self.path)


def templates(common: Template, own: Mapping[str, str]) -> dict[Change, Template]:
    """The request of each change: its own one, or the one that all others share."""
    return {
        change: Template.of(own[change.value]) if change.value in own else common
        for change in Change
    }


def problems(own: Mapping[str, str]) -> list[str]:
    """What is wrong with the requests that a diff declares, one sentence each."""
    changes = [change.value for change in Change]
    found = []
    for change, text in own.items():
        if change not in changes:
            found.append(
                f"'requests': '{change}' is no change{did_you_mean(change, changes)};"
                f" those are: {', '.join(changes)}"
            )
        elif problem := Template.of(text).problem():
            found.append(f"'requests': {change}: {problem}")
    return found


def _part(column: str, value: Any) -> str:
    if value is None:
        raise RowRefused("path", f"'{column}' is null, and the path needs it")
    return path_part(values.text(column, value))
