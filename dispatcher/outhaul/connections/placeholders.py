"""Placeholders in SQL: we write `?`, some drivers want `%s`."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Any

_TOKENS = re.compile(
    r"""
      (?<![\w$])[eE]'(?:[^'\\]|\\.|'')*'         # PostgreSQL's escaped text
    | '(?:[^']|'')*'
    | "(?:[^"]|"")*"
    | `[^`]*`                                    # BigQuery's and Spark's identifiers
    | --[^\n]*
    | /\*.*?\*/
    | (?<![\w$])\$(?P<tag>[A-Za-z_]\w*|)\$.*?\$(?P=tag)\$
    | (?P<placeholder>\?)
    """,
    re.VERBOSE | re.DOTALL,
)


@functools.lru_cache(maxsize=256)
def count_placeholders(sql: str) -> int:
    """How many `?` stand outside of quoted text, identifiers and comments."""
    return sum(1 for match in _TOKENS.finditer(sql) if match["placeholder"])


def check_placeholders(sql: str, parameters: Sequence[Any]) -> None:
    """Raises ValueError where values do not fit; without any, `?` may be operators."""
    expected = count_placeholders(sql) if parameters else 0
    if len(parameters) != expected:
        raise ValueError(f"{expected} placeholders for {len(parameters)} values")


@functools.lru_cache(maxsize=256)
def to_format_style(sql: str) -> str:
    """The same SQL with `%s` for each `?`, and every other `%` doubled.

    For drivers that fill in values with Python's `%`, which they do over the
    whole text, quoted or not, whenever they are given parameters.
    """
    pieces = []
    end = 0
    for match in _TOKENS.finditer(sql):
        if match["placeholder"]:
            pieces += [sql[end : match.start()].replace("%", "%%"), "%s"]
            end = match.end()
    pieces.append(sql[end:].replace("%", "%%"))
    return "".join(pieces)
