"""The template of audiences at advertising networks, whose members are identifiers.

A member is what its identifiers say, so these are its key: the only one that a diff
has, or else `member_id`, which changes with each of them. So whoever gets another
address leaves as who they were, and enters as who they are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

import orjson

from outhaul.config.settings import setting
from outhaul.errors import ConfigurationError, RowRefused
from outhaul.kit.columns import Values, as_json
from outhaul.kit.identifiers.formats import Identifier, check_phone_country
from outhaul.kit.lists import NamedList
from outhaul.kit.rows import Rows
from outhaul.kit.service import Activation, OneByOne
from outhaul.model import Change, Column, Kind, Row

MEMBER_ID = "member_id"


def audience_name(title: str) -> Any:
    """The option `audience_name`."""
    return setting(
        f"The audience's name at {title}; default: the segment's.", default=""
    )


class Audience(NamedList):
    """Adds those who enter the segment to an audience and removes those who leave.

    Rows that come as updated are added once more: `refresh_after` asks for that where a
    network forgets members. Its options include `audience_name`, `hashed_only` and,
    where the network takes phone numbers, `phone_country`.
    """

    consumes = frozenset(Change)
    called = "audience"
    named_by = "audience_name"
    holds = "an audience holds identifiers"
    example_columns: ClassVar[dict[str, Kind]] = {"email": Kind.TEXT}
    network: ClassVar[str]
    """Whose forms of identifiers it takes; see `identifiers/networks.py`."""
    kinds: ClassVar[Mapping[str, str]]
    """The kinds of identifiers that it takes, each with the network's word for it."""
    one_kind: ClassVar[bool] = False
    """Whether all members of a diff have to be of one kind."""

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        country = getattr(options, "phone_country", "")
        check_phone_country(country, activation.name)
        self._identifiers: list[str] = []
        self._formats = {
            kind: Identifier(self.network, kind, country, options.hashed_only)
            for kind in self.kinds
        }

    @classmethod
    def identity_among(cls, fields: Collection[str]) -> str | None:
        found = [kind for kind in cls.kinds if kind in fields]
        return found[0] if len(found) == 1 else MEMBER_ID

    def is_sent(self, field: str) -> bool:
        return field in self.kinds or field == MEMBER_ID

    def prepare(self, columns: Sequence[Column]) -> None:
        super().prepare(columns)
        self._identifiers = self._among(columns)

    def encode(self, row: Row, found: Any = None) -> bytes:
        changed = sorted(set(self._identifiers).intersection(row.changed))
        if row.change is Change.UPDATED and changed:
            raise RowRefused(
                "member_id",
                f"'{changed[0]}' changed and the key did not: make the key of all"
                " identifiers, by outhaul.member_id",
            )
        values = [self._value(kind, row.values.get(kind)) for kind in self._identifiers]
        if not any(values):
            text = f"the row has none of: {', '.join(self._identifiers)}"
            raise RowRefused("no_identifier", text)
        return orjson.dumps(self.member(values))

    def encode_rows(self, rows: Rows, found: Sequence[Any]) -> list[bytes]:
        if rows[0].change is Change.UPDATED and any(rows.changed):
            raise OneByOne
        columns = [
            self._formats[kind].many(rows.column(kind)) for kind in self._identifiers
        ]
        members = list(zip(*columns, strict=True))
        if not all(map(any, members)):
            raise OneByOne
        return as_json(map(self.member, members))

    def member(self, values: Values) -> Any:
        """What stands for a member in a request: its identifiers, in order.

        values: one of each kind that the diff has; None where a member has none.
        """
        return [value or "" for value in values]

    @property
    def schema(self) -> list[str]:
        """The network's words for the kinds that the diff has, in order."""
        return [self.kinds[kind] for kind in self._identifiers]

    def _value(self, kind: str, value: Any) -> str | None:
        return None if value is None else self._formats[kind].one(kind, value)

    def _check_columns(self, columns: Sequence[Column]) -> None:
        found, kinds = self._among(columns), ", ".join(self.kinds)
        if not found:
            raise ConfigurationError(
                f"{self._activation.name}: no column is one by which"
                f" {self._account.title} recognises people; those are: {kinds}"
            )
        if self.one_kind and len(found) > 1:
            raise ConfigurationError(
                f"{self._activation.name}: members of an audience at"
                f" {self._account.title} are of one kind, so select one of"
                f" {', '.join(found)} here, and write another diff for the others"
            )

    def _among(self, columns: Sequence[Column]) -> list[str]:
        """The kinds of identifiers that columns have, in the network's order."""
        fields = {column.field for column in columns}
        return [kind for kind in self.kinds if kind in fields]
