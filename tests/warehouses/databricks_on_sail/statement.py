"""A statement taken apart at its tokens, and what runs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import sqlglot
from sqlglot.tokens import Token, TokenType

NOTHING = pa.table({})
"""The answer of a statement that has no rows."""

_OPENING, _CLOSING = "(", ")"

# The text of a value and its type, as the driver sends them.
Parameter = tuple[str | None, str]


class Refused(Exception):
    """What Databricks would answer to a statement that it does not run."""


class Engine(Protocol):
    """One warehouse on Sail. folder: where its tables lie; catalog: its only one."""

    folder: Path
    catalog: str

    def run(self, sql: str) -> pa.Table: ...


@dataclass(frozen=True)
class Statement:
    """A statement and its tokens, without comments."""

    sql: str
    tokens: Sequence[Token]

    @classmethod
    def of(cls, sql: str) -> Statement:
        return cls(sql, sqlglot.tokenize(sql, read="databricks"))

    def begins(self, *words: str) -> bool:
        found = [token.text.lower() for token in self.tokens[: len(words)]]
        return found == list(words)

    def top(self, *words: str) -> int | None:
        """The first token outside of parentheses that is one of these words."""
        depth = 0
        for index, token in enumerate(self.tokens):
            depth += (token.text == _OPENING) - (token.text == _CLOSING)
            if depth == 0 and token.text.lower() in words:
                return index
        return None

    def name(self, index: int) -> tuple[str, int]:
        """The qualified name that begins at a token, and the token after it."""
        end = index + 1
        while end + 1 < len(self.tokens) and self.tokens[end].text == ".":
            end += 2
        return self.text(index, end), end

    def text(self, start: int, end: int | None = None) -> str:
        """From one token up to another, or up to the end."""
        stop = len(self.tokens) if end is None else min(end, len(self.tokens))
        if start >= stop:
            return ""
        return self.sql[self.tokens[start].start : self.tokens[stop - 1].end + 1]

    def closing(self, index: int) -> int:
        """The token after the parenthesis that a token opens."""
        depth = 0
        for place in range(index, len(self.tokens)):
            text = self.tokens[place].text
            depth += (text == _OPENING) - (text == _CLOSING)
            if depth == 0:
                return place + 1
        raise Refused("[PARSE_SYNTAX_ERROR] a parenthesis is not closed")


def bound(statement: Statement, parameters: Sequence[Parameter]) -> str:
    """The statement with its values, which Sail takes in queries alone."""
    places = [
        token.start
        for token in statement.tokens
        if token.token_type is TokenType.PLACEHOLDER
    ]
    if len(places) != len(parameters):
        raise Refused("[UNBOUND_SQL_PARAMETER] markers and values differ in number")
    sql = statement.sql
    for place, (text, of) in reversed(list(zip(places, parameters, strict=True))):
        value = "null" if text is None else f"cast({literal(text)} as {of})"
        sql = sql[:place] + value + sql[place + 1 :]
    return sql


def literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
