"""The template of audiences at advertising networks, whose members are identifiers.

A member is what its identifiers say, so these are its key: the only one that a diff
has, or else `member_id`, which changes with each of them. So whoever gets another
address leaves as who they were, and enters as who they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import orjson

from outhaul.config.settings import setting
from outhaul.errors import RowRefused
from outhaul.kit.columns import Values, as_json
from outhaul.kit.formats import Format, Id
from outhaul.kit.identifiers.formats import Identifier, check_phone_country
from outhaul.kit.lists import NamedList
from outhaul.kit.rows import Rows
from outhaul.kit.service import Activation, OneByOne
from outhaul.model import Change, Column, Kind, Row

MEMBER_ID = "member_id"
_LONGEST_MEMBER_ID = 64  # hexadecimal digits of a hash


def audience_name(title: str) -> Any:
    """The option `audience_name`."""
    return setting(
        f"The audience's name at {title}; default: the segment's.", default=""
    )


def when_deleted() -> Any:
    """The option `when_deleted`."""
    return setting(
        "What a sync does where somebody deleted the audience: `stop` until a person"
        " decides, or `refill`: make it anew, and let the next build send all members.",
        default="stop",
        choices=("stop", "refill"),
    )


class Audience(NamedList):
    """Adds those who enter the segment to an audience and removes those who leave.

    Rows that come as updated are added once more: `refresh_after` asks for that where a
    network forgets members. Its options include `audience_name`, `when_deleted`,
    `hashed_only` where the network takes hashes, and `phone_country` where it takes
    phone numbers.
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
    along: ClassVar[Mapping[str, Format]] = {}
    """Columns that say more of a member, such as consent, and not who it is."""
    one_kind: ClassVar[bool] = False
    """Whether all members of a diff have to be of one kind."""

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        self.refills = getattr(options, "when_deleted", "stop") == "refill"
        country = getattr(options, "phone_country", "")
        is_hashed = getattr(options, "hashed_only", False)
        check_phone_country(country, activation.name)
        self._identifiers: list[str] = []
        self._along: list[str] = []
        self._formats: dict[str, Format] = {
            kind: Identifier(self.network, kind, country, is_hashed)
            for kind in self.kinds
        }
        self._formats |= self.along

    @classmethod
    def identity_among(cls, fields: Collection[str]) -> str | None:
        found = cls._among(fields)
        return found[0] if len(found) == 1 else MEMBER_ID

    @classmethod
    def known_fields(cls) -> Mapping[str, Format]:
        found: dict[str, Format] = {
            kind: Identifier(cls.network, kind) for kind in cls.kinds
        }
        return {**found, **cls.along, MEMBER_ID: Id(_LONGEST_MEMBER_ID)}

    @classmethod
    def also_missing(cls, options: Any, fields: Collection[str]) -> Iterator[str]:
        found, kinds = cls._among(fields), ", ".join(cls.kinds)
        if not found:
            yield f"no column is one by which people are recognised; those are: {kinds}"
        if cls.one_kind and len(found) > 1:
            yield (
                f"members of an audience are of one kind, so select one of"
                f" {', '.join(found)} here, and write another diff for the others"
            )

    def prepare(self, columns: Sequence[Column]) -> None:
        super().prepare(columns)
        fields = [column.field for column in columns]
        self._identifiers = self._among(fields)
        self._along = [each for each in self.along if each in fields]

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
        if row.change is not Change.REMOVED:
            values += [self._value(each, row.values.get(each)) for each in self._along]
        return orjson.dumps(self.member(values))

    def encode_rows(self, rows: Rows, found: Sequence[Any]) -> list[bytes]:
        if rows[0].change is Change.UPDATED and any(rows.changed):
            raise OneByOne
        columns = [
            self._formats[kind].many(rows.column(kind)) for kind in self._identifiers
        ]
        if not all(map(any, zip(*columns, strict=True))):
            raise OneByOne
        if rows[0].change is not Change.REMOVED:
            along = ((each, rows.column(each)) for each in self._along)
            columns += [self._formats[each].many(column) for each, column in along]
        try:
            return as_json(map(self.member, zip(*columns, strict=True)))
        except RowRefused:
            raise OneByOne from None

    def member(self, values: Values) -> Any:
        """What stands for a member in a request: its identifiers, in order.

        values: one of each kind that the diff has, then those of `along` of a member
        who does not leave; None where a member has none. Raises RowRefused.
        """
        return [value or "" for value in values]

    @property
    def schema(self) -> list[str]:
        """The network's words for the kinds that the diff has, in order."""
        return [self.kinds[kind] for kind in self._identifiers]

    def _value(self, kind: str, value: Any) -> Any:
        return None if value is None else self._formats[kind].one(kind, value)

    @classmethod
    def _among(cls, fields: Collection[str]) -> list[str]:
        """The kinds of identifiers that a diff has, in the network's order."""
        return [kind for kind in cls.kinds if kind in fields]
