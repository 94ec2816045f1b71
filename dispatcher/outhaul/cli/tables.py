"""Tables on a terminal, of which each cell is one line."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table as RichTable

from outhaul.text.visible import visible


class Table(RichTable):
    """A table in our form: a line break in a value is written out."""

    def __init__(self, *columns: str) -> None:
        super().__init__(box=box.SIMPLE_HEAD, pad_edge=False)
        for column in columns:
            self.add_column(visible(column), overflow="fold")

    def add_numbers(self, *columns: str) -> None:
        """Add columns of numbers, which end at the right."""
        for column in columns:
            self.add_column(column, justify="right")

    def add_row(self, *cells: RenderableType | None, **how: Any) -> None:
        """Add a row; its texts become one line each."""
        shown = (visible(cell) if isinstance(cell, str) else cell for cell in cells)
        super().add_row(*shown, **how)


def count(number: int) -> str:
    """`1,234`; a dash for none."""
    return f"{number:,}" if number else "–"
