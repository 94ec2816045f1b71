"""How warehouses differ in the few statements that the dispatcher makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


def selected_rows(columns: Mapping[str, str], count: int, text: str = "text") -> str:
    """A query of so many rows of parameters, one select a row.

    columns: names to types (bigint, boolean, text). text: the warehouse's word for a
    text of any length.
    """
    types = {"text": text}
    row = ", ".join(
        f"cast(? as {types.get(type, type)}) as {name}"
        for name, type in columns.items()
    )
    return " union all ".join([f"select {row}"] * count)


@dataclass(frozen=True)
class Dialect:
    """The SQL of one kind of warehouse.

    now: the warehouse's clock as a timestamp without zone, in UTC.
    after: that instant a number of seconds (an integer) from now.
    since: the seconds from an expression's instant to now.
    stored: how a name is stored that dbt writes, which may be without quotes.
    lock_rows: appended to a subquery whose locked rows are passed over, not waited for.
    escape: what stands before a quote in a quoted identifier, and before itself.
    rows: a query of so many rows of parameters, in columns of these names and
        types (bigint, boolean, text).
    parameters: how many values one statement may have.
    """

    quote: str
    now: str
    after: Callable[[int], str]
    since: Callable[[str], str]
    stored: Callable[[str], str] = str
    lock_rows: str = ""
    escape: str = ""
    rows: Callable[[Mapping[str, str], int], str] = selected_rows
    # More than the longest statement of the ledger has.
    parameters: int = 10_000

    def identifier(self, name: str) -> str:
        """A quoted identifier."""
        escape = self.escape or self.quote
        for special in filter(None, (self.escape, self.quote)):
            name = name.replace(special, escape + special)
        return self.quote + name + self.quote

    def relation(self, *parts: str | None) -> str:
        """A qualified name of the parts that are there, as they are stored."""
        return ".".join(self.identifier(part) for part in parts if part)

    def dbt_relation(self, *parts: str | None) -> str:
        """The same of the names that dbt's files have."""
        return self.relation(*(part and self.stored(part) for part in parts))
