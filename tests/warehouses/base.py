"""What a warehouse is to the tests that run on every warehouse.

Tests write PostgreSQL's SQL; where another dialect is spoken, sqlglot translates it.
A file of this folder for each warehouse starts what stands in for it, and tells what
tests have to know of it.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol

import sqlglot
from sqlglot import exp

from outhaul.config.project import Project
from outhaul.connections import Connection, connect

Rows = list[tuple[Any, ...]]

# A value of some type, and another one that differs from it; in the own dialect.
Values = Mapping[str, tuple[str, str]]

NOW = "outhaul_test_now()"
"""In the SQL of a test: the warehouse's clock as a timestamp without zone, in UTC."""


class WarehouseUnderTest(ABC):
    """An empty place in a warehouse: a database of its own, with the schema `shop`.

    name: what a user chooses it by. output: a target of `profiles.yml`.
    is_transactional: whether a build that fails is undone. now: `NOW` in the own
    dialect. values: a value of each type and one that differs; equal_values: two forms
    of the same. config_of_odd_names: what a model's configuration needs for columns of
    any name. excluded: tests that cannot run here, each with the reason why.
    """

    dialect: ClassVar[str]
    now: ClassVar[str]
    is_transactional: ClassVar[bool]
    values: ClassVar[Values]
    equal_values: ClassVar[Sequence[tuple[str, str]]]
    config_of_odd_names: ClassVar[Mapping[str, Any]] = {}
    excluded: ClassVar[Mapping[str, str]] = {}

    output: dict[str, Any]
    name: str

    @abstractmethod
    def run_own(self, sql: str) -> Rows:
        """Run one statement in the warehouse's own SQL; its rows, if any."""

    @abstractmethod
    def numbers(self, count: int) -> str:
        """A query in the own dialect of one column `n`: 1 to count."""

    @abstractmethod
    def tables(self, schema: str) -> set[str]:
        """The names of the tables and views of a schema, in lower case."""

    @abstractmethod
    def empty(self) -> None:
        """Drop every schema whose name starts with `shop`; make `shop` anew."""

    def create_types(self) -> None:  # noqa: B027 - most need none
        """Make the types that `values` needs and the warehouse does not have."""

    def close(self) -> None:  # noqa: B027 - a file needs nothing
        """Give back what was opened."""

    def connect(self, project: Project) -> Connection:
        """The dispatcher's connection for a project on this warehouse."""
        return connect(project)

    @property
    def adapter(self) -> str:
        return str(self.output["type"])

    def run(self, sql: str) -> Rows:
        """Run statements of a test, which `;` separates; the rows of the last."""
        rows: Rows = []
        for statement in self.statements(sql):
            rows = self.run_own(statement)
        return rows

    def insert(self, table: str, rows: Sequence[Mapping[str, str]]) -> None:
        """Add rows of texts, of which the empty ones stand for null."""
        values = ", ".join(
            f"({', '.join(_text(value) for value in row.values())})" for row in rows
        )
        self.run(f"insert into {table} ({', '.join(rows[0])}) values {values}")

    def statements(self, sql: str) -> list[str]:
        """Statements of a test in the own dialect."""
        return [
            statement
            for written in sqlglot.parse(sql, read="postgres")
            if written is not None
            for statement in [self.finish(written.sql(dialect=self.dialect))]
        ]

    def finish(self, statement: str) -> str:
        """A translated statement, with what sqlglot does not know put right."""
        return statement.replace(NOW.upper(), self.now)

    def type(self, name: str) -> str:
        """A type of PostgreSQL in the own dialect."""
        return name

    def identifier(self, name: str) -> str:
        """A quoted name."""
        return exp.to_identifier(name, quoted=True).sql(dialect=self.dialect)

    def model(self, sql: str) -> str:
        """The select of a model in the own dialect; what holds Jinja stays as it is."""
        return sql if "{{" in sql or "{%" in sql else self.statements(sql)[0]


class PlainWarehouse(WarehouseUnderTest):
    """One whose SQL the tests are written in."""

    def run(self, sql: str) -> Rows:
        return self.run_own(sql.replace(NOW, self.now))

    def model(self, sql: str) -> str:
        return sql


class Server(Protocol):
    """What the warehouses of one kind run on, for the length of the tests."""

    def new(self, folder: Path) -> WarehouseUnderTest:
        """An empty warehouse, apart from all others; `folder` may hold its files."""
        ...

    def close(self) -> None: ...


def account_of(variables: Mapping[str, str]) -> dict[str, str]:
    """What the environment says of a real account: values by their keys in a profile.

    variables: the key of each variable. Those that are empty count as not set.
    """
    return {
        key: os.environ[name] for name, key in variables.items() if os.environ.get(name)
    }


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'" if value else "null"


def drop_schemas(warehouse: WarehouseUnderTest, names: str) -> None:
    """Drop the schemas of the tests, which the query lists, and make `shop` anew."""
    for (name,) in warehouse.run_own(names):
        if name.startswith("shop"):
            warehouse.run_own(f"drop schema {name} cascade")
    warehouse.run_own("create schema shop")
