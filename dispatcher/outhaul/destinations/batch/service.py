"""What the services of Batch do alike: columns to attributes, and a user's id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from outhaul.destinations.batch.account import BatchAccount
from outhaul.destinations.batch.attributes import (
    Attribute,
    Form,
    custom_id,
    custom_ids,
    plan,
    render,
    render_all,
)
from outhaul.kit.fields import refuse_columns
from outhaul.kit.rows import Rows
from outhaul.kit.service import Activation, Service
from outhaul.model import Column, Row


class AttributeService(Service):
    """A service whose columns are custom attributes, in the form of its API.

    Its options have `lowercase` and `truncate`.
    """

    form: ClassVar[Form]

    def __init__(
        self, account: BatchAccount, options: Any, activation: Activation
    ) -> None:
        self._account = account
        self._options = options
        self._activation = activation
        self._attributes: list[Attribute] = []
        self.request_seconds = account.request_seconds

    def check(self, columns: Sequence[Column]) -> list[str]:
        """Preparing changes nothing: attributes come into being by use."""
        self.prepare(columns)
        return []

    def _plan(self, custom: Sequence[Column], problems: Sequence[str]) -> None:
        """Plan these columns, or refuse the select for them and other problems."""
        self._attributes, found = plan(custom, self.form)
        where = self._activation.name
        refuse_columns(self._account.title, where, [*found, *problems])

    def _user(self, row: Row) -> str:
        value = row.values.get("custom_id")
        return custom_id(value, lowercase=self._options.lowercase)

    def _users(self, rows: Rows) -> list[str]:
        """The same for many rows. Raises OneByOne."""
        column = rows.column("custom_id")
        return custom_ids(column, lowercase=self._options.lowercase)

    def _rendered(self, row: Row) -> dict[str, Any]:
        """The attributes of a row, by key; None deletes one."""
        truncate = self._options.truncate
        return {
            each.key: render(
                each, row.values.get(each.field), self.form, truncate=truncate
            )
            for each in self._attributes
        }

    def _columns(self, rows: Rows) -> list[Sequence[Any]]:
        """The values of each attribute, for many rows. Raises OneByOne."""
        truncate = self._options.truncate
        return [
            render_all(each, rows.column(each.field), self.form, truncate=truncate)
            for each in self._attributes
        ]
