"""Rows that are kept by column: cheap to hand on, and made one by one where asked for.

To a service they are sequences of `Row` and of `Encoded` like any others. What looks at
all of them at once asks for a column, which exists already.
"""

from __future__ import annotations

import itertools
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, overload

from outhaul.kit.service import Encoded
from outhaul.model import Change, Row


class Rows(Sequence[Row]):
    """Rows of one change, in order.

    positions, changed: of each row. columns: by field, the values of each row.
    """

    __slots__ = ("change", "changed", "columns", "positions")

    def __init__(
        self,
        change: Change,
        positions: Sequence[int],
        changed: Sequence[tuple[str, ...]],
        columns: dict[str, Sequence[Any]],
    ) -> None:
        self.change = change
        self.positions = positions
        self.changed = changed
        self.columns = columns

    def __len__(self) -> int:
        return len(self.positions)

    def __iter__(self) -> Iterator[Row]:
        fields, change = list(self.columns), self.change
        values = zip(*self.columns.values(), strict=True)
        for position, row, changed in zip(
            self.positions, values, self.changed, strict=True
        ):
            named = dict(zip(fields, row, strict=True))
            yield Row(position, change, named, changed)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Rows: ...
    def __getitem__(self, index: int | slice) -> Row | Rows:
        if isinstance(index, slice):
            return Rows(
                self.change,
                self.positions[index],
                self.changed[index],
                {field: column[index] for field, column in self.columns.items()},
            )
        values = {field: column[index] for field, column in self.columns.items()}
        return Row(self.positions[index], self.change, values, self.changed[index])


class Part(NamedTuple):
    """Some rows with their bodies, and what a look-up found for each."""

    rows: Sequence[Row]
    bodies: Sequence[bytes]
    found: Sequence[Any]

    def cut(self, start: int, end: int) -> Part:
        """The rows from `start` up to `end`."""
        rows = slice(start, end)
        return Part(self.rows[rows], self.bodies[rows], self.found[rows])


class Collected(Sequence[Encoded]):
    """The encoded rows of a request, in memory or on disk."""

    __slots__ = ()

    @property
    @abstractmethod
    def positions(self) -> Sequence[int]:
        """The position of each row."""

    @property
    @abstractmethod
    def changes(self) -> list[Change]:
        """The change of each row."""

    @abstractmethod
    def extend(self, part: Part) -> None:
        """Add rows. Raises StopSync where the disk is full."""


class Items(Collected):
    """The encoded rows of a request in memory, in parts."""

    __slots__ = ("_count", "_parts")

    def __init__(self, parts: Sequence[Part] = ()) -> None:
        self._parts = list(parts)
        self._count = sum(len(part.bodies) for part in parts)

    def extend(self, part: Part) -> None:
        self._parts.append(part)
        self._count += len(part.bodies)

    @property
    def rows(self) -> list[Sequence[Row]]:
        return [part.rows for part in self._parts]

    @property
    def bodies(self) -> list[bytes]:
        return list(itertools.chain.from_iterable(part.bodies for part in self._parts))

    @property
    def found(self) -> list[Any]:
        return list(itertools.chain.from_iterable(part.found for part in self._parts))

    @property
    def positions(self) -> list[int]:
        return [each for part in self._parts for each in positions_of(part.rows)]

    @property
    def changes(self) -> list[Change]:
        return [each for part in self._parts for each in changes_of(part.rows)]

    def column(self, field: str) -> list[Any]:
        """The values of a field; null where a row lacks it."""
        return [each for part in self._parts for each in column_of(part.rows, field)]

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Encoded]:
        for part in self._parts:
            yield from map(Encoded, part.rows, part.bodies, part.found)

    @overload
    def __getitem__(self, index: int) -> Encoded: ...
    @overload
    def __getitem__(self, index: slice) -> Items: ...
    def __getitem__(self, index: int | slice) -> Encoded | Items:
        if isinstance(index, slice):
            return self._slice(*index.indices(self._count))
        index = range(self._count)[index]
        for part in self._parts:
            if index < len(part.bodies):
                return Encoded(part.rows[index], part.bodies[index], part.found[index])
            index -= len(part.bodies)
        raise IndexError(index)

    def _slice(self, first: int, end: int, step: int) -> Items:
        if step != 1:
            raise ValueError("a part of a request has no gaps")
        parts = []
        for part in self._parts:
            count = len(part.bodies)
            if first < count and end > 0:
                parts.append(part.cut(max(first, 0), min(end, count)))
            first, end = first - count, end - count
        return Items(parts)


def compact(bodies: Sequence[bytes]) -> list[bytes]:
    """The same bodies, each in no more memory than it needs.

    What orjson makes keeps the room that it was made in: some kilobytes for a row of
    some hundred bytes.
    """
    joined = b"".join(bodies)
    ends = list(itertools.accumulate(map(len, bodies)))
    return [joined[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def positions_of(rows: Sequence[Row]) -> Sequence[int]:
    """The positions of rows, however they are kept."""
    return rows.positions if isinstance(rows, Rows) else [row.seq for row in rows]


def changes_of(rows: Sequence[Row]) -> list[Change]:
    """The changes of rows, however they are kept."""
    if isinstance(rows, Rows):
        return [rows.change] * len(rows)
    return [row.change for row in rows]


def column_of(rows: Sequence[Row], field: str) -> Sequence[Any]:
    """The values of a field; null where a row lacks it."""
    if isinstance(rows, Rows):
        found = rows.columns.get(field)
        return [None] * len(rows) if found is None else found
    return [row.values.get(field) for row in rows]


def positions_in(items: Sequence[Encoded]) -> Sequence[int]:
    """The positions of encoded rows, however they are kept."""
    if isinstance(items, Collected):
        return items.positions
    return [item.row.seq for item in items]


def changes_in(items: Sequence[Encoded]) -> list[Change]:
    """The changes of encoded rows, however they are kept."""
    if isinstance(items, Collected):
        return items.changes
    return [item.row.change for item in items]


def rows_in(items: Sequence[Encoded]) -> list[Sequence[Row]]:
    """The rows of encoded rows, in parts."""
    return items.rows if isinstance(items, Items) else [[item.row for item in items]]


def bodies_of(items: Sequence[Encoded]) -> list[bytes]:
    """The bodies of encoded rows, however they are kept."""
    return items.bodies if isinstance(items, Items) else [item.body for item in items]


def found_of(items: Sequence[Encoded]) -> list[Any]:
    """What a look-up found for each row."""
    return items.found if isinstance(items, Items) else [item.found for item in items]


def values_of(items: Sequence[Encoded], field: str) -> list[Any]:
    """The values of a field of encoded rows; null where a row lacks it."""
    if isinstance(items, Items):
        return items.column(field)
    return [item.row.values.get(field) for item in items]
