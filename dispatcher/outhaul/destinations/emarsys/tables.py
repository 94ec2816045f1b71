"""The service `table`: rows of a table of relational data (RDS), hosted by Emarsys.

https://dev.emarsys.com/docs/core-api-reference/relational-data
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from outhaul.config.settings import setting
from outhaul.destinations.emarsys.account import Emarsys
from outhaul.errors import ConfigurationError
from outhaul.http.addresses import path_part_problem
from outhaul.kit import values
from outhaul.kit.columns import (
    Values,
    as_json,
    booleans,
    iso_days,
    numbers,
    records,
    seconds,
    texts,
)
from outhaul.kit.rows import Collected, Rows
from outhaul.kit.service import Activation, Limits, Service
from outhaul.model import ACCEPTED, Change, Column, Kind, Outcome, Row

_NOT_ASKED = (
    "the credential is accepted but may not read the account's settings, which nothing"
    " else needs; whether it may write to the table shows with the first rows"
)


@dataclass(frozen=True)
class TableOptions:
    """What a diff may set for the service `table`."""

    connection: str = setting("The name of the connection at Emarsys.")
    table: str = setting("The name of the table at Emarsys.")


class Table(Service):
    """Inserts rows, or updates those of the same primary key; removes none.

    The API neither makes tables nor tells of their columns: the select has to name
    them, the primary key among them. Every row is sent with all columns of the select,
    since those of one request must have the same. A repeated request changes nothing.
    Emarsys takes a request as a whole: where it is refused, it is halved until the
    bad rows stand alone.
    """

    name = "table"
    title = "Table (RDS)"
    consumes = frozenset({Change.INSERTED, Change.UPDATED})
    partly_applies = False
    Options: ClassVar[type] = TableOptions

    def __init__(
        self, account: Emarsys, options: TableOptions, activation: Activation
    ) -> None:
        self._account = account
        self._options = options
        self._columns: list[Column] = []
        for name in ("connection", "table"):
            if problem := path_part_problem(getattr(options, name)):
                raise ConfigurationError(
                    f"model {activation.name}: meta.outhaul.{name}: {problem}"
                )
        self.request_seconds = account.longest_call

    def writes_to(self) -> str:
        return f"table '{self._options.table}' of '{self._options.connection}'"

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return 1  # whether we are let in

    def limits(self, change: Change) -> Limits:
        return self._account.limits

    def check(self, columns: Sequence[Column]) -> list[str]:
        is_told = self._account.api.may_read_settings()
        return self._account.notes() + [_NOT_ASKED] * (not is_told)

    def prepare(self, columns: Sequence[Column]) -> None:
        self._columns = list(columns)
        self._account.api.may_read_settings()

    def encode(self, row: Row, found: Any = None) -> bytes:
        return orjson.dumps(
            {
                column.field: _render(column, row.values.get(column.field))
                for column in self._columns
            }
        )

    def encode_rows(self, rows: Rows, found: Sequence[Any]) -> list[bytes]:
        fields = [column.field for column in self._columns]
        rendered = [
            _render_all(column, rows.column(column.field)) for column in self._columns
        ]
        return as_json(records(fields, rendered))

    def send(self, items: Collected) -> list[Outcome]:
        self._account.api.upsert(
            self._options.connection,
            self._options.table,
            items.bodies,
        )
        return [ACCEPTED] * len(items)


def _render_all(column: Column, cells: Values) -> Values:
    """See `_render`. Raises OneByOne."""
    kinds = set(map(type, cells)) - {type(None)}
    if bool in kinds:
        return booleans(cells)
    if column.kind in (Kind.INTEGER, Kind.NUMBER):
        return numbers(cells)
    if column.kind is Kind.DATE:
        return iso_days(cells)
    if column.kind is Kind.TIMESTAMP:
        return seconds(cells, " ")
    return texts(cells)


def _render(column: Column, value: Any) -> Any:
    """A value of a table: JSON's own types, and times in UTC as MySQL writes them."""
    field = column.field
    if value is None:
        return None
    if isinstance(value, bool):
        return value
    if column.kind in (Kind.INTEGER, Kind.NUMBER):
        return values.number(field, value)
    if column.kind is Kind.DATE:
        return values.day(field, value).isoformat()
    if column.kind is Kind.TIMESTAMP:
        return values.seconds(field, value, " ")
    return values.text(field, value)
