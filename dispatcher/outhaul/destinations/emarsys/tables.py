"""The service `table`: rows of a table of relational data (RDS), hosted by Emarsys.

https://dev.emarsys.com/docs/core-api-reference/relational-data
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.emarsys.account import Emarsys
from outhaul.errors import ConfigurationError
from outhaul.http.addresses import path_part_problem
from outhaul.kit.bodies import Body, Field
from outhaul.kit.columns import Values, booleans
from outhaul.kit.fields import Plan
from outhaul.kit.formats import Day, Format, Moment, Number, Text
from outhaul.kit.records import Records
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation
from outhaul.model import ACCEPTED, Column, Kind, Outcome

_NOT_ASKED = (
    "the credential is accepted but may not read the account's settings, which nothing"
    " else needs; whether it may write to the table shows with the first rows"
)


@dataclass(frozen=True)
class TableOptions:
    """What a diff may set for the service `table`."""

    connection: str = setting("The name of the connection at Emarsys.")
    table: str = setting("The name of the table at Emarsys.")


class Table(Records):
    """Inserts rows, or updates those of the same primary key; removes none.

    The API neither makes tables nor tells of their columns: the select has to name
    them, the primary key among them. Every row is sent with all columns of the select,
    since those of one request must have the same. A repeated request changes nothing.
    Emarsys takes a request as a whole: where it is refused, it is halved until the
    bad rows stand alone.
    """

    name = "table"
    title = "Table (RDS)"
    others = "is written to the column of its name, which has to exist"
    null = "empties the column"
    partly_applies = False
    Options: ClassVar[type] = TableOptions

    def __init__(
        self, account: Emarsys, options: TableOptions, activation: Activation
    ) -> None:
        super().__init__(account, options, activation)
        for name in ("connection", "table"):
            if problem := path_part_problem(getattr(options, name)):
                raise ConfigurationError(
                    f"model {activation.name}: meta.outhaul.{name}: {problem}"
                )

    def writes_to(self) -> str:
        return f"table '{self._options.table}' of '{self._options.connection}'"

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return 1  # whether we are let in

    def check(self, columns: Sequence[Column]) -> list[str]:
        return super().check(columns) + [_NOT_ASKED] * (not self._is_told)

    def plan(self, columns: Sequence[Column]) -> Plan:
        self._is_told = self._account.api.may_read_settings()
        return Plan([Field(each.field, each.field, _Cell(each)) for each in columns])

    def body(self, fields: Sequence[Field]) -> Body:
        return Body(fields=fields, writes_nulls=True)

    def send(self, items: Collected) -> list[Outcome]:
        options = self._options
        self._account.api.upsert(options.connection, options.table, items.bodies)
        return [ACCEPTED] * len(items)


# Times are in UTC, as MySQL writes them.
_FORMATS: dict[Kind, Format] = {
    Kind.INTEGER: Number(),
    Kind.NUMBER: Number(),
    Kind.DATE: Day(),
    Kind.TIMESTAMP: Moment(" "),
}


class _Cell(Format):
    """A value of a table: JSON's own types, by the column's kind but for booleans."""

    def __init__(self, column: Column) -> None:
        self._format = _FORMATS.get(column.kind, Text())

    def one(self, field: str, value: Any) -> Any:
        return value if isinstance(value, bool) else self._format.one(field, value)

    def many(self, column: Values) -> Values:
        if bool in set(map(type, column)):
            return booleans(column)
        return self._format.many(column)
