"""Rows kept by column: cheap to hand on, and made one by one where asked for.

They are sequences of `Row` and of `Encoded`. What looks at all of them at once takes a
column, which exists already.
"""

from __future__ import annotations

import itertools
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, overload

from outhaul.kit.values import folded
from outhaul.model import Change, Row


class Rows(Sequence[Row]):
    """Rows in order.

    positions, changes, changed: of each row. columns: by field, the values of each row.
    """

    __slots__ = ("changed", "changes", "columns", "positions")

    def __init__(
        self,
        positions: list[int],
        changes: list[Change],
        changed: list[tuple[str, ...]],
        columns: dict[str, list[Any]],
    ) -> None:
        self.positions = positions
        self.changes = changes
        self.changed = changed
        self.columns = columns

    @classmethod
    def of(cls, rows: Iterable[Row] = ()) -> Rows:
        """The same rows by column; null where a row lacks a value."""
        listed = list(rows)
        fields = dict.fromkeys(field for row in listed for field in row.values)
        return cls(
            [row.seq for row in listed],
            [row.change for row in listed],
            [row.changed for row in listed],
            {field: [row.values.get(field) for row in listed] for field in fields},
        )

    def column(self, field: str) -> Sequence[Any]:
        """The values of a field; null where rows lack it."""
        found = self.columns.get(field)
        return [None] * len(self) if found is None else found

    def addresses(self) -> list[str]:
        """The e-mail address of each row, as platforms compare them."""
        column = self.column("email")
        joined = "".join(column)
        if joined.isascii() and joined == joined.lower() and " " not in joined:
            return list(column)  # as nearly all are
        return list(map(folded, column))

    def picked(self, indexes: Sequence[int]) -> Rows:
        """Those of these indexes."""
        return Rows(
            [self.positions[index] for index in indexes],
            [self.changes[index] for index in indexes],
            [self.changed[index] for index in indexes],
            {
                field: [column[index] for index in indexes]
                for field, column in self.columns.items()
            },
        )

    def extend(self, rows: Rows) -> None:
        """Add rows of the same fields."""
        self.positions.extend(rows.positions)
        self.changes.extend(rows.changes)
        self.changed.extend(rows.changed)
        for field, column in rows.columns.items():
            self.columns.setdefault(field, []).extend(column)

    def __len__(self) -> int:
        return len(self.positions)

    def __iter__(self) -> Iterator[Row]:
        fields = list(self.columns)
        values: Iterable[tuple[Any, ...]] = zip(*self.columns.values(), strict=True)
        if not fields:
            values = itertools.repeat((), len(self))
        for position, change, row, changed in zip(
            self.positions, self.changes, values, self.changed, strict=True
        ):
            yield Row(position, change, dict(zip(fields, row, strict=True)), changed)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Rows: ...
    def __getitem__(self, index: int | slice) -> Row | Rows:
        if isinstance(index, slice):
            return Rows(
                self.positions[index],
                self.changes[index],
                self.changed[index],
                {field: column[index] for field, column in self.columns.items()},
            )
        values = {field: column[index] for field, column in self.columns.items()}
        return Row(
            self.positions[index], self.changes[index], values, self.changed[index]
        )


class Encoded(NamedTuple):
    """A row ready to send; `found` is what `look_up` returned for it, if asked."""

    row: Row
    body: bytes
    found: Any = None


class Collected(Sequence[Encoded]):
    """The encoded rows of a request, in memory or on disk."""

    __slots__ = ()

    @property
    @abstractmethod
    def rows(self) -> Rows:
        """The rows; without values where they lie on disk."""

    @property
    @abstractmethod
    def positions(self) -> Sequence[int]:
        """The position of each row."""

    @property
    def bodies(self) -> Sequence[bytes]:
        """The body of each row."""
        return [item.body for item in self]

    @property
    def found(self) -> Sequence[Any]:
        """What a look-up found for each row."""
        return [item.found for item in self]

    @abstractmethod
    def extend(self, items: Items) -> None:
        """Add rows. Raises StopSync where the disk is full."""

    @abstractmethod
    def part(self, start: int, end: int) -> Collected:
        """The rows from `start` up to `end`."""

    def picked(self, indexes: Iterable[int]) -> Items:
        """Those of these indexes."""
        return Items.of(self[index] for index in indexes)

    @overload
    def __getitem__(self, index: int) -> Encoded: ...
    @overload
    def __getitem__(self, index: slice) -> Collected: ...
    def __getitem__(self, index: int | slice) -> Encoded | Collected:
        if not isinstance(index, slice):
            return self._item(range(len(self))[index])
        start, end, step = index.indices(len(self))
        if step != 1:
            raise ValueError("a part of a request has no gaps")
        return self.part(start, max(start, end))

    @abstractmethod
    def _item(self, index: int) -> Encoded: ...


class Items(Collected):
    """The encoded rows of a request in memory."""

    __slots__ = ("_bodies", "_found", "_rows")

    def __init__(self, rows: Rows, bodies: list[bytes], found: list[Any]) -> None:
        self._rows = rows
        self._bodies = bodies
        self._found = found

    @classmethod
    def of(cls, items: Iterable[Encoded] = ()) -> Items:
        """These, by column."""
        listed = list(items)
        return cls(
            Rows.of(item.row for item in listed),
            [item.body for item in listed],
            [item.found for item in listed],
        )

    @property
    def rows(self) -> Rows:
        return self._rows

    @property
    def positions(self) -> Sequence[int]:
        return self._rows.positions

    @property
    def bodies(self) -> Sequence[bytes]:
        return self._bodies

    @property
    def found(self) -> Sequence[Any]:
        return self._found

    def extend(self, items: Items) -> None:
        self._rows.extend(items.rows)
        self._bodies.extend(items.bodies)
        self._found.extend(items.found)

    def part(self, start: int, end: int) -> Items:
        rows = slice(start, end)
        return Items(self._rows[rows], self._bodies[rows], self._found[rows])

    def picked(self, indexes: Iterable[int]) -> Items:
        chosen = list(indexes)
        return Items(
            self._rows.picked(chosen),
            [self._bodies[index] for index in chosen],
            [self._found[index] for index in chosen],
        )

    def __len__(self) -> int:
        return len(self._bodies)

    def __iter__(self) -> Iterator[Encoded]:
        return map(Encoded, self._rows, self._bodies, self._found)

    def _item(self, index: int) -> Encoded:
        return Encoded(self._rows[index], self._bodies[index], self._found[index])


def compact(bodies: Sequence[bytes]) -> list[bytes]:
    """The same bodies, each in no more memory than it needs.

    What orjson makes keeps the room that it was made in: some kilobytes for a row of
    some hundred bytes.
    """
    joined = b"".join(bodies)
    ends = list(itertools.accumulate(map(len, bodies)))
    return [joined[start:end] for start, end in zip([0, *ends], ends, strict=False)]
