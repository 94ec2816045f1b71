"""The service `contacts` by files: attributes of contacts, with `insert` new ones.

https://dev-scp.splio.com/docs/datahub-contacts
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.splio.account import Splio
from outhaul.destinations.splio.fields import (
    STANDARD,
    FieldPlan,
    checked,
    checked_column,
)
from outhaul.errors import ConfigurationError
from outhaul.kit import values
from outhaul.kit.columns import Values, days
from outhaul.kit.files.names import FileNames
from outhaul.kit.files.service import FileService
from outhaul.kit.files.tables import Separated
from outhaul.kit.rows import Rows
from outhaul.kit.service import Activation
from outhaul.model import Change, Column, Row

_CREATION_FORMAT = "%Y%m%d"


@dataclass(frozen=True)
class ContactsOptions:
    """What a diff may set for the service `contacts`."""

    insert: bool = setting(
        "Create contacts that do not exist yet; otherwise only update those that do.",
        default=False,
    )
    null_mode: str = setting(
        "What a null becomes with transport: rest: `empty` sends an empty text, `omit`"
        " leaves the field as it was. A file has a cell for every column.",
        default="empty",
        choices=("empty", "omit"),
    )


class FileContacts(FileService):
    """Writes contacts into files that Splio reads on a schedule of its own.

    Whether a file may create contacts is decided by the sub-sequence in its name,
    which Splio has set up. A row is accepted when its file is in the folder; what
    Splio makes of it, it tells by e-mail. Every row holds all columns of the select.
    """

    name = "contacts"
    title = "Contacts"
    consumes = frozenset({Change.INSERTED, Change.UPDATED})
    identity = "email"
    Options: ClassVar[type] = ContactsOptions

    def __init__(
        self, account: Splio, options: ContactsOptions, activation: Activation
    ) -> None:
        self._splio = account
        self._plan = FieldPlan()
        setting_name = f"subsequence_{'insert' if options.insert else 'update'}"
        subsequence: str = getattr(account, setting_name)
        if not subsequence:
            raise ConfigurationError(
                f"model {activation.name}: insert: {str(options.insert).lower()} needs"
                f" '{setting_name}' in destinations.yml: with Splio, the sub-sequence"
                " in a file's name decides whether contacts are created. Ask Splio to"
                " set one up"
            )
        words = {"universe": account.universe, "subsequence": subsequence}
        super().__init__(
            account,
            activation,
            FileNames(account.file_name, activation, words),
            Separated(
                separator=";",
                quote_all=True,
                line_end="\n",
                null=account.null_cell,
                flatten=True,
                date_format=account.date_format,
                timestamp_format=account.timestamp_format,
                booleans=("0", "1"),
            ),
        )

    def fields(self, columns: Sequence[Column]) -> list[str]:
        return [self._heading(field) for field in super().fields(columns)]

    def check(self, columns: Sequence[Column]) -> list[str]:
        self._plan = self._splio.planned(columns, self._activation.name)
        return self._plan.notes() + super().check(columns)

    def prepare(self, columns: Sequence[Column]) -> None:
        self._plan = self._splio.prepared(columns, self._activation.name, self.findings)
        super().prepare(columns)

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return self._splio.planning_requests

    def cells(self, row: Row) -> list[tuple[str, Any]]:
        return [
            (field, _cell(field, value) if field in STANDARD else value)
            for field, value in row.values.items()
        ]

    def columns(self, rows: Rows) -> list[tuple[str, Values]]:
        return [
            (field, _cells(field, column) if field in STANDARD else column)
            for field, column in super().columns(rows)
        ]

    def _heading(self, field: str) -> str:
        custom = self._plan.custom.get(field)
        if custom is None or custom.id is None:
            return field
        return field if self._splio.custom_column_style == "name" else f"c{custom.id}"


def _cells(field: str, column: Values) -> Values:
    if field == "dateOfCreation":
        return days(column, lambda day: day.strftime(_CREATION_FORMAT))
    return checked_column(field, column)


def _cell(field: str, value: Any) -> Any:
    if field == "dateOfCreation" and value is not None:
        return values.day(field, value).strftime(_CREATION_FORMAT)
    return checked(field, value)
